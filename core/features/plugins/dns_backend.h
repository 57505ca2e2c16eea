#pragma once
// An account at a DNS service: which plugin, where, with which key. Belongs to the installation;
// only its operator makes one, because its address may lead into private networks.

#include "core/base/describe.h"
#include "core/base/id.h"
#include "core/platform/db/transaction.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::plugins {

using DnsBackendId = Id<struct DnsBackendTag>;

struct DnsBackend {
    DnsBackendId id{};
    std::string name;
    std::string plugin;
    std::string base_url;
    std::vector<std::string> nameservers;
    /// Where to ask for its zones: "192.0.2.53" or "192.0.2.53:5300". Empty: the addresses of the
    /// name servers.
    std::vector<std::string> query_addresses;
    std::optional<std::int64_t> zones;  ///< Of all accounts; nothing where they were not counted.
    TimePoint created_at{};
};

struct CreateDnsBackend {
    std::string name;
    std::string plugin;
    std::string base_url;
    std::string api_key;
    std::string nameservers;      ///< Separated by spaces.
    std::string query_addresses;  ///< Separated by spaces.
};

/// What everybody who has zones may know: how they lead to it is the operator's business, and how
/// many zones others have is theirs.
DnsBackend public_part(const DnsBackend& backend);

/// Every backend, by name.
/// Counting looks at the zones of all accounts: for those who keep the backends, not for a choice.
enum class CountZones { No, Yes };

std::vector<DnsBackend> dns_backends(db::Transaction& tx, CountZones count);
/// Without the number of zones.
std::optional<DnsBackend> find_dns_backend(db::Transaction& tx, DnsBackendId id);

}  // namespace hostelry::plugins

namespace hostelry {

template <>
inline const Description& describe<plugins::DnsBackend>() {
    using plugins::DnsBackend;
    static const Description kDescription{
        "DnsBackend",
        {
            field<&DnsBackend::id>("id", {.label = "Id"}),
            field<&DnsBackend::name>("name", {.label = "Name"}),
            field<&DnsBackend::plugin>("plugin", {.label = "Plugin"}),
            field<&DnsBackend::base_url>("base_url", {.label = "Address"}),
            field<&DnsBackend::nameservers>("nameservers", {.label = "Name servers"}),
            field<&DnsBackend::query_addresses>("query_addresses", {.label = "Asked at"}),
            field<&DnsBackend::zones>("zones", {.label = "Zones"}),
            field<&DnsBackend::created_at>("created_at", {.label = "Created"}),
        }};
    return kDescription;
}

template <>
inline const Description& describe<plugins::CreateDnsBackend>() {
    using plugins::CreateDnsBackend;
    static const Description kDescription{
        "CreateDnsBackend",
        {
            field<&CreateDnsBackend::name>(
                "name",
                {.label = "Name",
                 .help = "Shown where a zone is added.",
                 .required = true,
                 .min = 1,
                 .max = 60}
            ),
            field<&CreateDnsBackend::plugin>(
                "plugin",
                {.label = "Plugin",
                 .help = "Its id, for example org.hostelry.powerdns.",
                 .required = true,
                 .min = 1,
                 .max = 100}
            ),
            field<&CreateDnsBackend::base_url>(
                "base_url",
                {.label = "Address of the API",
                 .help = "For PowerDNS http://10.0.0.5:8081. Private addresses must be allowed in "
                         "outbound.allow_private.",
                 .required = true,
                 .min = 1,
                 .max = 200}
            ),
            field<&CreateDnsBackend::api_key>(
                "api_key",
                {.label = "API key", .kind = Kind::Password, .required = true, .min = 1, .max = 200}
            ),
            field<&CreateDnsBackend::nameservers>(
                "nameservers",
                {.label = "Name servers",
                 .help = "Host names that new zones are delegated to, separated by spaces.",
                 .required = true,
                 .min = 1,
                 .max = 1000,
                 .placeholder = "ns1.example.net ns2.example.net"}
            ),
            field<&CreateDnsBackend::query_addresses>(
                "query_addresses",
                {.label = "Asked at",
                 .help = "Addresses to ask whether a record is live, separated by spaces. Empty: "
                         "those of the name "
                         "servers.",
                 .max = 1000}
            ),
        }};
    return kDescription;
}

}  // namespace hostelry
