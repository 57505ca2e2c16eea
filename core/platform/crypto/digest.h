#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace hostelry::crypto {

using Sha256 = std::array<std::byte, 32>;

/// Must run once before anything else of this room; ends the process when the library cannot start.
void set_up();

Sha256 sha256(std::string_view data);
Sha256 hmac_sha256(std::string_view key, std::string_view data);
/// Takes the same time wherever the first difference lies. Different lengths are unequal.
bool equal_in_constant_time(std::string_view left, std::string_view right);
/// Lower-case hex of sha256, for keys of caches and digests people compare.
std::string sha256_hex(std::string_view data);

}  // namespace hostelry::crypto
