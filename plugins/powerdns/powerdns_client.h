#pragma once
// The PowerDNS Authoritative HTTP API (version 4.5 and later): addresses, errors, nothing of dns/1.

#include "hostelry/plugin.hpp"

#include <optional>
#include <string>

namespace powerdns {

struct Settings {
    std::string base_url;
    std::string server_id = "localhost";
    std::string kind = "Native";
    std::vector<std::string> nameservers;  ///< Without the final dot.
};

class PowerdnsClient {
public:
    PowerdnsClient() = default;
    PowerdnsClient(hostelry::plugin::Host host, const Settings& settings);

    /// `path` begins behind the server: "/zones". Every answer that is not a success is thrown as a
    /// Problem; an empty body is null.
    nlohmann::json get(const hostelry::plugin::Call& call, const std::string& path) const;
    nlohmann::json post(
        const hostelry::plugin::Call& call, const std::string& path, const nlohmann::json& body
    ) const;
    nlohmann::json put(
        const hostelry::plugin::Call& call, const std::string& path, const nlohmann::json& body
    ) const;
    void patch(
        const hostelry::plugin::Call& call, const std::string& path, const nlohmann::json& body
    ) const;
    void remove(const hostelry::plugin::Call& call, const std::string& path) const;

private:
    nlohmann::json send(
        const hostelry::plugin::Call& call,
        const std::string& method,
        const std::string& path,
        const std::optional<nlohmann::json>& body
    ) const;

    hostelry::plugin::Host host_;
    std::string root_;
};

}  // namespace powerdns
