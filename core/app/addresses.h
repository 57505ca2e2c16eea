#pragma once
// Addresses of the configuration ("0.0.0.0:8443"), and under which of them somebody reaches us.

#include "core/base/result.h"

#include <cstdint>
#include <string>

namespace hostelry::app {

inline constexpr auto kLoopback = "127.0.0.1";

/// "host:port", with an IPv6 host in brackets.
struct HostPort {
    std::string host;
    std::uint16_t port = 0;
};
/// Invalid, naming `key`.
Result<HostPort> parse_host_port(const std::string& text, const std::string& key);

bool is_loopback(const std::string& host);
/// Listens on every address of the machine: nothing that anybody could call.
bool is_wildcard(const std::string& host);

/// Where other machines reach a listener on `host`: for a wildcard, the address from which this
/// machine calls others (loopback when it has no route), else the host itself.
std::string host_for_others(const std::string& host);

/// "https://[::1]:8443"
std::string url_of(const std::string& scheme, const std::string& host, std::uint16_t port);
/// Of "https://panel.example:8080/"; empty when it is no URL.
std::string host_of(const std::string& url);

}  // namespace hostelry::app
