#include "core/features/dns/dns.h"
#include "core/features/dns/dns_jobs.h"
#include "core/features/dns/dns_store.h"
#include "core/features/shell/shell.h"
#include "core/platform/events/events.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::dns {

using nlohmann::json;

namespace {

constexpr std::int64_t kRecordsMax = 10000;
constexpr std::size_t kSetValuesMax = 200;

Result<Zone> changeable_zone(DnsStore& store, ZoneId id) {
    auto zone = TRY(store.lock_zone(id));
    if (zone.state == "deleting") {
        return fail(ErrorCode::Conflict, "The zone is being deleted.");
    }
    return zone;
}

/// A record that a person may change.
Result<Record> own_record(DnsStore& store, ZoneId zone, RecordId id) {
    const auto record = store.find_record(zone, id);
    if (!record) {
        return fail(ErrorCode::NotFound, "There is no such record.");
    }
    if (record->site) {
        return fail(
            ErrorCode::Conflict,
            "A site made this record and keeps it up to date. It goes with the site."
        );
    }
    return *record;
}

std::vector<Record> others_at(
    DnsStore& store, ZoneId zone, const std::string& name, const std::optional<RecordId>& changed
) {
    auto others = store.records_at(zone, name);
    std::erase_if(others, [&](const Record& other) { return changed && other.id == *changed; });
    return others;
}

Result<void> check_place(
    DnsStore& store,
    const Zone& zone,
    const CheckedRecord& record,
    const std::optional<RecordId>& changed
) {
    const auto others = others_at(store, zone.id, record.name, changed);
    TRY(check_beside(record, others));
    const auto values = std::count_if(others.begin(), others.end(), [&](const Record& other) {
        return other.type == record.type;
    });
    if (static_cast<std::size_t>(values) >= kSetValuesMax) {
        return fail(ErrorCode::QuotaExceeded, "A name holds at most 200 records of one type.");
    }
    return {};
}

JobId publish_change(
    db::Transaction& tx,
    const users::Caller& caller,
    const Zone& zone,
    const char* type,
    const std::string& name,
    const std::string& record_type,
    const std::string& value
) {
    auto event = users::event_by(caller, type, zone.tenant);
    event.subject_type = "dns_zone";
    event.subject_id = zone.id.uuid;
    event.data = json{{"zone", zone.name}, {"name", name}, {"type", record_type}, {"value", value}};
    events::publish(tx, event);
    shell::announce(tx, "dns_zone", zone.id.uuid, zone.tenant);
    return enqueue_zone_job(tx, kApplyJob, zone, caller.user, json{{"zone", zone.id.to_string()}});
}

Record record_of(RecordId id, const Zone& zone, const CheckedRecord& checked) {
    return {
        .id = id,
        .zone = zone.id,
        .name = checked.name,
        .type = checked.type,
        .ttl = checked.ttl,
        .value = checked.value,
        .site = std::nullopt,
    };
}

}  // namespace

Result<RecordChange> Dns::create_record(
    const users::Caller& caller, ZoneId zone_id, const WriteDnsRecord& request
) {
    return needs_.database.in_tenant(
        caller.tenant,
        [&](db::Transaction& tx) -> Result<RecordChange> {
            DnsStore store(tx);
            const auto zone = TRY(changeable_zone(store, zone_id));
            const auto checked = TRY(check_record(zone.name, request));
            TRY(check_place(store, zone, checked, std::nullopt));
            if (zone.records >= kRecordsMax) {
                return fail(ErrorCode::QuotaExceeded, "A zone holds at most 10,000 records.");
            }
            const RecordId id{new_uuid(needs_.clock, needs_.random)};
            store.insert_record(zone, id, checked, std::nullopt);
            store.set_ttl(zone.id, checked.name, checked.type, checked.ttl);
            store.mark_waiting(zone, checked.name, checked.type);
            const JobId job = publish_change(
                tx, caller, zone, "dns_record.created", checked.name, checked.type, checked.value
            );
            return RecordChange{record_of(id, zone, checked), job};
        }
    );
}

Result<RecordChange> Dns::update_record(
    const users::Caller& caller, ZoneId zone_id, RecordId id, const WriteDnsRecord& request
) {
    return needs_.database.in_tenant(
        caller.tenant,
        [&](db::Transaction& tx) -> Result<RecordChange> {
            DnsStore store(tx);
            const auto zone = TRY(changeable_zone(store, zone_id));
            const auto before = TRY(own_record(store, zone.id, id));
            const auto checked = TRY(check_record(zone.name, request));
            TRY(check_place(store, zone, checked, id));
            store.update_record(id, checked);
            store.set_ttl(zone.id, checked.name, checked.type, checked.ttl);
            store.mark_waiting(zone, before.name, before.type);
            store.mark_waiting(zone, checked.name, checked.type);
            const JobId job = publish_change(
                tx, caller, zone, "dns_record.changed", checked.name, checked.type, checked.value
            );
            return RecordChange{record_of(id, zone, checked), job};
        }
    );
}

Result<JobId> Dns::delete_record(const users::Caller& caller, ZoneId zone_id, RecordId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<JobId> {
        DnsStore store(tx);
        const auto zone = TRY(changeable_zone(store, zone_id));
        const auto before = TRY(own_record(store, zone.id, id));
        store.remove_record(id);
        store.mark_waiting(zone, before.name, before.type);
        return publish_change(
            tx, caller, zone, "dns_record.deleted", before.name, before.type, before.value
        );
    });
}

}  // namespace hostelry::dns
