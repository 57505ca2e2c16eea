#pragma once
// Passwords: Argon2id as OWASP asks (47104 KiB, one pass). Hashing is slow on purpose; at most one
// per core runs at a time, the others wait, so that a burst of sign-ins cannot take the memory of
// the machine.

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace hostelry::crypto {

inline constexpr std::size_t kPasswordBytesMin = 12;
inline constexpr std::size_t kPasswordBytesMax = 256;

/// Modular crypt text with its parameters inside.
std::string hash_password(std::string_view password);
bool verify_password(std::string_view password, const std::string& hash);
/// True when the stored parameters are weaker than today's: hash again after a good sign-in.
bool needs_rehash(const std::string& hash);
/// Spends the time of a verification, so that an unknown name answers like a known one.
void spend_verification(std::string_view password);

/// Empty when the password may be used, else the sentence for its field: length, and the commonest
/// ones.
std::string password_problem(std::string_view password);

}  // namespace hostelry::crypto
