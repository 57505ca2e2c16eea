#pragma once
// The network interfaces of this machine.

#include <string>

namespace hostelry {

/// True for an IPv4 or IPv6 literal that one of them has, loopback's included.
bool has_address(const std::string& literal);

/// True for a literal of 127.0.0.0/8 or ::1.
bool is_loopback_address(const std::string& literal);

}  // namespace hostelry
