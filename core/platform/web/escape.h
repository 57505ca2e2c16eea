#pragma once

#include <string>
#include <string_view>

// The escapers of the view layer. Each appends; none allocates for text without special characters.
namespace hostelry::view {

/// Written in place of an address that must not be linked to.
inline constexpr std::string_view kBlockedUrl = "#blocked-address";

/// Escapes & < > " and ', for text and for quoted attribute values. Control characters that HTML
/// does not allow, and NUL, become U+FFFD.
void append_escaped(std::string& html, std::string_view text);

/// Percent-encodes everything but unreserved characters (RFC 3986), the slash included.
void append_percent_encoded(std::string& html, std::string_view text);

/// True for an address that a page may link to: relative to this host, http, https or mailto. False
/// for another scheme, a protocol-relative "//host", a backslash, control characters or outer
/// space.
bool is_linkable(std::string_view url);

}  // namespace hostelry::view
