#pragma once
// dns/1 on PowerDNS.

#include "hostelry/plugin.hpp"
#include "powerdns_client.h"

#include <string>

namespace powerdns {

class PowerdnsDns {
public:
    explicit PowerdnsDns(hostelry::plugin::Host host) : host_(host) {}

    void configure(const hostelry::plugin::Call& call, const nlohmann::json& settings);
    nlohmann::json selftest(const hostelry::plugin::Call& call, const nlohmann::json&) const;

    nlohmann::json zone_list(const hostelry::plugin::Call& call, const nlohmann::json&) const;
    nlohmann::json zone_get(const hostelry::plugin::Call& call, const nlohmann::json& request)
        const;
    nlohmann::json zone_create(const hostelry::plugin::Call& call, const nlohmann::json& request)
        const;
    nlohmann::json zone_delete(const hostelry::plugin::Call& call, const nlohmann::json& request)
        const;
    nlohmann::json zone_apply(const hostelry::plugin::Call& call, const nlohmann::json& request)
        const;
    nlohmann::json zone_dnssec(const hostelry::plugin::Call& call, const nlohmann::json& request)
        const;

private:
    /// Path of the zone below the server. PowerDNS names zones by an id of its own making, so it is
    /// looked up. Throws NOT_FOUND.
    std::string path_of(const hostelry::plugin::Call& call, const std::string& zone) const;
    nlohmann::json read_zone(const hostelry::plugin::Call& call, const std::string& path) const;

    hostelry::plugin::Host host_;
    Settings settings_;
    PowerdnsClient client_;
};

}  // namespace powerdns
