#include "core/features/dns/dns_jobs.h"

#include "core/base/text.h"
#include "core/features/dns/dns.h"
#include "core/features/dns/dns_store.h"
#include "core/features/dns/zone_name.h"
#include "core/features/shell/shell.h"
#include "core/platform/events/events.h"

#include <nlohmann/json.hpp>

namespace hostelry::dns {
namespace {

using nlohmann::json;
using queue::StepContext;

constexpr int kJobAttempts = 5;

ZoneId zone_of(const StepContext& step) {
    return ZoneId::parse(step.input().value("zone", "")).value_or(ZoneId{});
}

plugins::PluginCallOptions call_options(const StepContext& step) {
    return {
        .timeout = std::chrono::seconds(30),
        .idempotency_key = step.idempotency_key(),
        .tenant = step.tenant().to_string(),
        .cancelled = [&step] { return step.cancelled(); },
    };
}

template <class Work>
Result<void> with_zone(Dns& dns, StepContext& step, Work&& work) {
    return dns.needs().database.in_tenant(step.tenant(), [&](db::Transaction& tx) -> Result<void> {
        DnsStore store(tx);
        const auto zone = TRY(store.get_zone(zone_of(step)));
        work(tx, store, zone);
        shell::announce(tx, "dns_zone", zone.id.uuid, zone.tenant);
        return {};
    });
}

Result<Zone> load_zone(Dns& dns, const StepContext& step) {
    return dns.needs().database.in_tenant(step.tenant(), [&](db::Transaction& tx) {
        return DnsStore(tx).get_zone(zone_of(step));
    });
}

/// The zone shows why the last attempt failed; it counts as failed when there will be no other.
void show_problem(Dns& dns, StepContext& step, const Error& error) {
    const bool is_final = !is_retryable(error.code) || step.attempt() >= kJobAttempts;
    (void)with_zone(dns, step, [&](db::Transaction&, DnsStore& store, const Zone& zone) {
        store.set_state(zone.id, is_final ? "failed" : zone.state, error.message);
    });
}

/// A zone that the backend has already (made by an earlier attempt, or by hand): its records are
/// taken over.
void take_over(Dns& dns, DnsStore& store, const Zone& zone, const json& present) {
    for (const auto& set : present.at("rrsets")) {
        for (const auto& value : set.at("values")) {
            const auto checked = check_record(
                zone.name,
                {.name = set.at("name").get<std::string>() + ".",
                 .type = set.at("type").get<std::string>(),
                 .value = value.get<std::string>(),
                 .ttl = std::clamp<std::int64_t>(set.at("ttl").get<std::int64_t>(), 60, 604800)}
            );
            if (checked && check_beside(*checked, store.records_at(zone.id, checked->name))) {
                store.insert_record(
                    zone,
                    RecordId{new_uuid(dns.needs().clock, dns.needs().random)},
                    *checked,
                    std::nullopt
                );
            }
        }
    }
}

/// Digests in SHA-1 are not to be given to registrars any more (RFC 8624).
std::vector<std::string> usable_ds(const json& answer) {
    auto lines = answer.value("ds", std::vector<std::string>{});
    std::erase_if(lines, [](const std::string& line) {
        const auto parts = split(line, ' ');
        return parts.size() >= 3 && parts[2] == "1";
    });
    return lines;
}

Result<json> create_zone(Dns& dns, StepContext& step) {
    const auto zone = TRY(load_zone(dns, step));
    auto& backends = dns.needs().plugins;
    json request{{"zone", zone.name}};
    if (!zone.nameservers.empty()) {
        request["nameservers"] = zone.nameservers;
    }
    auto made = backends.call_dns(zone.backend, "zone_create", request, call_options(step));
    const bool was_there = !made && made.error().code == ErrorCode::Conflict;
    if (was_there) {
        made =
            backends.call_dns(zone.backend, "zone_get", {{"zone", zone.name}}, call_options(step));
    }
    if (!made) {
        show_problem(dns, step, made.error());
        return tl::unexpected(made.error());
    }
    json signing;
    if (was_there && made->at("zone").value("dnssec", false)) {
        // Says the DS records of the keys that are there; changes nothing.
        signing = TRY(backends.call_dns(
            zone.backend,
            "zone_dnssec",
            {{"zone", zone.name}, {"enabled", true}},
            call_options(step)
        ));
    }
    TRY(with_zone(dns, step, [&](db::Transaction& tx, DnsStore& store, const Zone& present) {
        if (was_there) {
            take_over(dns, store, present, *made);
        }
        if (signing.is_object()) {
            store.set_dnssec(present.id, true, usable_ds(signing));
        }
        store.set_state(present.id, "ready", "");
        store.set_etag(present.id, made->value("etag", ""));
        store.set_nameservers(present.id, made->value("nameservers", present.nameservers));
        events::publish(
            tx,
            {.type = "dns_zone.ready",
             .tenant = present.tenant,
             .actor = step.actor(),
             .subject_type = "dns_zone",
             .subject_id = present.id.uuid,
             .data = json{{"name", present.name}, {"taken_over", was_there}}}
        );
    }));
    return json{{"taken_over", was_there}};
}

Result<json> apply_changes(Dns& dns, StepContext& step) {
    const auto pushed =
        dns.push(step.tenant(), zone_of(step), [&step] { return step.cancelled(); });
    if (!pushed && pushed.error().code == ErrorCode::NotFound) {
        return json(nullptr);  // Deleted meanwhile: nothing to push to.
    }
    if (!pushed) {
        show_problem(dns, step, pushed.error());
        return tl::unexpected(pushed.error());
    }
    return json(nullptr);
}

Result<json> delete_at_backend(Dns& dns, StepContext& step) {
    const auto zone = load_zone(dns, step);
    if (!zone) {
        return json(nullptr);
    }
    const auto gone = dns.needs().plugins.call_dns(
        zone->backend, "zone_delete", {{"zone", zone->name}}, call_options(step)
    );
    if (!gone) {
        show_problem(dns, step, gone.error());
        return tl::unexpected(gone.error());
    }
    return json(nullptr);
}

Result<json> forget_zone(Dns& dns, StepContext& step) {
    TRY(dns.needs().database.in_tenant(step.tenant(), [&](db::Transaction& tx) -> Result<void> {
        DnsStore store(tx);
        const auto zone = store.find_zone(zone_of(step));
        if (!zone) {
            return {};
        }
        store.remove_zone(zone->id);
        events::publish(
            tx,
            {.type = "dns_zone.deleted",
             .tenant = zone->tenant,
             .actor = step.actor(),
             .subject_type = "dns_zone",
             .subject_id = zone->id.uuid,
             .data = json{{"name", zone->name}}}
        );
        shell::announce(tx, "dns_zone", zone->id.uuid, zone->tenant);
        return {};
    }));
    return json(nullptr);
}

Result<json> switch_dnssec(Dns& dns, StepContext& step) {
    const auto zone = TRY(load_zone(dns, step));
    const bool enabled = step.input().value("enabled", false);
    const auto answer = TRY(dns.needs().plugins.call_dns(
        zone.backend, "zone_dnssec", {{"zone", zone.name}, {"enabled", enabled}}, call_options(step)
    ));
    TRY(with_zone(dns, step, [&](db::Transaction&, DnsStore& store, const Zone& present) {
        store.set_dnssec(present.id, answer.value("enabled", enabled), usable_ds(answer));
    }));
    return json(nullptr);
}

using ZoneStep = Result<json> (*)(Dns&, StepContext&);

queue::Step zone_step(Dns& dns, std::string name, std::string title, ZoneStep run) {
    queue::Step step;
    step.name = std::move(name);
    step.title = std::move(title);
    step.run = [&dns, run](StepContext& context) { return run(dns, context); };
    step.attempts_max = kJobAttempts;
    return step;
}

}  // namespace

void add_dns_jobs(Dns& dns, queue::Registry& registry) {
    registry.add(
        {.name = std::string(kCreateZoneJob),
         .title = "Create zone",
         .queue = "dns",
         .steps =
             {zone_step(dns, "create", "Create the zone at its backend", &create_zone),
              zone_step(dns, "apply", "Push its records", &apply_changes)}}
    );
    registry.add(
        {.name = std::string(kApplyJob),
         .title = "Push DNS records",
         .queue = "dns",
         .steps = {zone_step(dns, "apply", "Push the records to the backend", &apply_changes)}}
    );
    registry.add(
        {.name = std::string(kDeleteZoneJob),
         .title = "Delete zone",
         .queue = "dns",
         .steps =
             {zone_step(dns, "delete", "Delete the zone at its backend", &delete_at_backend),
              zone_step(dns, "forget", "Forget its records", &forget_zone)}}
    );
    registry.add(
        {.name = std::string(kDnssecJob),
         .title = "Switch DNSSEC",
         .queue = "dns",
         .steps = {zone_step(dns, "switch", "Tell the backend", &switch_dnssec)}}
    );
}

JobId enqueue_zone_job(
    db::Transaction& tx,
    std::string_view kind,
    const Zone& zone,
    const std::optional<UserId>& actor,
    const db::JsonText& input
) {
    return queue::enqueue(
        tx,
        {.kind = std::string(kind),
         .tenant = zone.tenant,
         .input = input,
         .exclusive_key = "dns_zone:" + zone.id.to_string(),
         .actor = actor,
         .subject_type = "dns_zone",
         .subject_id = zone.id.uuid,
         .subject_name = shown_name(zone)}
    );
}

}  // namespace hostelry::dns
