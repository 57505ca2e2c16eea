#pragma once
// Small, pure functions on text. Bytes are UTF-8 unless a function says otherwise.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry {

/// Without ASCII white space at both ends.
std::string_view trim(std::string_view text);
std::string lower_ascii(std::string_view text);
/// Every part, empty ones too; one empty part for an empty text.
std::vector<std::string> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
bool is_valid_utf8(std::string_view text);
/// True for any byte under 0x20 (tab, CR and LF included) and for DEL.
bool has_control_bytes(std::string_view text);

std::string to_hex(std::span<const std::byte> bytes);
std::optional<std::vector<std::byte>> from_hex(std::string_view text);
std::string to_base64(std::span<const std::byte> bytes);
std::optional<std::vector<std::byte>> from_base64(std::string_view text);
/// RFC 4648 section 5, without padding.
std::string to_base64url(std::span<const std::byte> bytes);
std::optional<std::vector<std::byte>> from_base64url(std::string_view text);

/// RFC 3986: everything but unreserved characters becomes %XX.
std::string percent_encode(std::string_view text);
/// Nothing when a "%" is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);

inline std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}
std::string to_string(std::span<const std::byte> bytes);

}  // namespace hostelry
