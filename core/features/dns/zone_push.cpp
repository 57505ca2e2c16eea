#include "core/features/dns/dns.h"
#include "core/features/dns/dns_store.h"
#include "core/features/shell/shell.h"

#include <nlohmann/json.hpp>

namespace hostelry::dns {
namespace {

using nlohmann::json;

constexpr int kPushRoundsMax = 20;

struct PushRound {
    Zone zone;
    std::string etag;
    std::vector<WaitingSet> sets;
};

Result<PushRound> read_round(const Dns::Needs& needs, TenantId tenant, ZoneId id) {
    return needs.database.in_tenant(tenant, [&](db::Transaction& tx) -> Result<PushRound> {
        DnsStore store(tx);
        PushRound round;
        round.zone = TRY(store.get_zone(id));
        round.etag = store.etag(id);
        round.sets = store.waiting(id);
        return round;
    });
}

json changes_of(const std::vector<WaitingSet>& sets) {
    json changes = json::array();
    for (const auto& set : sets) {
        if (set.values.empty()) {
            changes.push_back({{"op", "delete"}, {"name", set.name}, {"type", set.type}});
        } else {
            changes.push_back(
                {{"op", "put"},
                 {"name", set.name},
                 {"type", set.type},
                 {"ttl", set.ttl},
                 {"values", set.values}}
            );
        }
    }
    return changes;
}

Result<void> write_round(const Dns::Needs& needs, const PushRound& round, const std::string& etag) {
    return needs.database.in_tenant(round.zone.tenant, [&](db::Transaction& tx) -> Result<void> {
        DnsStore store(tx);
        for (const auto& set : round.sets) {
            store.settle(round.zone.id, set);
        }
        store.set_etag(round.zone.id, etag);
        if (round.zone.state == "failed" || !round.zone.problem.empty()) {
            store.set_state(round.zone.id, "ready", "");
        }
        shell::announce(tx, "dns_zone", round.zone.id.uuid, round.zone.tenant);
        return {};
    });
}

}  // namespace

// Each round is sent with the etag under which its values were read. Somebody else's change, or
// another push of ours, makes it stale: then the values are read again under the new etag, so that
// an older set never overwrites a newer one.
Result<void> Dns::push(TenantId tenant, ZoneId id, const std::function<bool()>& cancelled) {
    std::optional<std::string> fresh_etag;
    for (int round_number = 0; round_number < kPushRoundsMax; ++round_number) {
        const auto round = TRY(read_round(needs_, tenant, id));
        if (round.sets.empty()) {
            return {};
        }
        const std::string etag = fresh_etag ? *fresh_etag : round.etag;
        const plugins::PluginCallOptions options{
            .timeout = std::chrono::seconds(30),
            .idempotency_key = {},
            .tenant = tenant.to_string(),
            .cancelled = cancelled,
        };
        json request{{"zone", round.zone.name}, {"changes", changes_of(round.sets)}};
        if (!etag.empty()) {
            request["expected_etag"] = etag;
        }
        const auto applied =
            needs_.plugins.call_dns(round.zone.backend, "zone_apply", request, options);
        if (applied) {
            TRY(write_round(needs_, round, applied->value("etag", "")));
            fresh_etag.reset();
            continue;
        }
        if (applied.error().code == ErrorCode::NotFound) {
            return fail(
                ErrorCode::ProviderRefused,
                "The backend does not have the zone " + round.zone.name + " any more."
            );
        }
        if (applied.error().code != ErrorCode::Conflict) {
            return tl::unexpected(applied.error());
        }
        const auto present = TRY(needs_.plugins.call_dns(
            round.zone.backend, "zone_get", {{"zone", round.zone.name}}, options
        ));
        fresh_etag = present.value("etag", "");
    }
    return fail(ErrorCode::Unavailable, "The zone changes faster than its records can be pushed.");
}

}  // namespace hostelry::dns
