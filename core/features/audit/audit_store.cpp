#include "core/features/audit/audit_store.h"

#include "core/platform/db/in_view.h"
#include "core/platform/db/pattern.h"

#include <limits>

namespace hostelry::audit {
namespace {

#define AUDIT_FIELDS                                                                         \
    "a.position, a.event_id, a.tenant_id, t.name as tenant_name, a.at, a.type, a.actor_id, " \
    "a.actor_name, a.subject_type, a.subject_id, a.data, a.client_address, a.request_id, "   \
    "a.previous_hash, a.hash"
#define AUDIT_FROM "hostelry.audit_entries a left join hostelry.tenants t on t.id = a.tenant_id"
#define AUDIT_COLUMNS AUDIT_FIELDS " from " AUDIT_FROM " "

#define AUDIT_FITS                                                                             \
    "($1::uuid is null or a.actor_id = $1) and ($2 = '' or a.type = $2 or a.type like $2 || "  \
    "'.%') "                                                                                   \
    "and ($3::uuid is null or a.subject_id = $3) and ($4::timestamptz is null or a.at >= $4) " \
    "and ($5::timestamptz is null or a.at < $5) "                                              \
    "and (a.actor_name ilike $6 or a.type ilike $6 or a.client_address ilike $6) "

const std::string kListAuditSql = db::newest_in_view(
    {.columns = AUDIT_FIELDS,
     .from = AUDIT_FROM,
     .tenant = "a.tenant_id",
     .where = AUDIT_FITS "and a.position < $7"},
    "position",
    "$8"
);
const std::string kCountAuditSql = "select count(*) as matching from " +
                                   db::all_in_view(
                                       {.columns = "1",
                                        .from = "hostelry.audit_entries a",
                                        .tenant = "a.tenant_id",
                                        .where = AUDIT_FITS}
                                   ) +
                                   " a";
constexpr std::string_view kRecentOfSubjectSql =
    "select " AUDIT_COLUMNS "where a.subject_id = $1 order by a.position desc limit $2";
const std::string kRecentAuditSql = db::newest_in_view(
    {.columns = AUDIT_FIELDS,
     .from = AUDIT_FROM,
     .tenant = "a.tenant_id",
     .where = "a.type not like 'session.%'"},
    "position",
    "$1"
);
constexpr std::string_view kFindAuditSql = "select " AUDIT_COLUMNS "where a.position = $1";
constexpr std::string_view kAuditAfterSql =
    "select " AUDIT_COLUMNS "where a.position > $1 order by a.position limit $2";
constexpr std::string_view kAuditTypesSql =
    "select distinct type from hostelry.audit_entries "
    "where tenant_id in (table hostelry.tenants_in_view) order by type limit 200";
constexpr std::string_view kAppendAuditSql =
    "insert into hostelry.audit_entries (tenant_id, position, event_id, at, type, actor_id, "
    "actor_name, subject_type, "
    "subject_id, data, client_address, request_id, previous_hash, hash) "
    "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
constexpr std::string_view kAuditHeadSql =
    "select position, entries, hash, signature, signed_at from hostelry.audit_head";
constexpr std::string_view kLockAuditHeadSql =
    "select position, entries, hash, signature, signed_at from hostelry.audit_head for update";
constexpr std::string_view kPutAuditHeadSql =
    "insert into hostelry.audit_head (position, entries, hash, signature, signed_at) values ($1, "
    "$2, $3, $4, $5) "
    "on conflict (one) do update set position = excluded.position, entries = excluded.entries, "
    "hash = excluded.hash, "
    "signature = excluded.signature, signed_at = excluded.signed_at";
constexpr std::string_view kAuditListenerSql =
    "select position from hostelry.event_listeners where name = $1";
constexpr std::string_view kAuditUserNameSql =
    "select coalesce(hostelry.user_name($1), '') as name";

AuditEntry read_entry(const db::Row& row) {
    return {
        .position = row["position"].integer(),
        .event = row["event_id"].uuid(),
        .tenant = row["tenant_id"].id<TenantId>(),
        .tenant_name = row["tenant_name"].optional_text().value_or(""),
        .at = row["at"].time(),
        .type = row["type"].text(),
        .actor = row["actor_id"].optional_id<UserId>(),
        .actor_name = row["actor_name"].text(),
        .subject_type = row["subject_type"].text(),
        .subject = row["subject_id"].optional_uuid(),
        .data = row["data"].text(),
        .client_address = row["client_address"].text(),
        .request_id = row["request_id"].text(),
        .previous_hash = row["previous_hash"].text(),
        .hash = row["hash"].text(),
    };
}

std::optional<AuditHead> read_head(const std::optional<db::Row>& row) {
    if (!row) {
        return std::nullopt;
    }
    return AuditHead{
        .position = (*row)["position"].integer(),
        .entries = (*row)["entries"].integer(),
        .hash = (*row)["hash"].text(),
        .signed_at = (*row)["signed_at"].time(),
        .signature = (*row)["signature"].text(),
    };
}

}  // namespace

AuditPage AuditStore::list(const AuditFilter& filter, std::int64_t count_max) {
    const auto pattern = db::containing(filter.words);
    AuditPage page;
    for (const auto& row : tx_.query(
             kListAuditSql,
             filter.actor,
             filter.type,
             filter.subject,
             filter.since,
             filter.until,
             pattern,
             filter.before.value_or(std::numeric_limits<std::int64_t>::max()),
             count_max + 1
         )) {
        page.entries.push_back(read_entry(row));
    }
    page.has_more = static_cast<std::int64_t>(page.entries.size()) > count_max;
    if (page.has_more) {
        page.entries.pop_back();
    }
    page.matching = tx_.query_one(
                           kCountAuditSql,
                           filter.actor,
                           filter.type,
                           filter.subject,
                           filter.since,
                           filter.until,
                           pattern
    )["matching"]
                        .integer();
    return page;
}

std::vector<AuditEntry> AuditStore::recent(
    const std::optional<Uuid>& subject, std::int64_t count_max
) {
    std::vector<AuditEntry> entries;
    for (const auto& row : subject ? tx_.query(kRecentOfSubjectSql, *subject, count_max)
                                   : tx_.query(kRecentAuditSql, count_max)) {
        entries.push_back(read_entry(row));
    }
    return entries;
}

std::optional<AuditEntry> AuditStore::find(std::int64_t position) {
    const auto row = tx_.query_optional(kFindAuditSql, position);
    return row ? std::optional{read_entry(*row)} : std::nullopt;
}

std::vector<AuditEntry> AuditStore::after(std::int64_t position, std::int64_t count_max) {
    std::vector<AuditEntry> entries;
    for (const auto& row : tx_.query(kAuditAfterSql, position, count_max)) {
        entries.push_back(read_entry(row));
    }
    return entries;
}

std::vector<std::string> AuditStore::types() {
    std::vector<std::string> types;
    for (const auto& row : tx_.query(kAuditTypesSql)) {
        types.push_back(row["type"].text());
    }
    return types;
}

void AuditStore::append(const AuditEntry& entry) {
    tx_.execute(
        kAppendAuditSql,
        entry.tenant,
        entry.position,
        entry.event,
        entry.at,
        entry.type,
        entry.actor,
        entry.actor_name,
        entry.subject_type,
        entry.subject,
        entry.data,
        entry.client_address,
        entry.request_id,
        entry.previous_hash,
        entry.hash
    );
}

std::optional<AuditHead> AuditStore::head() {
    return read_head(tx_.query_optional(kAuditHeadSql));
}

std::optional<AuditHead> AuditStore::lock_head() {
    return read_head(tx_.query_optional(kLockAuditHeadSql));
}

void AuditStore::put_head(const AuditHead& head) {
    tx_.execute(
        kPutAuditHeadSql, head.position, head.entries, head.hash, head.signature, head.signed_at
    );
}

std::int64_t AuditStore::listener_position(const std::string& listener) {
    const auto row = tx_.query_optional(kAuditListenerSql, listener);
    return row ? (*row)["position"].integer() : 0;
}

std::string AuditStore::user_name(UserId user) {
    return tx_.query_one(kAuditUserNameSql, user)["name"].text();
}

}  // namespace hostelry::audit
