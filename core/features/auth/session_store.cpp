#include "core/features/auth/session_store.h"

#include "core/platform/crypto/token.h"

namespace hostelry::auth {
namespace {

constexpr std::size_t kUserAgentBytesMax = 200;

constexpr std::string_view kFindHolderSql =
    "select session_id, user_id, home_id, acting_id, name, role, locale, time_zone "
    "from hostelry.authenticate_session($1, $2)";

constexpr std::string_view kLivingSessionsSql =
    "select live_sessions as id from hostelry.live_sessions($1, $2)";

constexpr std::string_view kInsertSessionSql =
    "insert into hostelry.sessions (tenant_id, id, user_id, token_hash, acting_tenant_id, "
    "created_at, last_seen_at, "
    "expires_at, idle_seconds, client_address, user_agent) values ($1, $2, $3, $4, $1, $5, $5, $6, "
    "$7, $8, $9)";

constexpr std::string_view kEndSessionSql =
    "update hostelry.sessions set ended_at = $2 where id = $1 and ended_at is null";

constexpr std::string_view kActInSql =
    "update hostelry.sessions set acting_tenant_id = $2 where id = $1";

// A password is checked outside of transactions, because that takes long; what was checked must
// still be so.
constexpr std::string_view kNoteSignInSql =
    "update hostelry.users set last_sign_in_at = $3, password_hash = coalesce($5, password_hash) "
    "where tenant_id = $1 and id = $2 and password_hash = $4 and state = 'active'";

constexpr std::string_view kTenantNameSql =
    "select name from hostelry.tenants where id = $1 and state <> 'deleted'";

std::chrono::seconds idle_max(users::Role role) {
    return role == users::Role::Client || role == users::Role::Reseller ? kIdleMax
                                                                        : kIdleMaxOfStaff;
}

}  // namespace

void SessionStore::insert(const SessionStart& start, const NewSession& session) {
    tx_.execute(
        kInsertSessionSql,
        start.home,
        session.id,
        start.user,
        crypto::token_hash(session.token),
        start.now,
        start.now + kSessionLifeMax,
        idle_max(start.role).count(),
        start.client_address,
        start.user_agent.substr(0, kUserAgentBytesMax)
    );
}

bool SessionStore::end(const Uuid& id, TimePoint now) {
    return tx_.execute(kEndSessionSql, id, now) == 1;
}

void SessionStore::act_in(const Uuid& id, TenantId acting) {
    tx_.execute(kActInSql, id, acting);
}

bool SessionStore::note_sign_in(
    const SessionStart& start,
    const std::string& checked_hash,
    const std::optional<std::string>& better_hash
) {
    return tx_.execute(
               kNoteSignInSql, start.home, start.user, start.now, checked_hash, better_hash
           ) == 1;
}

std::optional<std::string> SessionStore::tenant_name(TenantId tenant) {
    const auto row = tx_.query_optional(kTenantNameSql, tenant);
    return row ? std::optional{(*row)["name"].text()} : std::nullopt;
}

Result<std::optional<Holder>> find_holder(
    db::Database& database, const std::string& token, TimePoint now
) {
    const auto rows =
        TRY(database.single_statement(kFindHolderSql, crypto::token_hash(token), now));
    if (rows.empty()) {
        return std::optional<Holder>{};
    }
    const auto row = rows.front();
    return std::optional<Holder>{Holder{
        .session = row["session_id"].uuid(),
        .user = row["user_id"].id<UserId>(),
        .home = row["home_id"].id<TenantId>(),
        .acting = row["acting_id"].id<TenantId>(),
        .name = row["name"].text(),
        .role = users::role_from_name(row["role"].text()).value_or(users::Role::Client),
        .locale = row["locale"].text(),
        .time_zone = row["time_zone"].text(),
    }};
}

Result<std::vector<Uuid>> living_sessions(
    db::Database& database, const std::vector<Uuid>& ids, TimePoint now
) {
    const auto rows = TRY(database.single_statement(kLivingSessionsSql, ids, now));
    std::vector<Uuid> living;
    for (const auto& row : rows) {
        living.push_back(row["id"].uuid());
    }
    return living;
}

}  // namespace hostelry::auth
