// Records that sites have: made and removed by their jobs, in a zone of the site's tenant or of a
// tenant above it.

#include "core/features/dns/dns.h"
#include "core/features/dns/dns_store.h"
#include "core/features/dns/zone_name.h"
#include "core/features/shell/shell.h"
#include "core/platform/events/events.h"
#include "core/platform/http/address.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace hostelry::dns {

using nlohmann::json;

namespace {

constexpr std::int64_t kSiteTtl = 300;

struct NamesOfZone {
    ZoneForName zone;
    std::vector<std::string> names;
};

struct ZonesOfNames {
    std::vector<NamesOfZone> zones;
    std::vector<std::string> without_zone;
};

ZonesOfNames zones_of(db::Transaction& tx, TenantId tenant, const std::vector<std::string>& names) {
    ZonesOfNames found;
    DnsStore store(tx);
    for (const auto& name : names) {
        const auto zone = store.zone_for_name(tenant, name);
        if (!zone || zone->state == "deleting") {
            found.without_zone.push_back(name);
            continue;
        }
        const auto known =
            std::find_if(found.zones.begin(), found.zones.end(), [&](const NamesOfZone& one) {
                return one.zone.id == zone->id;
            });
        if (known != found.zones.end()) {
            known->names.push_back(name);
        } else {
            found.zones.push_back({*zone, {name}});
        }
    }
    return found;
}

std::string hint_for(
    const std::vector<std::string>& names, const std::string& type, const std::string& address
) {
    std::string hint = "Set where your domain's DNS is hosted:";
    for (const auto& name : names) {
        hint += fmt::format(" {} {} {};", name, type, address);
    }
    hint.pop_back();
    return hint + ".";
}

/// True when something changed.
Result<bool> place_record(
    DnsStore& store,
    const Dns::Needs& needs,
    const Zone& zone,
    const CheckedRecord& wanted,
    const Uuid& site
) {
    bool is_there = false;
    bool changed = false;
    for (const auto& present : store.records_at(zone.id, wanted.name)) {
        const bool is_ours = present.site == site;
        const bool is_address =
            present.type == "A" || present.type == "AAAA" || present.type == "CNAME";
        if (!is_ours && is_address) {
            return fail(
                ErrorCode::Conflict,
                wanted.name + " has a " + present.type + " record " +
                    (present.site ? "of another site" : "set by hand") +
                    " already. Remove it, or choose another name."
            );
        }
        if (!is_ours) {
            continue;
        }
        if (present.type == wanted.type && present.value == wanted.value) {
            is_there = true;
        } else {
            store.remove_record(present.id);
            store.mark_waiting(zone, present.name, present.type);
            changed = true;
        }
    }
    if (!is_there) {
        store.insert_record(zone, RecordId{new_uuid(needs.clock, needs.random)}, wanted, site);
        store.mark_waiting(zone, wanted.name, wanted.type);
        changed = true;
    }
    return changed;
}

struct SiteWish {
    TenantId tenant{};
    Uuid site{};
    std::string type;
    std::string address;
};

Result<void> write_records(
    const Dns::Needs& needs, const SiteWish& wish, const NamesOfZone& place
) {
    return needs.database.in_tenant(place.zone.tenant, [&](db::Transaction& tx) -> Result<void> {
        DnsStore store(tx);
        const auto zone = TRY(store.lock_zone(place.zone.id));
        if (zone.state == "creating") {
            return fail(ErrorCode::Unavailable, "The zone " + zone.name + " is not ready yet.");
        }
        bool changed = false;
        for (const auto& name : place.names) {
            if (name == zone.name && zone.tenant != wish.tenant) {
                return fail(
                    ErrorCode::Conflict,
                    "The name " + name + " belongs to the provider. Choose a name below it."
                );
            }
            const auto typed =
                (name == zone.name ? "@" : name) + std::string(name == zone.name ? "" : ".");
            const auto wanted = TRY(check_record(
                zone.name,
                {.name = typed, .type = wish.type, .value = wish.address, .ttl = kSiteTtl}
            ));
            const bool placed = TRY(place_record(store, needs, zone, wanted, wish.site));
            changed = placed || changed;
        }
        if (changed) {
            events::publish(
                tx,
                {.type = "dns_record.created",
                 .tenant = zone.tenant,
                 .subject_type = "dns_zone",
                 .subject_id = zone.id.uuid,
                 .data =
                     json{
                         {"zone", zone.name},
                         {"names", place.names},
                         {"value", wish.address},
                         {"site", wish.site.to_string()}}}
            );
            shell::announce(tx, "dns_zone", zone.id.uuid, zone.tenant);
        }
        return {};
    });
}

Result<void> erase_records(const Dns::Needs& needs, const ZoneForName& place, const Uuid& site) {
    return needs.database.in_tenant(place.tenant, [&](db::Transaction& tx) -> Result<void> {
        DnsStore store(tx);
        const auto zone = TRY(store.lock_zone(place.id));
        for (const auto& record : store.records_of_site(place.id, site)) {
            store.remove_record(record.id);
            store.mark_waiting(zone, record.name, record.type);
        }
        events::publish(
            tx,
            {.type = "dns_record.deleted",
             .tenant = zone.tenant,
             .subject_type = "dns_zone",
             .subject_id = zone.id.uuid,
             .data = json{{"zone", zone.name}, {"site", site.to_string()}}}
        );
        shell::announce(tx, "dns_zone", zone.id.uuid, zone.tenant);
        return {};
    });
}

}  // namespace

Result<json> Dns::ensure_site_records(
    TenantId tenant,
    const Uuid& site,
    const std::vector<std::string>& names,
    const std::string& address,
    JobId
) {
    const auto parsed = http::IpAddress::parse(address);
    if (!parsed) {
        return fail(ErrorCode::Conflict, "The server's public address is not known yet.");
    }
    const SiteWish wish{tenant, site, parsed->is_v4() ? "A" : "AAAA", address};
    const auto found =
        TRY(needs_.database.in_system([&](db::Transaction& tx) -> Result<ZonesOfNames> {
            return zones_of(tx, tenant, names);
        }));
    json zones = json::array();
    for (const auto& place : found.zones) {
        TRY(write_records(needs_, wish, place));
        TRY(push(place.zone.tenant, place.zone.id, {}));
        zones.push_back({{"zone", place.zone.id.to_string()}, {"names", place.names}});
    }
    if (found.without_zone.empty()) {
        return json{{"managed", true}, {"zones", std::move(zones)}};
    }
    return json{
        {"managed", false},
        {"zones", std::move(zones)},
        {"hint", hint_for(found.without_zone, wish.type, address)}};
}

Result<void> Dns::remove_site_records(TenantId, const Uuid& site) {
    const auto zones =
        TRY(needs_.database.in_system([&](db::Transaction& tx) -> Result<std::vector<ZoneForName>> {
            return DnsStore(tx).zones_of_site(site);
        }));
    for (const auto& place : zones) {
        TRY(erase_records(needs_, place, site));
        TRY(push(place.tenant, place.id, {}));
    }
    return {};
}

}  // namespace hostelry::dns
