#include "hostelry/cap_dns.h"
#include "hostelry/plugin.hpp"
#include "powerdns_dns.h"

#include <cstdint>

namespace {

using hostelry::plugin::member;
using powerdns::PowerdnsDns;

// PowerDNS answers when it is done, so there is no operation to poll.
const hostelry_dns_v1 kDns{
    sizeof(kDns),
    0,
    &member<&PowerdnsDns::zone_list>,
    &member<&PowerdnsDns::zone_get>,
    &member<&PowerdnsDns::zone_create>,
    &member<&PowerdnsDns::zone_delete>,
    &member<&PowerdnsDns::zone_apply>,
    nullptr,
    &member<&PowerdnsDns::zone_dnssec>};

const void* tables(hostelry_str name, std::uint32_t revision) {
    return hostelry::plugin::view(name) == "dns" && revision == 1 ? &kDns : nullptr;
}

}  // namespace

HOSTELRY_PLUGIN_ENTRY(host) {
    static const auto kPlugin = [] {
        auto plugin =
            hostelry::plugin::define<PowerdnsDns>("org.hostelry.powerdns", "1.0.0", &tables);
        plugin.selftest = &member<&PowerdnsDns::selftest>;
        return plugin;
    }();
    hostelry::plugin::Entry<PowerdnsDns>::host = host;
    return &kPlugin;
}
