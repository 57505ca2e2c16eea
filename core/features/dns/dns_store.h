#pragma once

#include "core/features/dns/dns_types.h"
#include "core/features/dns/record_rules.h"
#include "core/platform/db/transaction.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::dns {

/// A record set the backend does not have yet. Without values it is gone.
struct WaitingSet {
    std::string name;
    std::string type;
    std::int64_t change = 0;
    std::int64_t ttl = 0;
    std::vector<std::string> values;
};

struct ZoneForName {
    ZoneId id{};
    TenantId tenant{};
    std::string name;
    std::string state;
};

struct ServersForName {
    std::string zone;
    std::vector<std::string> nameservers;
    std::vector<std::string> query_addresses;
    std::string base_url;
};

struct ZoneCounts {
    std::int64_t all = 0, ready = 0, failed = 0;
};

class DnsStore {
public:
    explicit DnsStore(db::Transaction& tx) : tx_(tx) {}

    // Zones.
    /// Conflict when the name is taken.
    Result<void> insert_zone(const Zone& zone, const std::optional<std::string>& request_key);
    std::optional<Zone> find_zone(ZoneId id);
    /// NotFound.
    Result<Zone> get_zone(ZoneId id);
    /// NotFound; until the end of the transaction nobody else changes the zone's records.
    Result<Zone> lock_zone(ZoneId id);
    std::optional<Zone> find_zone_by_key(TenantId tenant, const std::string& key);
    std::vector<Zone> list_zones(const std::string& words);
    ZoneCounts zone_counts();
    /// By name.
    std::vector<Zone> failed_zones(std::int64_t count_max);
    std::int64_t count_of_tenant(TenantId tenant);
    void set_state(ZoneId id, std::string_view state, std::string_view problem);
    void set_nameservers(ZoneId id, const std::vector<std::string>& nameservers);
    void set_dnssec(ZoneId id, bool enabled, const std::vector<std::string>& ds);
    std::string etag(ZoneId id);
    void set_etag(ZoneId id, std::string_view etag);
    void remove_zone(ZoneId id);
    /// Whoever asks about the same registered domain waits for the end of this transaction, so that
    /// of two zones that are added at once the second one sees the first.
    bool clashes(TenantId tenant, const std::string& name);

    // Without a look at the transaction's tenant: for job steps.
    std::optional<ZoneForName> zone_for_name(TenantId tenant, const std::string& name);
    std::optional<ServersForName> servers_for_name(const std::string& name);
    std::vector<ZoneForName> zones_of_site(const Uuid& site);

    // Records.
    std::vector<Record> records(ZoneId zone);
    std::vector<Record> records_at(ZoneId zone, const std::string& name);
    std::vector<Record> records_of_site(ZoneId zone, const Uuid& site);
    std::optional<Record> find_record(ZoneId zone, RecordId id);
    void insert_record(
        const Zone& zone, RecordId id, const CheckedRecord& record, const std::optional<Uuid>& site
    );
    void update_record(RecordId id, const CheckedRecord& record);
    void remove_record(RecordId id);
    /// One TTL for the whole set.
    void set_ttl(ZoneId zone, const std::string& name, const std::string& type, std::int64_t ttl);

    // Record sets on their way to the backend.
    void mark_waiting(const Zone& zone, const std::string& name, const std::string& type);
    std::vector<WaitingSet> waiting(ZoneId zone);
    void settle(ZoneId zone, const WaitingSet& set);

private:
    db::Transaction& tx_;
};

}  // namespace hostelry::dns
