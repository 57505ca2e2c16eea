#include "core/platform/crypto/token.h"

#include "core/base/text.h"
#include "core/platform/crypto/digest.h"

#include <array>

namespace hostelry::crypto {
namespace {

/// Draws characters without bias: bytes past the largest multiple of the alphabet's size are thrown
/// away.
std::string draw(Random& random, std::string_view alphabet, std::size_t length) {
    const std::size_t usable = 256 - 256 % alphabet.size();
    std::string text;
    while (text.size() < length) {
        std::array<std::byte, 64> bytes{};
        random.fill(bytes);
        for (const std::byte byte : bytes) {
            const auto value = std::to_integer<std::size_t>(byte);
            if (value < usable && text.size() < length) {
                text.push_back(alphabet[value % alphabet.size()]);
            }
        }
    }
    return text;
}

}  // namespace

std::string make_token(Random& random) {
    std::array<std::byte, 32> bytes{};
    random.fill(bytes);
    return to_base64url(bytes);
}

std::string token_hash(std::string_view token) {
    return sha256_hex(token);
}

std::string make_password(Random& random, std::size_t length) {
    return draw(random, "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", length);
}

std::string make_name(Random& random, std::size_t length) {
    return draw(random, "abcdefghijklmnopqrstuvwxyz", 1) +
           draw(random, "abcdefghijklmnopqrstuvwxyz234567", length - 1);
}

}  // namespace hostelry::crypto
