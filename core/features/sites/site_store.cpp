#include "core/features/sites/site_store.h"

#include "core/platform/db/pattern.h"

#include <algorithm>

namespace hostelry::sites {
namespace {

// Every query names the same columns, so that one reader serves all. The sort key is unique by
// itself: a domain belongs to one site, and ids are ordered by time.
#define HOSTELRY_SITE_COLUMNS                                                                   \
    "select s.id, s.tenant_id, t.name as tenant_name, s.key, s.domain, s.with_www, s.plugin, "  \
    "s.template, s.template_title, s.template_icon, s.options, s.unrevealed, s.php_version, "   \
    "s.server_id, s.server_name, s.server_address, s.state, s.state_since, s.cause, s.job_id, " \
    "s.web, s.https, s.https_hint, s.created_by, s.created_at, s.deployed_at, s.suspended_by "  \
    "from hostelry.sites s join hostelry.tenants t on t.id = s.tenant_id "
#define HOSTELRY_SITE_WORDS                            \
    "s.tenant_id in (table hostelry.tenants_in_view) " \
    "and (s.domain ilike $1 or s.server_name ilike $1 or t.name ilike $1) "
#define HOSTELRY_SITE_GROUP \
    "case when s.state in ('ready', 'failed', 'suspended') then s.state else 'working' end"
#define HOSTELRY_SITE_KEY "(case $3 when 'domain' then s.domain else s.id::text end) collate \"C\""

constexpr const char* kListAscendingSql =
    HOSTELRY_SITE_COLUMNS "where " HOSTELRY_SITE_WORDS "and ($2 = '' or " HOSTELRY_SITE_GROUP
                          " = $2) and ($4 = '' or " HOSTELRY_SITE_KEY
                          " > $4) "
                          "order by " HOSTELRY_SITE_KEY " limit $5";
constexpr const char* kListDescendingSql =
    HOSTELRY_SITE_COLUMNS "where " HOSTELRY_SITE_WORDS "and ($2 = '' or " HOSTELRY_SITE_GROUP
                          " = $2) and ($4 = '' or " HOSTELRY_SITE_KEY
                          " < $4) "
                          "order by " HOSTELRY_SITE_KEY " desc limit $5";
constexpr const char* kCountSitesSql =
    "select count(*) as all_sites, count(*) filter (where s.state = 'ready') as ready, "
    "count(*) filter (where s.state = 'failed') as failed, "
    "count(*) filter (where s.state = 'suspended') as suspended "
    "from hostelry.sites s join hostelry.tenants t on t.id = s.tenant_id "
    "where " HOSTELRY_SITE_WORDS;
constexpr const char* kFindSiteSql = HOSTELRY_SITE_COLUMNS "where s.id = $1";
constexpr const char* kLockSiteSql = HOSTELRY_SITE_COLUMNS "where s.id = $1 for update of s";
constexpr const char* kFindByRequestKeySql =
    HOSTELRY_SITE_COLUMNS "where s.tenant_id = $1 and s.request_key = $2";
constexpr const char* kCountOnServerSql =
    "select count(*) as sites from hostelry.sites where server_id = $1 and ($2::uuid is null or "
    "tenant_id = $2)";
constexpr const char* kCountOfTenantSql =
    "select count(*) as sites from hostelry.sites where tenant_id = $1";
constexpr const char* kHoldTenantSql = "select 1 from hostelry.tenants where id = $1 for key share";
constexpr const char* kIsTenantActiveSql = "select hostelry.is_tenant_active($1) as is_active";
constexpr const char* kNameUseSql = "select hostelry.site_name_use($1, $2, $3) as name_use";
constexpr const char* kHasSiteAtSql =
    "select exists (select from hostelry.site_names where tenant_id = $1 and name = any ($2)) as "
    "has_one";
constexpr const char* kInsertSiteSql =
    "insert into hostelry.sites (tenant_id, id, key, domain, with_www, plugin, template, "
    "template_title, "
    "template_icon, options, secrets, unrevealed, php_version, server_id, server_name, "
    "server_address, "
    "request_key, created_by, created_at, state_since) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
    "$10, $11, "
    "$12, $13, $14, $15, $16, $17, $18, $19, $19) "
    "returning (select name from hostelry.tenants t where t.id = $1) as tenant_name";
constexpr const char* kInsertNamesSql =
    "insert into hostelry.site_names (tenant_id, site_id, name) select $1, $2, unnest($3::text[])";
constexpr const char* kSecretsSql =
    "select secrets from hostelry.sites where tenant_id = $1 and id = $2";
constexpr const char* kBeginSql =
    "update hostelry.sites set state = $3, state_since = now(), cause = '', job_id = $4 "
    "where tenant_id = $1 and id = $2";
constexpr const char* kSetStateSql =
    "update hostelry.sites set state = $4, cause = $5, "
    "state_since = case when state = $4 then state_since else now() end "
    "where tenant_id = $1 and id = $2 and job_id = $3";
constexpr const char* kSetCauseSql =
    "update hostelry.sites set cause = $4 where tenant_id = $1 and id = $2 and job_id = $3";
constexpr const char* kSetWebSql =
    "update hostelry.sites set web = $3 where tenant_id = $1 and id = $2";
constexpr const char* kSetHttpsSql =
    "update hostelry.sites set https = $3, https_hint = $4 where tenant_id = $1 and id = $2";
constexpr const char* kSetDeployedSql =
    "update hostelry.sites set deployed_at = coalesce(deployed_at, $3) where tenant_id = $1 and id "
    "= $2";
constexpr const char* kSetSuspendedBySql =
    "update hostelry.sites set suspended_by = coalesce($3, hostelry.root_tenant()) "
    "where tenant_id = $1 and id = $2";
constexpr const char* kIsAtOrAboveSql =
    "select exists (select from hostelry.tenant_ancestors($2) where id = $1) as is_above";
constexpr const char* kIsAboveSql =
    "select exists (select from hostelry.tenant_ancestors($2) "
    "where id = coalesce($1, hostelry.root_tenant()) and id <> $2) as is_above";
constexpr const char* kSetRevealedSql =
    "update hostelry.sites set unrevealed = '{}' where tenant_id = $1 and id = $2";
constexpr const char* kDeleteSiteSql =
    "delete from hostelry.sites where tenant_id = $1 and id = $2";

Site site_of(const db::Row& row) {
    const auto web = row["web"];
    return {
        .id = row["id"].id<SiteId>(),
        .tenant = row["tenant_id"].id<TenantId>(),
        .tenant_name = row["tenant_name"].text(),
        .key = row["key"].text(),
        .domain = row["domain"].text(),
        .with_www = row["with_www"].boolean(),
        .plugin = row["plugin"].text(),
        .template_id = row["template"].text(),
        .template_title = row["template_title"].text(),
        .template_icon = row["template_icon"].text(),
        .options = row["options"].as_json_text(),
        .unrevealed = row["unrevealed"].text_list(),
        .php_version = row["php_version"].text(),
        .server = row["server_id"].id<ServerId>(),
        .server_name = row["server_name"].text(),
        .server_address = row["server_address"].text(),
        .state = state_from_name(row["state"].text()).value_or(SiteState::Failed),
        .state_since = row["state_since"].time(),
        .cause = row["cause"].text(),
        .job = row["job_id"].optional_id<JobId>(),
        .web = web.is_null() ? std::nullopt : std::optional{web.as_json_text()},
        .https = row["https"].text() == "active" ? Https::Active : Https::Pending,
        .https_hint = row["https_hint"].text(),
        .created_by = row["created_by"].optional_id<UserId>(),
        .created_at = row["created_at"].time(),
        .deployed_at = row["deployed_at"].optional_time(),
        .suspended_by = row["suspended_by"].optional_id<TenantId>(),
    };
}

std::optional<Site> site_or_nothing(const std::optional<db::Row>& row) {
    return row ? std::optional{site_of(*row)} : std::nullopt;
}

Result<Site> site_or_missing(const std::optional<db::Row>& row) {
    if (!row) {
        return fail(ErrorCode::NotFound, "There is no such site.");
    }
    return site_of(*row);
}

std::string sort_key(const Site& site, SiteSort sort) {
    return sort == SiteSort::Domain ? site.domain : site.id.to_string();
}

SiteCounts counts_of(const db::Row& row) {
    SiteCounts counts{
        .all = row["all_sites"].integer(),
        .ready = row["ready"].integer(),
        .failed = row["failed"].integer(),
        .suspended = row["suspended"].integer(),
    };
    counts.working = counts.all - counts.ready - counts.failed - counts.suspended;
    return counts;
}

}  // namespace

SitePage SiteStore::list(const SiteFilter& filter, std::int64_t count_max) {
    const bool backwards = !filter.before.empty();
    const bool ascending = (filter.order == SortOrder::Ascending) != backwards;
    const std::string& cursor = backwards ? filter.before : filter.after;
    const std::string words = db::containing(filter.words);
    const auto rows = tx_.query(
        ascending ? kListAscendingSql : kListDescendingSql,
        words,
        filter.group,
        filter.sort == SiteSort::Domain ? "domain" : "created",
        cursor,
        count_max + 1
    );
    SitePage page;
    for (const auto& row : rows) {
        page.sites.push_back(site_of(row));
    }
    const bool has_more = static_cast<std::int64_t>(page.sites.size()) > count_max;
    if (has_more) {
        page.sites.pop_back();
    }
    if (backwards) {
        std::reverse(page.sites.begin(), page.sites.end());
    }
    if (!page.sites.empty()) {
        page.next = backwards || has_more ? sort_key(page.sites.back(), filter.sort) : "";
        const bool has_previous = backwards ? has_more : !filter.after.empty();
        page.previous = has_previous ? sort_key(page.sites.front(), filter.sort) : "";
    }
    page.counts = counts_of(tx_.query_one(kCountSitesSql, words));
    return page;
}

std::optional<Site> SiteStore::find(SiteId id) {
    return site_or_nothing(tx_.query_optional(kFindSiteSql, id));
}

Result<Site> SiteStore::get(SiteId id) {
    return site_or_missing(tx_.query_optional(kFindSiteSql, id));
}

Result<Site> SiteStore::get_locked(SiteId id) {
    return site_or_missing(tx_.query_optional(kLockSiteSql, id));
}

std::optional<Site> SiteStore::find_by_request_key(TenantId tenant, const std::string& key) {
    return site_or_nothing(tx_.query_optional(kFindByRequestKeySql, tenant, key));
}

std::int64_t SiteStore::count_on_server(ServerId server, std::optional<TenantId> tenant) {
    return tx_.query_one(kCountOnServerSql, server, tenant)["sites"].integer();
}

std::int64_t SiteStore::count_of_tenant(TenantId tenant) {
    return tx_.query_one(kCountOfTenantSql, tenant)["sites"].integer();
}

bool SiteStore::is_tenant_active(TenantId tenant) {
    tx_.query_optional(kHoldTenantSql, tenant);
    return tx_.query_one(kIsTenantActiveSql, tenant)["is_active"].boolean();
}

bool SiteStore::has_site_at_or_above(TenantId tenant, const std::vector<std::string>& names) {
    return tx_.query_one(kHasSiteAtSql, tenant, names)["has_one"].boolean();
}

NameUse SiteStore::name_use(
    TenantId tenant, const std::vector<std::string>& names, const std::vector<std::string>& above
) {
    const auto use = tx_.query_one(kNameUseSql, tenant, names, above)["name_use"].text();
    return use == "free" ? NameUse::Free : use == "own" ? NameUse::Own : NameUse::Other;
}

void SiteStore::insert(
    Site& site, const std::string& sealed_secrets, const std::optional<std::string>& request_key
) {
    const auto inserted = tx_.query_one(
        kInsertSiteSql,
        site.tenant,
        site.id,
        site.key,
        site.domain,
        site.with_www,
        site.plugin,
        site.template_id,
        site.template_title,
        site.template_icon,
        site.options,
        sealed_secrets,
        site.unrevealed,
        site.php_version,
        site.server,
        site.server_name,
        site.server_address,
        request_key,
        site.created_by,
        site.created_at
    );
    site.tenant_name = inserted["tenant_name"].text();
    tx_.execute(kInsertNamesSql, site.tenant, site.id, site.names());
}

std::string SiteStore::sealed_secrets(const Site& site) {
    return tx_.query_one(kSecretsSql, site.tenant, site.id)["secrets"].text();
}

void SiteStore::begin(const Site& site, SiteState state, JobId job) {
    tx_.execute(kBeginSql, site.tenant, site.id, state_name(state), job);
}

bool SiteStore::set_state(const Site& site, JobId job, SiteState state, const std::string& cause) {
    return tx_.execute(kSetStateSql, site.tenant, site.id, job, state_name(state), cause) > 0;
}

void SiteStore::set_cause(const Site& site, JobId job, const std::string& cause) {
    tx_.execute(kSetCauseSql, site.tenant, site.id, job, cause);
}

void SiteStore::set_web(const Site& site, const db::JsonText& web) {
    tx_.execute(kSetWebSql, site.tenant, site.id, web);
}

void SiteStore::set_https(const Site& site, Https https, const std::string& hint) {
    tx_.execute(
        kSetHttpsSql, site.tenant, site.id, https == Https::Active ? "active" : "pending", hint
    );
}

void SiteStore::set_deployed(const Site& site, TimePoint now) {
    tx_.execute(kSetDeployedSql, site.tenant, site.id, now);
}

void SiteStore::set_revealed(const Site& site) {
    tx_.execute(kSetRevealedSql, site.tenant, site.id);
}

void SiteStore::set_suspended_by(const Site& site, std::optional<TenantId> home) {
    tx_.execute(kSetSuspendedBySql, site.tenant, site.id, home);
}

bool SiteStore::is_above(std::optional<TenantId> upper, TenantId lower) {
    return tx_.query_one(kIsAboveSql, upper, lower)["is_above"].boolean();
}

bool SiteStore::is_at_or_above(TenantId upper, TenantId lower) {
    return tx_.query_one(kIsAtOrAboveSql, upper, lower)["is_above"].boolean();
}

void SiteStore::remove(const Site& site) {
    tx_.execute(kDeleteSiteSql, site.tenant, site.id);
}

}  // namespace hostelry::sites
