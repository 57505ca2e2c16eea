#pragma once
// Names and values between dns/1 (no final dots, TXT as plain text) and PowerDNS (zone file form).

#include <string>
#include <string_view>

namespace powerdns {

/// "www.example.com" -> "www.example.com."; the root stays ".".
std::string absolute(std::string_view name);
/// The inverse, in lower case.
std::string relative_free(std::string_view name);

/// A value of dns/1 as PowerDNS wants it. Throws a Problem for a value that cannot be one of that
/// type.
std::string to_content(const std::string& type, const std::string& value);
/// The inverse. Types that dns/1 does not know come back as they are.
std::string to_value(const std::string& type, const std::string& content);

}  // namespace powerdns
