// The first person of an installation. There is no default account: a one-time link makes it.

#include "core/base/text.h"
#include "core/features/auth/auth.h"
#include "core/platform/crypto/password.h"
#include "core/platform/crypto/token.h"

namespace hostelry::auth {
namespace {

constexpr std::chrono::hours kSetupLinkLife{24 * 7};

constexpr std::string_view kHasSuperadminSql = "select hostelry.has_superadmin() as has";

constexpr std::string_view kReplaceSetupLinkSql =
    "insert into hostelry.setup_links (token_hash, created_at, expires_at) values ($1, $2, $3) "
    "on conflict (one) do update set token_hash = excluded.token_hash, created_at = "
    "excluded.created_at, "
    "expires_at = excluded.expires_at";

constexpr std::string_view kFindSetupLinkSql =
    "select 1 from hostelry.setup_links where token_hash = $1 and expires_at > $2";

constexpr std::string_view kUseSetupLinkSql =
    "delete from hostelry.setup_links where token_hash = $1 and expires_at > $2";

constexpr std::string_view kFindRootSql = "select hostelry.root_tenant() as id";
constexpr std::string_view kCreateRootSql =
    "select hostelry.create_root_tenant($1, $2, 'root') as id";
constexpr std::string_view kNameRootSql = "update hostelry.tenants set name = $2 where id = $1";

bool has_superadmin(db::Transaction& tx) {
    return tx.query_one(kHasSuperadminSql)["has"].boolean();
}

TenantId ensure_root_tenant(db::Transaction& tx, const std::string& name, TenantId fresh) {
    if (const auto root = tx.query_one(kFindRootSql)["id"].optional_id<TenantId>()) {
        tx.enter_tenant(*root);
        tx.execute(kNameRootSql, *root, name);
        return *root;
    }
    tx.query_one(kCreateRootSql, fresh, name);
    tx.enter_tenant(fresh);
    return fresh;
}

Result<void> check_set_up(const SetUp& request) {
    users::CreateUser person;
    person.name = request.name;
    person.email = request.email;
    person.password = request.password;
    person.time_zone = request.time_zone;
    auto problems = problems_of(person);
    if (trim(request.company).empty()) {
        problems.insert(
            problems.begin(), {"company", "Write the name your customers know you by."}
        );
    }
    if (!problems.empty()) {
        return fail_fields(std::move(problems));
    }
    return {};
}

}  // namespace

Result<std::optional<std::string>> Auth::setup_url(const std::string& base) {
    const auto token = crypto::make_token(needs_.random);
    const auto now = needs_.clock.now();
    return needs_.database.in_system(
        [&](db::Transaction& tx) -> Result<std::optional<std::string>> {
            if (has_superadmin(tx)) {
                return std::optional<std::string>{};
            }
            tx.execute(kReplaceSetupLinkSql, crypto::token_hash(token), now, now + kSetupLinkLife);
            return std::optional{base + "/setup/" + token};
        }
    );
}

Result<bool> Auth::is_setup_link(const std::string& token) {
    return needs_.database.in_system([&](db::Transaction& tx) -> Result<bool> {
        return !tx.query(kFindSetupLinkSql, crypto::token_hash(token), needs_.clock.now()).empty();
    });
}

Result<NewSession> Auth::set_up(
    const std::string& token, const SetUp& request, const Origin& origin
) {
    const bool is_open = TRY(is_setup_link(token));
    if (!is_open) {
        return fail(ErrorCode::NotFound, "This link has been used or has expired.");
    }
    TRY(check_set_up(request));
    const auto hash = crypto::hash_password(request.password);
    const auto fresh = TenantId::make(needs_.clock, needs_.random);
    const auto person = needs_.database.in_system([&](db::Transaction& tx) -> Result<users::User> {
        const bool is_first =
            tx.execute(kUseSetupLinkSql, crypto::token_hash(token), needs_.clock.now()) == 1;
        if (!is_first || has_superadmin(tx)) {
            return fail(ErrorCode::NotFound, "This link has been used or has expired.");
        }
        const auto root = ensure_root_tenant(tx, std::string(trim(request.company)), fresh);
        auto caller = users::operator_caller(root);
        caller.client_address = origin.client_address;
        caller.request_id = origin.request_id;
        users::CreateUser create;
        create.tenant = root;
        create.name = request.name;
        create.email = request.email;
        create.role = std::string(role_name(users::Role::Superadmin));
        create.time_zone = request.time_zone;
        const auto user = TRY(needs_.users.create_in(tx, caller, create, hash));
        auto event = event_by(caller, "panel.set_up", root);
        event.actor = user.id;
        events::publish(tx, event);
        return user;
    });
    if (!person) {
        return tl::unexpected(person.error());
    }
    const users::Account account{
        .tenant = person->tenant,
        .user = person->id,
        .role = person->rank(),
        .password_hash = hash,
        .is_active = true};
    return start_session(account, origin, std::nullopt);
}

}  // namespace hostelry::auth
