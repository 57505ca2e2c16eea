#include "core/features/dns/dns.h"
#include "core/features/dns/dns_jobs.h"
#include "core/features/dns/dns_routes.h"
#include "core/features/dns/dns_store.h"
#include "core/features/dns/zone_name.h"
#include "core/features/shell/shell.h"
#include "core/platform/events/events.h"

#include <nlohmann/json.hpp>

namespace hostelry::dns {

using nlohmann::json;

namespace {

// Who may do this vouches for the domain's owner; the audit names them.
constexpr auto kVoucherPermission = "tenant:create";

events::NewEvent zone_event(
    const users::Caller& caller, std::string type, const Zone& zone, const json& data
) {
    auto event = users::event_by(caller, std::move(type), zone.tenant);
    event.subject_type = "dns_zone";
    event.subject_id = zone.id.uuid;
    event.data = data;
    return event;
}

json zone_input(const Zone& zone) {
    return {{"zone", zone.id.to_string()}};
}

Result<Zone> checked_zone(
    db::Transaction& tx, const users::Caller& caller, const CreateDnsZone& request
) {
    std::vector<FieldError> errors;
    Zone zone;
    zone.tenant = request.tenant.value_or(caller.tenant);
    zone.state = "creating";
    auto name = zone_name_from_text(request.name);
    if (!name) {
        errors.push_back({"name", name.error().message});
    } else {
        zone.name = *std::move(name);
    }
    const auto backend = plugins::find_dns_backend(tx, request.backend);
    if (!backend) {
        errors.push_back({"backend", "There is no such DNS backend."});
    } else {
        zone.backend = backend->id;
        zone.backend_name = backend->name;
        zone.nameservers = backend->nameservers;
    }
    const auto tenant = tx.query_optional(
        "select 1 from hostelry.tenants where id = $1 and state <> 'deleted' for key share",
        zone.tenant
    );
    if (!tenant) {
        errors.push_back({"tenant", "There is no such account."});
    }
    if (!errors.empty()) {
        return fail_fields(std::move(errors));
    }
    return zone;
}

}  // namespace

void Dns::add_routes(http::Router& router) {
    needs_.shell.add_topic("dns_zone", [](db::Transaction& tx, const Uuid& id) {
        return DnsStore(tx).find_zone(ZoneId{id}).has_value();
    });
    needs_.shell.add_source(
        "dns:read",
        [](db::Transaction& tx, const http::Principal&, const std::string& words) {
            std::vector<view::PaletteItem> items;
            for (const auto& zone : DnsStore(tx).list_zones(words)) {
                if (items.size() == 5) {
                    break;
                }
                view::PaletteItem item;
                item.label = zone.name;
                item.href = "/dns/" + zone.id.to_string();
                item.icon = "route";
                items.push_back(std::move(item));
            }
            return items;
        }
    );
    routes_ = add_dns_routes(*this, router);
}

void Dns::add_jobs(queue::Registry& registry) {
    add_dns_jobs(*this, registry);
}

Result<ZoneChange> Dns::create_zone(
    const users::Caller& caller,
    const CreateDnsZone& request,
    const std::optional<std::string>& request_key
) {
    if (!caller.may(kVoucherPermission)) {
        return fail(
            ErrorCode::Forbidden,
            "Ask your provider to add the domain: somebody has to vouch that it is yours. You can "
            "then edit its records."
        );
    }
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<ZoneChange> {
        DnsStore store(tx);
        auto zone = TRY(checked_zone(tx, caller, request));
        if (request_key) {
            if (const auto earlier = store.find_zone_by_key(zone.tenant, *request_key)) {
                return ZoneChange{*earlier, std::nullopt};
            }
        }
        if (store.clashes(zone.tenant, zone.name)) {
            Error error;
            error.code = ErrorCode::Conflict;
            error.message = "This domain cannot be added. It may be in use already.";
            error.fields = {{"name", error.message}};
            return tl::unexpected(std::move(error));
        }
        zone.id = ZoneId{new_uuid(needs_.clock, needs_.random)};
        TRY(store.insert_zone(zone, request_key));
        events::publish(
            tx,
            zone_event(
                caller,
                "dns_zone.created",
                zone,
                {{"name", zone.name}, {"backend", zone.backend_name}, {"vouched", true}}
            )
        );
        const JobId job = enqueue_zone_job(tx, kCreateZoneJob, zone, caller.user, zone_input(zone));
        shell::announce(tx, "dns_zone", zone.id.uuid, zone.tenant);
        return ZoneChange{TRY(store.get_zone(zone.id)), job};
    });
}

Result<JobId> Dns::delete_zone(const users::Caller& caller, ZoneId id) {
    if (!caller.may(kVoucherPermission)) {
        return fail(ErrorCode::Forbidden, "Ask your provider to remove the domain.");
    }
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<JobId> {
        DnsStore store(tx);
        const auto zone = TRY(store.lock_zone(id));
        for (const auto& record : store.records(id)) {
            if (record.site) {
                return fail(
                    ErrorCode::Conflict, "Sites use names of this zone. Delete them first."
                );
            }
        }
        store.set_state(id, "deleting", "");
        events::publish(
            tx, zone_event(caller, "dns_zone.deletion_asked", zone, {{"name", zone.name}})
        );
        shell::announce(tx, "dns_zone", zone.id.uuid, zone.tenant);
        return enqueue_zone_job(tx, kDeleteZoneJob, zone, caller.user, zone_input(zone));
    });
}

Result<JobId> Dns::set_dnssec(const users::Caller& caller, ZoneId id, bool enabled) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<JobId> {
        const auto zone = TRY(DnsStore(tx).lock_zone(id));
        if (zone.state != "ready") {
            return fail(ErrorCode::Conflict, "Wait until the zone is ready.");
        }
        events::publish(
            tx,
            zone_event(
                caller, "dns_zone.dnssec_asked", zone, {{"name", zone.name}, {"enabled", enabled}}
            )
        );
        auto input = zone_input(zone);
        input["enabled"] = enabled;
        return enqueue_zone_job(tx, kDnssecJob, zone, caller.user, input);
    });
}

Result<JobId> Dns::apply_again(const users::Caller& caller, ZoneId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<JobId> {
        DnsStore store(tx);
        const auto zone = TRY(store.lock_zone(id));
        if (zone.state == "deleting") {
            return fail(ErrorCode::Conflict, "The zone is being deleted.");
        }
        const bool was_made = !store.etag(id).empty();
        events::publish(tx, zone_event(caller, "dns_zone.push_asked", zone, {{"name", zone.name}}));
        return enqueue_zone_job(
            tx, was_made ? kApplyJob : kCreateZoneJob, zone, caller.user, zone_input(zone)
        );
    });
}

Result<std::vector<Zone>> Dns::list_zones(TenantId tenant, const std::string& words) {
    return needs_.database.in_tenant(tenant, [&](db::Transaction& tx) -> Result<std::vector<Zone>> {
        return DnsStore(tx).list_zones(words);
    });
}

Result<ZoneWithRecords> Dns::get_zone(TenantId tenant, ZoneId id) {
    return needs_.database.in_tenant(tenant, [&](db::Transaction& tx) -> Result<ZoneWithRecords> {
        DnsStore store(tx);
        ZoneWithRecords found;
        found.zone = TRY(store.get_zone(id));
        found.records = store.records(id);
        return found;
    });
}

}  // namespace hostelry::dns
