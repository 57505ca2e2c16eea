#include "core/base/id.h"

#include <algorithm>

namespace hostelry {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

bool is_dash_position(std::size_t position) {
    return position == 8 || position == 13 || position == 18 || position == 23;
}

int digit_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

}  // namespace

bool Uuid::is_nil() const {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
}

std::string Uuid::to_string() const {
    std::string text;
    text.reserve(36);
    for (const std::uint8_t byte : bytes) {
        if (is_dash_position(text.size())) {
            text.push_back('-');
        }
        text.push_back(kDigits[byte >> 4U]);
        text.push_back(kDigits[byte & 15U]);
    }
    return text;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() != 36) {
        return std::nullopt;
    }
    Uuid id;
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_dash_position(i)) {
            if (text[i] != '-') {
                return std::nullopt;
            }
            continue;
        }
        const int value = digit_value(text[i]);
        if (value < 0) {
            return std::nullopt;
        }
        auto& byte = id.bytes.at(digits / 2);
        byte = static_cast<std::uint8_t>(
            (static_cast<unsigned>(byte) << 4U) | static_cast<unsigned>(value)
        );
        ++digits;
    }
    return id;
}

Uuid new_uuid(const Clock& clock, Random& random) {
    Uuid id;
    random.fill(std::as_writable_bytes(std::span{id.bytes}));
    const auto since_epoch = clock.now().time_since_epoch();
    const auto ms = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()
    );
    for (unsigned i = 0; i < 6; ++i) {
        id.bytes.at(i) = static_cast<std::uint8_t>(ms >> (40U - 8U * i));
    }
    id.bytes[6] = static_cast<std::uint8_t>(0x70U | (id.bytes[6] & 0x0FU));
    id.bytes[8] = static_cast<std::uint8_t>(0x80U | (id.bytes[8] & 0x3FU));
    return id;
}

}  // namespace hostelry

std::size_t std::hash<hostelry::Uuid>::operator()(const hostelry::Uuid& id) const noexcept {
    // The last eight bytes are random; FNV-1a spreads them together with the time.
    std::size_t h = 14695981039346656037ULL;
    for (const std::uint8_t byte : id.bytes) {
        h = (h ^ byte) * 1099511628211ULL;
    }
    return h;
}
