#pragma once
// Questions to name servers, one at a time, without recursion and without a cache between.

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hostelry::dns {

struct NameServerAddress {
    std::string address;  ///< IPv4 or IPv6 literal.
    std::uint16_t port = 53;

    friend bool operator==(const NameServerAddress&, const NameServerAddress&) = default;
};

struct NameAnswer {
    bool is_authoritative = false;
    std::vector<std::string> addresses;  ///< A or AAAA, as text.
};

/// "192.0.2.53", "192.0.2.53:5300", "[2001:db8::53]:5300". Nothing when it is no address.
std::vector<NameServerAddress> server_addresses_of(const std::vector<std::string>& texts);

/// Asks one server for the A ("A") or AAAA records of a name. Unavailable when it does not answer
/// in two seconds.
Result<NameAnswer> ask_name_server(
    const NameServerAddress& server, const std::string& name, const std::string& type
);

/// The TXT records at a name; the strings of each are joined. Unavailable as above.
Result<std::vector<std::string>> ask_name_server_for_texts(
    const NameServerAddress& server, const std::string& name
);

/// The name servers of the innermost zone around `name`, as the machine's own resolver finds them.
std::vector<std::string> public_name_servers(const std::string& name);
/// Addresses of a host name or literal, by the machine's own resolver.
std::vector<std::string> addresses_of_host(const std::string& host);

}  // namespace hostelry::dns
