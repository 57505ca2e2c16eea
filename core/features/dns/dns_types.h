#pragma once
// Zones and records as tables, API and pages see them.

#include "core/base/describe.h"
#include "core/base/id.h"
#include "core/features/plugins/dns_backend.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::dns {

using ZoneId = Id<struct ZoneTag>;
using RecordId = Id<struct RecordTag>;

struct Zone {
    ZoneId id{};
    TenantId tenant{};
    std::string name;  ///< Lower-case A-labels without the final dot.
    plugins::DnsBackendId backend{};
    std::string backend_name;
    std::vector<std::string> nameservers;
    std::string state;  ///< "creating", "ready", "failed", "deleting"
    std::string problem;
    bool dnssec = false;
    std::vector<std::string> ds;  ///< To be set at the parent while DNSSEC is on.
    std::int64_t records = 0;
    std::int64_t waiting = 0;  ///< Record sets not pushed yet.
    TimePoint created_at{};
};

struct Record {
    RecordId id{};
    ZoneId zone{};
    std::string name;  ///< Absolute, without the final dot.
    std::string type;
    std::int64_t ttl = 3600;
    std::string value;
    std::optional<Uuid> site;  ///< Made by a site; such a record is not edited by hand.
};

/// What of the list is wanted.
struct ListDnsZones {
    std::string words;
};

struct CreateDnsZone {
    std::string name;
    plugins::DnsBackendId backend{};
    std::optional<TenantId> tenant;  ///< Below the acting one; absent: the acting one.
};

struct WriteDnsRecord {
    std::string name;  ///< "@", relative or absolute.
    std::string type;
    std::string value;
    std::int64_t ttl = 3600;
};

}  // namespace hostelry::dns

namespace hostelry {

template <>
inline const Description& describe<dns::Zone>() {
    using dns::Zone;
    static const Description kDescription{
        "DnsZone",
        {
            field<&Zone::id>("id", {.label = "Id"}),
            field<&Zone::name>("name", {.label = "Zone"}),
            field<&Zone::state>("state", {.label = "State"}),
            field<&Zone::problem>("problem", {.label = "Problem"}),
            field<&Zone::records>("records", {.label = "Records"}),
            field<&Zone::waiting>("waiting", {.label = "Waiting changes"}),
            field<&Zone::backend>("backend", {.label = "Backend id"}),
            field<&Zone::backend_name>("backend_name", {.label = "Backend"}),
            field<&Zone::nameservers>("nameservers", {.label = "Name servers"}),
            field<&Zone::dnssec>("dnssec", {.label = "DNSSEC"}),
            field<&Zone::ds>("ds", {.label = "DS"}),
            field<&Zone::tenant>("tenant", {.label = "Account"}),
            field<&Zone::created_at>("created_at", {.label = "Created"}),
        }};
    return kDescription;
}

template <>
inline const Description& describe<dns::Record>() {
    using dns::Record;
    static const Description kDescription{
        "DnsRecord",
        {
            field<&Record::id>("id", {.label = "Id"}),
            field<&Record::name>("name", {.label = "Name"}),
            field<&Record::type>("type", {.label = "Type"}),
            field<&Record::ttl>("ttl", {.label = "TTL"}),
            field<&Record::value>("value", {.label = "Value"}),
            field<&Record::site>("site", {.label = "Made by site"}),
            field<&Record::zone>("zone", {.label = "Zone"}),
        }};
    return kDescription;
}

template <>
inline const Description& describe<dns::ListDnsZones>() {
    using dns::ListDnsZones;
    static const Description kDescription{
        "ListDnsZones",
        {
            field<&ListDnsZones::words>(
                "q", {.label = "Words", .help = "Only those with this in their name", .max = 253}
            ),
        }};
    return kDescription;
}

template <>
inline const Description& describe<dns::CreateDnsZone>() {
    using dns::CreateDnsZone;
    static const Description kDescription{
        "CreateDnsZone",
        {
            field<&CreateDnsZone::name>(
                "name",
                {.label = "Zone",
                 .help = "A domain, for example example.com.",
                 .kind = Kind::Hostname,
                 .required = true,
                 .min = 3,
                 .max = 253}
            ),
            field<&CreateDnsZone::backend>(
                "backend",
                {.label = "Backend", .help = "Where the zone is served.", .required = true}
            ),
            field<&CreateDnsZone::tenant>("tenant", {.label = "Account"}),
        }};
    return kDescription;
}

template <>
inline const Description& describe<dns::WriteDnsRecord>() {
    using dns::WriteDnsRecord;
    static const Description kDescription{
        "WriteDnsRecord",
        {
            field<&WriteDnsRecord::name>(
                "name",
                {.label = "Name",
                 .help = "@ for the zone itself, or a name inside it.",
                 .required = true,
                 .min = 1,
                 .max = 253,
                 .placeholder = "www"}
            ),
            field<&WriteDnsRecord::type>(
                "type",
                {.label = "Type",
                 .kind = Kind::Choice,
                 .required = true,
                 .choices =
                     {{"A", "A"},
                      {"AAAA", "AAAA"},
                      {"CNAME", "CNAME"},
                      {"MX", "MX"},
                      {"TXT", "TXT"},
                      {"NS", "NS"},
                      {"SRV", "SRV"},
                      {"CAA", "CAA"}}}
            ),
            field<&WriteDnsRecord::value>(
                "value",
                {.label = "Value",
                 .help = "A 192.0.2.7, MX 10 mail.example.com, SRV 10 5 5060 sip.example.com, CAA "
                         "0 issue \"ca.example\".",
                 .required = true,
                 .min = 1,
                 .max = 4096}
            ),
            field<&WriteDnsRecord::ttl>(
                "ttl",
                {.label = "TTL",
                 .help = "Seconds that others may remember it.",
                 .min = 60,
                 .max = 604800}
            ),
        }};
    return kDescription;
}

}  // namespace hostelry
