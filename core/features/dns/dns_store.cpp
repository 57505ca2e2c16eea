#include "core/features/dns/dns_store.h"

#include "core/platform/names/public_suffix.h"

namespace hostelry::dns {
namespace {

#define ZONE_COLUMNS                                                                              \
    "z.tenant_id, z.id, z.name, z.backend_id, b.name as backend_name, z.nameservers, z.state, "   \
    "z.problem, z.dnssec, z.ds, z.created_at, "                                                   \
    "(select count(*) from hostelry.dns_records r where r.tenant_id = z.tenant_id and r.zone_id " \
    "= z.id) as records, "                                                                        \
    "(select count(*) from hostelry.dns_waiting w where w.tenant_id = z.tenant_id and w.zone_id " \
    "= z.id) as waiting "                                                                         \
    "from hostelry.dns_zones z join hostelry.dns_backends b on b.id = z.backend_id "
constexpr auto kFindZoneSql = "select " ZONE_COLUMNS "where z.id = $1";
constexpr auto kFindZoneByKeySql =
    "select " ZONE_COLUMNS "where z.tenant_id = $1 and z.request_key = $2";
constexpr auto kListZonesSql =
    "select " ZONE_COLUMNS
    "where z.tenant_id in (table hostelry.tenants_in_view) "
    "and ($1 = '' or position(lower($1) in z.name) > 0) order by z.name limit 1000";
constexpr auto kFailedZonesSql =
    "select " ZONE_COLUMNS
    "where z.tenant_id in (table hostelry.tenants_in_view) and z.state = 'failed' "
    "order by z.name limit $1";
#undef ZONE_COLUMNS
constexpr auto kCountZonesSql =
    "select count(*) as all_zones, count(*) filter (where state = 'ready') as ready, "
    "count(*) filter (where state = 'failed') as failed from hostelry.dns_zones "
    "where tenant_id in (table hostelry.tenants_in_view)";
constexpr auto kCountZonesOfTenantSql =
    "select count(*) as zones from hostelry.dns_zones where tenant_id = $1";
constexpr auto kInsertZoneSql = R"(
    insert into hostelry.dns_zones (tenant_id, id, name, backend_id, nameservers, state, request_key)
    values ($1, $2, $3, $4, $5, $6, $7))";
constexpr auto kLockZoneSql = "select 1 from hostelry.dns_zones where id = $1 for update";
constexpr auto kSetZoneStateSql =
    "update hostelry.dns_zones set state = $2, problem = $3 where id = $1";
constexpr auto kSetNameserversSql = "update hostelry.dns_zones set nameservers = $2 where id = $1";
constexpr auto kSetDnssecSql = "update hostelry.dns_zones set dnssec = $2, ds = $3 where id = $1";
constexpr auto kEtagSql = "select etag from hostelry.dns_zones where id = $1";
constexpr auto kSetEtagSql = "update hostelry.dns_zones set etag = $2 where id = $1";
constexpr auto kRemoveZoneSql = "delete from hostelry.dns_zones where id = $1";
constexpr auto kClashSql = "select hostelry.dns_zone_clashes($1, $2, $3)";
constexpr auto kZoneForNameSql =
    "select id, tenant_id, name, state from hostelry.dns_zone_for_name($1, $2)";
constexpr auto kServersForNameSql =
    "select zone, nameservers, query_addresses, base_url from hostelry.dns_servers_for_name($1)";
constexpr auto kZonesOfSiteSql = "select id, tenant_id from hostelry.dns_zones_of_site($1)";

#define RECORD_COLUMNS "id, zone_id, name, type, ttl, value, site_id from hostelry.dns_records "
constexpr auto kRecordsSql =
    "select " RECORD_COLUMNS "where zone_id = $1 order by name, type, value limit 20000";
constexpr auto kRecordsAtSql =
    "select " RECORD_COLUMNS "where zone_id = $1 and name = $2 order by type, value";
constexpr auto kRecordsOfSiteSql = "select " RECORD_COLUMNS "where zone_id = $1 and site_id = $2";
constexpr auto kFindRecordSql = "select " RECORD_COLUMNS "where zone_id = $1 and id = $2";
#undef RECORD_COLUMNS
constexpr auto kInsertRecordSql = R"(
    insert into hostelry.dns_records (tenant_id, id, zone_id, name, type, ttl, value, site_id)
    values ($1, $2, $3, $4, $5, $6, $7, $8))";
constexpr auto kUpdateRecordSql =
    "update hostelry.dns_records set name = $2, type = $3, ttl = $4, value = $5 where id = $1";
constexpr auto kRemoveRecordSql = "delete from hostelry.dns_records where id = $1";
constexpr auto kSetTtlSql =
    "update hostelry.dns_records set ttl = $4 where zone_id = $1 and name = $2 and type = $3";
constexpr auto kMarkWaitingSql = R"(
    insert into hostelry.dns_waiting (tenant_id, zone_id, name, type) values ($1, $2, $3, $4)
    on conflict (tenant_id, zone_id, name, type) do update set change = nextval('hostelry.dns_changes'))";
constexpr auto kWaitingSql = R"(
    select w.name, w.type, w.change, coalesce(min(r.ttl), 0) as ttl,
           coalesce(array_agg(r.value order by r.value) filter (where r.value is not null), '{}') as values
      from hostelry.dns_waiting w
      left join hostelry.dns_records r
        on r.tenant_id = w.tenant_id and r.zone_id = w.zone_id and r.name = w.name and r.type = w.type
     where w.zone_id = $1
     group by w.name, w.type, w.change order by w.change limit 500)";
constexpr auto kSettleSql =
    "delete from hostelry.dns_waiting where zone_id = $1 and name = $2 and type = $3 and change = "
    "$4";

Zone read_zone(const db::Row& row) {
    Zone zone;
    zone.id = row["id"].id<ZoneId>();
    zone.tenant = row["tenant_id"].id<TenantId>();
    zone.name = row["name"].text();
    zone.backend = row["backend_id"].id<plugins::DnsBackendId>();
    zone.backend_name = row["backend_name"].text();
    zone.nameservers = row["nameservers"].text_list();
    zone.state = row["state"].text();
    zone.problem = row["problem"].text();
    zone.dnssec = row["dnssec"].boolean();
    zone.ds = row["ds"].text_list();
    zone.records = row["records"].integer();
    zone.waiting = row["waiting"].integer();
    zone.created_at = row["created_at"].time();
    return zone;
}

Record read_record(const db::Row& row) {
    return {
        .id = row["id"].id<RecordId>(),
        .zone = row["zone_id"].id<ZoneId>(),
        .name = row["name"].text(),
        .type = row["type"].text(),
        .ttl = row["ttl"].integer(),
        .value = row["value"].text(),
        .site = row["site_id"].optional_uuid(),
    };
}

std::vector<Record> read_records(const db::Rows& rows) {
    std::vector<Record> records;
    for (const auto& row : rows) {
        records.push_back(read_record(row));
    }
    return records;
}

}  // namespace

Result<void> DnsStore::insert_zone(
    const Zone& zone, const std::optional<std::string>& request_key
) {
    try {
        tx_.execute(
            kInsertZoneSql,
            zone.tenant,
            zone.id,
            zone.name,
            zone.backend,
            zone.nameservers,
            zone.state,
            request_key
        );
        return {};
    } catch (const db::ConstraintViolation& violation) {
        if (violation.kind != db::ConstraintKind::Unique) {
            throw;
        }
        Error error;
        error.code = ErrorCode::Conflict;
        error.message = "This domain cannot be added. It may be in use already.";
        error.fields = {{"name", error.message}};
        return tl::unexpected(std::move(error));
    }
}

std::optional<Zone> DnsStore::find_zone(ZoneId id) {
    const auto row = tx_.query_optional(kFindZoneSql, id);
    return row ? std::optional{read_zone(*row)} : std::nullopt;
}

Result<Zone> DnsStore::get_zone(ZoneId id) {
    auto zone = find_zone(id);
    if (!zone) {
        return fail(ErrorCode::NotFound, "There is no such zone.");
    }
    return *std::move(zone);
}

Result<Zone> DnsStore::lock_zone(ZoneId id) {
    tx_.query(kLockZoneSql, id);
    return get_zone(id);
}

std::optional<Zone> DnsStore::find_zone_by_key(TenantId tenant, const std::string& key) {
    const auto row = tx_.query_optional(kFindZoneByKeySql, tenant, key);
    return row ? std::optional{read_zone(*row)} : std::nullopt;
}

std::vector<Zone> DnsStore::list_zones(const std::string& words) {
    std::vector<Zone> zones;
    for (const auto& row : tx_.query(kListZonesSql, words)) {
        zones.push_back(read_zone(row));
    }
    return zones;
}

ZoneCounts DnsStore::zone_counts() {
    const auto row = tx_.query_one(kCountZonesSql);
    return {
        .all = row["all_zones"].integer(),
        .ready = row["ready"].integer(),
        .failed = row["failed"].integer()};
}

std::vector<Zone> DnsStore::failed_zones(std::int64_t count_max) {
    std::vector<Zone> zones;
    for (const auto& row : tx_.query(kFailedZonesSql, count_max)) {
        zones.push_back(read_zone(row));
    }
    return zones;
}

std::int64_t DnsStore::count_of_tenant(TenantId tenant) {
    return tx_.query_one(kCountZonesOfTenantSql, tenant)["zones"].integer();
}

void DnsStore::set_state(ZoneId id, std::string_view state, std::string_view problem) {
    tx_.execute(kSetZoneStateSql, id, state, problem);
}

void DnsStore::set_nameservers(ZoneId id, const std::vector<std::string>& nameservers) {
    tx_.execute(kSetNameserversSql, id, nameservers);
}

void DnsStore::set_dnssec(ZoneId id, bool enabled, const std::vector<std::string>& ds) {
    tx_.execute(kSetDnssecSql, id, enabled, ds);
}

std::string DnsStore::etag(ZoneId id) {
    const auto row = tx_.query_optional(kEtagSql, id);
    return row ? (*row)[0].text() : "";
}

void DnsStore::set_etag(ZoneId id, std::string_view etag) {
    tx_.execute(kSetEtagSql, id, etag);
}

void DnsStore::remove_zone(ZoneId id) {
    tx_.execute(kRemoveZoneSql, id);
}

bool DnsStore::clashes(TenantId tenant, const std::string& name) {
    return tx_.query_one(kClashSql, tenant, name, names::registrable_domain(name))[0].boolean();
}

std::optional<ZoneForName> DnsStore::zone_for_name(TenantId tenant, const std::string& name) {
    const auto row = tx_.query_optional(kZoneForNameSql, tenant, name);
    if (!row) {
        return std::nullopt;
    }
    return ZoneForName{
        (*row)[0].id<ZoneId>(), (*row)[1].id<TenantId>(), (*row)[2].text(), (*row)[3].text()};
}

std::optional<ServersForName> DnsStore::servers_for_name(const std::string& name) {
    const auto row = tx_.query_optional(kServersForNameSql, name);
    if (!row) {
        return std::nullopt;
    }
    return ServersForName{
        (*row)[0].text(), (*row)[1].text_list(), (*row)[2].text_list(), (*row)[3].text()};
}

std::vector<ZoneForName> DnsStore::zones_of_site(const Uuid& site) {
    std::vector<ZoneForName> zones;
    for (const auto& row : tx_.query(kZonesOfSiteSql, site)) {
        zones.push_back({row[0].id<ZoneId>(), row[1].id<TenantId>(), {}, {}});
    }
    return zones;
}

std::vector<Record> DnsStore::records(ZoneId zone) {
    return read_records(tx_.query(kRecordsSql, zone));
}

std::vector<Record> DnsStore::records_at(ZoneId zone, const std::string& name) {
    return read_records(tx_.query(kRecordsAtSql, zone, name));
}

std::vector<Record> DnsStore::records_of_site(ZoneId zone, const Uuid& site) {
    return read_records(tx_.query(kRecordsOfSiteSql, zone, site));
}

std::optional<Record> DnsStore::find_record(ZoneId zone, RecordId id) {
    const auto row = tx_.query_optional(kFindRecordSql, zone, id);
    return row ? std::optional{read_record(*row)} : std::nullopt;
}

void DnsStore::insert_record(
    const Zone& zone, RecordId id, const CheckedRecord& record, const std::optional<Uuid>& site
) {
    tx_.execute(
        kInsertRecordSql,
        zone.tenant,
        id,
        zone.id,
        record.name,
        record.type,
        record.ttl,
        record.value,
        site
    );
}

void DnsStore::update_record(RecordId id, const CheckedRecord& record) {
    tx_.execute(kUpdateRecordSql, id, record.name, record.type, record.ttl, record.value);
}

void DnsStore::remove_record(RecordId id) {
    tx_.execute(kRemoveRecordSql, id);
}

void DnsStore::set_ttl(
    ZoneId zone, const std::string& name, const std::string& type, std::int64_t ttl
) {
    tx_.execute(kSetTtlSql, zone, name, type, ttl);
}

void DnsStore::mark_waiting(const Zone& zone, const std::string& name, const std::string& type) {
    tx_.execute(kMarkWaitingSql, zone.tenant, zone.id, name, type);
}

std::vector<WaitingSet> DnsStore::waiting(ZoneId zone) {
    std::vector<WaitingSet> sets;
    for (const auto& row : tx_.query(kWaitingSql, zone)) {
        sets.push_back(
            {row["name"].text(),
             row["type"].text(),
             row["change"].integer(),
             row["ttl"].integer(),
             row["values"].text_list()}
        );
    }
    return sets;
}

void DnsStore::settle(ZoneId zone, const WaitingSet& set) {
    tx_.execute(kSettleSql, zone, set.name, set.type, set.change);
}

}  // namespace hostelry::dns
