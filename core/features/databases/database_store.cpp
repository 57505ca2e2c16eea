#include "core/features/databases/database_store.h"

#include "core/platform/db/pattern.h"

namespace hostelry::databases {
namespace {

// Every query names the same columns, so that one reader serves all.
#define HOSTELRY_DATABASE_COLUMNS                                                                \
    "select d.id, d.tenant_id, t.name as tenant_name, d.site_id, d.site_key, d.site_domain, "    \
    "d.server_id, d.name, d.user_name, d.is_made, d.next_password is not null as is_resetting, " \
    "d.size_bytes, d.table_count, d.measured_at, d.measure_error, d.created_at "                 \
    "from hostelry.site_databases d join hostelry.tenants t on t.id = d.tenant_id "

#define HOSTELRY_DATABASE_IN_VIEW "d.tenant_id in (table hostelry.tenants_in_view) "

constexpr const char* kListDatabasesSql = HOSTELRY_DATABASE_COLUMNS
    "where " HOSTELRY_DATABASE_IN_VIEW
    "and (d.site_domain ilike $1 or d.name ilike $1) and d.site_domain || ' ' || d.name > $2 "
    "order by d.site_domain || ' ' || d.name limit $3";
constexpr const char* kCountDatabasesSql =
    "select count(*) as matching from hostelry.site_databases d "
    "where " HOSTELRY_DATABASE_IN_VIEW "and (d.site_domain ilike $1 or d.name ilike $1)";
constexpr const char* kDatabaseTotalsSql =
    "select count(*) as all_databases, count(size_bytes) as measured, "
    "coalesce(sum(size_bytes), 0)::bigint as bytes from hostelry.site_databases d "
    "where " HOSTELRY_DATABASE_IN_VIEW;
constexpr const char* kDatabasesOfSiteSql =
    HOSTELRY_DATABASE_COLUMNS "where d.tenant_id = $1 and d.site_id = $2 order by d.name";
constexpr const char* kFindDatabaseSql = HOSTELRY_DATABASE_COLUMNS "where d.id = $1";
constexpr const char* kLockDatabaseSql =
    HOSTELRY_DATABASE_COLUMNS "where d.id = $1 for update of d";
constexpr const char* kUnmeasuredSql = HOSTELRY_DATABASE_COLUMNS
    "where d.is_made and (d.measured_at is null or d.measured_at < $1) "
    "order by d.measure_error <> '', d.measured_at nulls first limit $2";
constexpr const char* kInsertDatabaseSql =
    "insert into hostelry.site_databases (tenant_id, id, site_id, site_key, site_domain, "
    "server_id, "
    "name, user_name, password, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
constexpr const char* kSetMadeSql =
    "update hostelry.site_databases set is_made = $3 where tenant_id = $1 and id = $2";
constexpr const char* kSetSizeSql =
    "update hostelry.site_databases set size_bytes = $3, table_count = $4, measured_at = $5, "
    "measure_error = '' where tenant_id = $1 and id = $2";
constexpr const char* kSetMeasureErrorSql =
    "update hostelry.site_databases set measure_error = $3, measured_at = coalesce(measured_at, "
    "$4) "
    "where tenant_id = $1 and id = $2";
constexpr const char* kPasswordsSql =
    "select password, next_password from hostelry.site_databases where tenant_id = $1 and id = $2";
constexpr const char* kSetNextPasswordSql =
    "update hostelry.site_databases set next_password = $3 where tenant_id = $1 and id = $2";
constexpr const char* kTakeNextPasswordSql =
    "update hostelry.site_databases set password = next_password, next_password = null "
    "where tenant_id = $1 and id = $2 and next_password is not null";

SiteDatabase database_of(const db::Row& row) {
    return {
        .id = row["id"].id<DatabaseId>(),
        .tenant = row["tenant_id"].id<TenantId>(),
        .tenant_name = row["tenant_name"].text(),
        .site = row["site_id"].uuid(),
        .site_key = row["site_key"].text(),
        .site_domain = row["site_domain"].text(),
        .server = row["server_id"].id<ServerId>(),
        .name = row["name"].text(),
        .user_name = row["user_name"].text(),
        .is_made = row["is_made"].boolean(),
        .is_resetting = row["is_resetting"].boolean(),
        .size_bytes = row["size_bytes"].optional_integer(),
        .table_count = row["table_count"].optional_integer(),
        .measured_at = row["measured_at"].optional_time(),
        .measure_error = row["measure_error"].text(),
        .created_at = row["created_at"].time(),
    };
}

std::vector<SiteDatabase> databases_of(const db::Rows& rows) {
    std::vector<SiteDatabase> databases;
    for (const auto& row : rows) {
        databases.push_back(database_of(row));
    }
    return databases;
}

Result<SiteDatabase> found_or_missing(const std::optional<db::Row>& row) {
    if (!row) {
        return fail(ErrorCode::NotFound, "There is no such database.");
    }
    return database_of(*row);
}

}  // namespace

DatabasePage DatabaseStore::list(
    const std::string& words, const std::string& after, std::int64_t count_max
) {
    const std::string pattern = db::containing(words);
    DatabasePage page{
        .databases = databases_of(tx_.query(kListDatabasesSql, pattern, after, count_max + 1))};
    page.matching = tx_.query_one(kCountDatabasesSql, pattern)["matching"].integer();
    if (static_cast<std::int64_t>(page.databases.size()) > count_max) {
        page.databases.pop_back();
        page.next = page.databases.back().site_domain + " " + page.databases.back().name;
    }
    return page;
}

DatabaseTotals DatabaseStore::totals() {
    const auto row = tx_.query_one(kDatabaseTotalsSql);
    return {
        .all = row["all_databases"].integer(),
        .measured = row["measured"].integer(),
        .bytes = row["bytes"].integer()};
}

std::vector<SiteDatabase> DatabaseStore::of_site(TenantId tenant, const Uuid& site) {
    return databases_of(tx_.query(kDatabasesOfSiteSql, tenant, site));
}

std::optional<SiteDatabase> DatabaseStore::find(DatabaseId id) {
    const auto row = tx_.query_optional(kFindDatabaseSql, id);
    return row ? std::optional{database_of(*row)} : std::nullopt;
}

Result<SiteDatabase> DatabaseStore::get(DatabaseId id) {
    return found_or_missing(tx_.query_optional(kFindDatabaseSql, id));
}

Result<SiteDatabase> DatabaseStore::get_locked(DatabaseId id) {
    return found_or_missing(tx_.query_optional(kLockDatabaseSql, id));
}

std::vector<SiteDatabase> DatabaseStore::unmeasured_since(
    TimePoint before, std::int64_t count_max
) {
    return databases_of(tx_.query(kUnmeasuredSql, before, count_max));
}

void DatabaseStore::insert(const SiteDatabase& database, const std::string& sealed_password) {
    tx_.execute(
        kInsertDatabaseSql,
        database.tenant,
        database.id,
        database.site,
        database.site_key,
        database.site_domain,
        database.server,
        database.name,
        database.user_name,
        sealed_password,
        database.created_at
    );
}

void DatabaseStore::set_made(const SiteDatabase& database, bool is_made) {
    tx_.execute(kSetMadeSql, database.tenant, database.id, is_made);
}

void DatabaseStore::set_size(
    const SiteDatabase& database, std::int64_t bytes, std::int64_t tables, TimePoint now
) {
    tx_.execute(kSetSizeSql, database.tenant, database.id, bytes, tables, now);
}

void DatabaseStore::set_measure_error(
    const SiteDatabase& database, const std::string& error, TimePoint now
) {
    tx_.execute(kSetMeasureErrorSql, database.tenant, database.id, error, now);
}

std::string DatabaseStore::sealed_password(const SiteDatabase& database) {
    return tx_.query_one(kPasswordsSql, database.tenant, database.id)["password"].text();
}

std::optional<std::string> DatabaseStore::sealed_next_password(const SiteDatabase& database) {
    return tx_.query_one(kPasswordsSql, database.tenant, database.id)["next_password"]
        .optional_text();
}

void DatabaseStore::set_next_password(
    const SiteDatabase& database, const std::optional<std::string>& sealed
) {
    tx_.execute(kSetNextPasswordSql, database.tenant, database.id, sealed);
}

void DatabaseStore::take_next_password(const SiteDatabase& database) {
    tx_.execute(kTakeNextPasswordSql, database.tenant, database.id);
}

}  // namespace hostelry::databases
