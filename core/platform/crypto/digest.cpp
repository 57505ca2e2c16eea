#include "core/platform/crypto/digest.h"

#include "core/base/text.h"
#include "core/platform/crypto/bytes.h"

#include <sodium.h>

#include <cstdlib>

namespace hostelry::crypto {
namespace {

unsigned char* bytes_of(Sha256& digest) {
    return reinterpret_cast<unsigned char*>(digest.data());
}

}  // namespace

void set_up() {
    if (sodium_init() < 0) {
        std::abort();
    }
}

Sha256 sha256(std::string_view data) {
    Sha256 digest{};
    crypto_hash_sha256(bytes_of(digest), bytes_of(data), data.size());
    return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view data) {
    Sha256 digest{};
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes_of(data), data.size());
    crypto_auth_hmacsha256_final(&state, bytes_of(digest));
    return digest;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
    return left.size() == right.size() &&
           sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string sha256_hex(std::string_view data) {
    return to_hex(sha256(data));
}

}  // namespace hostelry::crypto
