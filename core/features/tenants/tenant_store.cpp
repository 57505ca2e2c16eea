#include "core/features/tenants/tenant_store.h"

#include "core/platform/db/pattern.h"

namespace hostelry::tenants {
namespace {

#define TENANT_COLUMNS                                                                             \
    "t.id, t.parent_id, coalesce(p.name, '') as parent_name, t.name, t.kind, t.state, "            \
    "t.created_at, t.suspended_at, "                                                               \
    "(select count(*) from hostelry.users u where u.tenant_id = t.id) as people, "                 \
    "(select count(*) from hostelry.tenants c where c.parent_id = t.id and c.state <> 'deleted') " \
    "as children from hostelry.tenants t left join hostelry.tenants p on p.id = t.parent_id "

// $1 is a pattern of db::containing().
#define TENANT_FITS                                                                   \
    "t.id in (table hostelry.tenants_in_view) and "                                   \
    "t.state <> 'deleted' and t.id <> hostelry.current_tenant() and t.name ilike $1 " \
    "and ($2::uuid is null or t.parent_id = $2) "

constexpr std::string_view kListTenantsSql =
    "select " TENANT_COLUMNS "where " TENANT_FITS
    "and ($3 = '' or t.state = $3) order by lower(t.name), t.id offset $4 limit $5";

constexpr std::string_view kCountTenantsSql =
    "select count(*) as all_tenants, count(*) filter (where t.state = 'active') as active, "
    "count(*) filter (where t.state = 'suspended') as suspended from hostelry.tenants t "
    "where " TENANT_FITS;

constexpr std::string_view kGetTenantSql =
    "select " TENANT_COLUMNS "where t.id = $1 and t.state <> 'deleted'";

constexpr std::string_view kLockTenantSql =
    "select " TENANT_COLUMNS "where t.id = $1 and t.state <> 'deleted' for update of t";

constexpr std::string_view kFindTenantByKeySql =
    "select " TENANT_COLUMNS
    "where t.parent_id = $1 and t.request_key = $2 and t.state <> 'deleted'";

constexpr std::string_view kHasSlugSql =
    "select exists (select from hostelry.tenants where parent_id = $1 and slug = $2) as has";

constexpr std::string_view kInsertTenantSql =
    "insert into hostelry.tenants (id, parent_id, name, slug, kind, created_at, request_key) "
    "values ($1, $2, $3, $4, $5, $6, $7)";

constexpr std::string_view kRenameTenantSql = "update hostelry.tenants set name = $2 where id = $1";

constexpr std::string_view kSetTenantStateSql =
    "update hostelry.tenants set state = $2, suspended_at = $3 where id = $1";

constexpr std::string_view kMarkTenantDeletedSql =
    "update hostelry.tenants set state = 'deleted', slug = 'deleted-' || replace(id::text, '-', "
    "''), "
    "request_key = null where id = $1";

Tenant read_tenant(const db::Row& row) {
    return {
        .id = row["id"].id<TenantId>(),
        .parent = row["parent_id"].optional_id<TenantId>(),
        .parent_name = row["parent_name"].text(),
        .name = row["name"].text(),
        .kind = row["kind"].text(),
        .state = row["state"].text(),
        .people = row["people"].integer(),
        .children = row["children"].integer(),
        .created_at = row["created_at"].time(),
        .suspended_at = row["suspended_at"].optional_time(),
    };
}

Result<Tenant> existing_tenant(const std::optional<db::Row>& row) {
    if (!row) {
        return fail(ErrorCode::NotFound, "There is no such account.");
    }
    return read_tenant(*row);
}

}  // namespace

TenantPage TenantStore::list(
    const TenantFilter& filter, std::int64_t offset, std::int64_t count_max
) {
    const auto pattern = db::containing(filter.words);
    TenantPage page;
    for (const auto& row :
         tx_.query(kListTenantsSql, pattern, filter.parent, filter.state, offset, count_max)) {
        page.tenants.push_back(read_tenant(row));
    }
    const auto counts = tx_.query_one(kCountTenantsSql, pattern, filter.parent);
    page.all = counts["all_tenants"].integer();
    page.active = counts["active"].integer();
    page.suspended = counts["suspended"].integer();
    page.matching = filter.state.empty()       ? page.all
                    : filter.state == "active" ? page.active
                                               : page.suspended;
    return page;
}

Result<Tenant> TenantStore::get(TenantId id) {
    return existing_tenant(tx_.query_optional(kGetTenantSql, id));
}

Result<Tenant> TenantStore::get_locked(TenantId id) {
    return existing_tenant(tx_.query_optional(kLockTenantSql, id));
}

std::optional<Tenant> TenantStore::find_by_request_key(TenantId parent, const std::string& key) {
    const auto row = tx_.query_optional(kFindTenantByKeySql, parent, key);
    return row ? std::optional{read_tenant(*row)} : std::nullopt;
}

bool TenantStore::has_slug(TenantId parent, const std::string& slug) {
    return tx_.query_one(kHasSlugSql, parent, slug)["has"].boolean();
}

void TenantStore::insert(
    const Tenant& tenant, const std::string& slug, const std::optional<std::string>& request_key
) {
    tx_.execute(
        kInsertTenantSql,
        tenant.id,
        tenant.parent,
        tenant.name,
        slug,
        tenant.kind,
        tenant.created_at,
        request_key
    );
}

void TenantStore::rename(TenantId id, const std::string& name) {
    tx_.execute(kRenameTenantSql, id, name);
}

void TenantStore::set_state(
    TenantId id, std::string_view state, std::optional<TimePoint> suspended_at
) {
    tx_.execute(kSetTenantStateSql, id, state, suspended_at);
}

void TenantStore::mark_deleted(TenantId id) {
    tx_.execute(kMarkTenantDeletedSql, id);
}

}  // namespace hostelry::tenants
