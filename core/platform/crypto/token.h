#pragma once
// Opaque tokens: 256 random bits. Only their SHA-256 is stored, so a copy of the database opens
// nothing.

#include "core/base/random.h"

#include <string>
#include <string_view>

namespace hostelry::crypto {

/// 43 characters of base64url.
std::string make_token(Random& random);
/// Lower-case hex SHA-256 of a token: what tables store and look up.
std::string token_hash(std::string_view token);
/// `length` characters without look-alikes (no 0 O 1 l I), for passwords that a machine generates.
std::string make_password(Random& random, std::size_t length);
/// `length` of [a-z2-7] starting with a letter: names of accounts and databases.
std::string make_name(Random& random, std::size_t length);

}  // namespace hostelry::crypto
