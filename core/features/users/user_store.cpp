#include "core/features/users/user_store.h"

#include "core/platform/db/failure.h"
#include "core/platform/db/pattern.h"

namespace hostelry::users {
namespace {

#define USER_COLUMNS                                                                            \
    "u.tenant_id, u.id, t.name as tenant_name, u.email, u.name, u.role, u.state, u.time_zone, " \
    "u.locale, u.password_hash is not null as has_password, u.created_at, u.last_sign_in_at "   \
    "from hostelry.users u join hostelry.tenants t on t.id = u.tenant_id "

// $1 is empty or a LIKE pattern.
#define USER_FITS                                          \
    "u.tenant_id in (table hostelry.tenants_in_view) and " \
    "(u.name ilike $1 or u.email ilike $1) and ($2::uuid is null or u.tenant_id = $2) "

constexpr std::string_view kListUsersSql =
    "select " USER_COLUMNS "where " USER_FITS
    "and ($3 = '' or u.state = $3) order by lower(u.name), u.id offset $4 limit $5";

constexpr std::string_view kCountUsersSql =
    "select count(*) as all_users, count(*) filter (where u.state = 'active') as active, "
    "count(*) filter (where u.state = 'suspended') as suspended "
    "from hostelry.users u where " USER_FITS;

constexpr std::string_view kFindUserSql = "select " USER_COLUMNS "where u.id = $1";

constexpr std::string_view kLockUserSql = "select " USER_COLUMNS "where u.id = $1 for update of u";

constexpr std::string_view kFindUserByKeySql =
    "select " USER_COLUMNS "where u.tenant_id = $1 and u.request_key = $2";

constexpr std::string_view kFindHomeSql = "select kind, state from hostelry.tenants where id = $1";

constexpr std::string_view kHoldHomeSql =
    "select kind, state from hostelry.tenants where id = $1 for key share";

constexpr std::string_view kInsertUserSql =
    "insert into hostelry.users (tenant_id, id, email, name, role, password_hash, time_zone, "
    "locale, "
    "sessions_valid_from, created_at, request_key) "
    "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)";

constexpr std::string_view kUpdateUserSql =
    "update hostelry.users set email = $3, name = $4, role = $5, time_zone = $6, locale = $7 "
    "where tenant_id = $1 and id = $2";

constexpr std::string_view kSetUserStateSql =
    "update hostelry.users set state = $3 where tenant_id = $1 and id = $2";

constexpr std::string_view kSetPasswordSql =
    "update hostelry.users set password_hash = $3 where tenant_id = $1 and id = $2";

constexpr std::string_view kEndSessionsSql =
    "update hostelry.users set sessions_valid_from = $3 where tenant_id = $1 and id = $2";

constexpr std::string_view kEndSessionsBelowSql =
    "with recursive below (id) as (select $1::uuid union all "
    "select t.id from hostelry.tenants t join below b on t.parent_id = b.id) "
    "update hostelry.users set sessions_valid_from = $2 where tenant_id in (select id from below)";

constexpr std::string_view kDeleteUserSql =
    "delete from hostelry.users where tenant_id = $1 and id = $2";

constexpr std::string_view kPasswordHashSql =
    "select password_hash from hostelry.users where id = $1";

constexpr std::string_view kLockSuperadminsSql =
    "select state from hostelry.users where role = 'superadmin' order by id for update";

constexpr std::string_view kDropPasswordLinksSql =
    "delete from hostelry.password_links where tenant_id = $1 and user_id = $2";

constexpr std::string_view kInsertPasswordLinkSql =
    "insert into hostelry.password_links (tenant_id, id, user_id, token_hash, created_at, "
    "expires_at) "
    "values ($1, $2, $3, $4, $5, $6)";

constexpr std::string_view kUsePasswordLinkSql =
    "update hostelry.password_links set used_at = $2 "
    "where token_hash = $1 and used_at is null and expires_at > $2";

User read_user(const db::Row& row) {
    return {
        .id = row["id"].id<UserId>(),
        .tenant = row["tenant_id"].id<TenantId>(),
        .tenant_name = row["tenant_name"].text(),
        .email = row["email"].text(),
        .name = row["name"].text(),
        .role = row["role"].text(),
        .state = row["state"].text(),
        .time_zone = row["time_zone"].text(),
        .locale = row["locale"].text(),
        .has_password = row["has_password"].boolean(),
        .created_at = row["created_at"].time(),
        .last_sign_in_at = row["last_sign_in_at"].optional_time(),
    };
}

std::optional<User> read_user(const std::optional<db::Row>& row) {
    return row ? std::optional<User>{read_user(*row)} : std::nullopt;
}

std::optional<Home> read_home(const std::optional<db::Row>& row) {
    return row ? std::optional<Home>{Home{(*row)["kind"].text(), (*row)["state"].text()}}
               : std::nullopt;
}

Result<User> existing_user(std::optional<User> user) {
    if (!user) {
        return fail(ErrorCode::NotFound, "There is no such person.");
    }
    return *std::move(user);
}

/// Addresses are unique over the installation; the sentence must not tell whose it is.
tl::unexpected<Error> address_in_use() {
    Error error{
        ErrorCode::Conflict, "This address cannot be used. Choose another one.", {}, {}, {}, false};
    error.fields.push_back({"email", "This address cannot be used. Choose another one."});
    return tl::unexpected(std::move(error));
}

}  // namespace

UserPage UserStore::list(const UserFilter& filter, std::int64_t offset, std::int64_t count_max) {
    const auto pattern = db::containing(filter.words);
    UserPage page;
    for (const auto& row :
         tx_.query(kListUsersSql, pattern, filter.tenant, filter.state, offset, count_max)) {
        page.users.push_back(read_user(row));
    }
    const auto counts = tx_.query_one(kCountUsersSql, pattern, filter.tenant);
    page.all = counts["all_users"].integer();
    page.active = counts["active"].integer();
    page.suspended = counts["suspended"].integer();
    page.matching = filter.state.empty()       ? page.all
                    : filter.state == "active" ? page.active
                                               : page.suspended;
    return page;
}

std::optional<User> UserStore::find(UserId id) {
    return read_user(tx_.query_optional(kFindUserSql, id));
}

Result<User> UserStore::get(UserId id) {
    return existing_user(find(id));
}

Result<User> UserStore::get_locked(UserId id) {
    return existing_user(read_user(tx_.query_optional(kLockUserSql, id)));
}

std::optional<User> UserStore::find_by_request_key(TenantId tenant, const std::string& key) {
    return read_user(tx_.query_optional(kFindUserByKeySql, tenant, key));
}

std::optional<Home> UserStore::find_home(TenantId tenant) {
    return read_home(tx_.query_optional(kFindHomeSql, tenant));
}

std::optional<Home> UserStore::hold_home(TenantId tenant) {
    return read_home(tx_.query_optional(kHoldHomeSql, tenant));
}

Result<void> UserStore::insert(
    const User& user,
    const std::optional<std::string>& password_hash,
    const std::optional<std::string>& request_key
) {
    try {
        tx_.execute(
            kInsertUserSql,
            user.tenant,
            user.id,
            user.email,
            user.name,
            user.role,
            password_hash,
            user.time_zone,
            user.locale,
            user.created_at,
            request_key
        );
    } catch (const db::ConstraintViolation& violation) {
        if (violation.constraint == "users_email") {
            return address_in_use();
        }
        throw;
    }
    return {};
}

Result<void> UserStore::update(const User& user) {
    try {
        tx_.execute(
            kUpdateUserSql,
            user.tenant,
            user.id,
            user.email,
            user.name,
            user.role,
            user.time_zone,
            user.locale
        );
    } catch (const db::ConstraintViolation& violation) {
        if (violation.constraint == "users_email") {
            return address_in_use();
        }
        throw;
    }
    return {};
}

void UserStore::set_state(const User& user, std::string_view state) {
    tx_.execute(kSetUserStateSql, user.tenant, user.id, state);
}

void UserStore::set_password(const User& user, const std::string& password_hash) {
    tx_.execute(kDropPasswordLinksSql, user.tenant, user.id);
    tx_.execute(kSetPasswordSql, user.tenant, user.id, password_hash);
}

void UserStore::end_sessions(const User& user, TimePoint now) {
    tx_.execute(kEndSessionsSql, user.tenant, user.id, now);
}

void UserStore::end_sessions_below(TenantId tenant, TimePoint now) {
    tx_.execute(kEndSessionsBelowSql, tenant, now);
}

void UserStore::remove(const User& user) {
    tx_.execute(kDeleteUserSql, user.tenant, user.id);
}

std::optional<std::string> UserStore::password_hash(UserId id) {
    const auto row = tx_.query_optional(kPasswordHashSql, id);
    return row ? (*row)["password_hash"].optional_text() : std::nullopt;
}

std::int64_t UserStore::lock_active_superadmins() {
    std::int64_t active = 0;
    for (const auto& row : tx_.query(kLockSuperadminsSql)) {
        active += row["state"].text() == "active" ? 1 : 0;
    }
    return active;
}

void UserStore::add_password_link(
    const User& user,
    const Uuid& id,
    const std::string& token_hash,
    TimePoint now,
    TimePoint expires_at
) {
    tx_.execute(kDropPasswordLinksSql, user.tenant, user.id);
    tx_.execute(kInsertPasswordLinkSql, user.tenant, id, user.id, token_hash, now, expires_at);
}

bool UserStore::use_password_link(const std::string& token_hash, TimePoint now) {
    return tx_.execute(kUsePasswordLinkSql, token_hash, now) == 1;
}

}  // namespace hostelry::users
