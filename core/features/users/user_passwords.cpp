// Passwords: set by a one-time link, changed by their owner, and the account behind an address.

#include "core/base/text.h"
#include "core/features/users/user_rules.h"
#include "core/features/users/users.h"
#include "core/platform/crypto/password.h"
#include "core/platform/crypto/token.h"

namespace hostelry::users {
namespace {

constexpr std::chrono::hours kPasswordLinkLife{72};

constexpr std::string_view kFindLinkOwnerSql =
    "select tenant_id, user_id, name, email from hostelry.find_password_link($1, $2)";

constexpr std::string_view kFindAccountSql =
    "select tenant_id, user_id, role, password_hash, is_active from hostelry.find_account($1)";

// Whoever found an open session shall not find out the password with it.
constexpr cache::RateLimit kGuessesAtPasswords{10, std::chrono::minutes{15}, 10};

std::string guess_key(UserId user) {
    return "password:user:" + user.to_string();
}

/// Counted before the password is looked at, so that guesses that come at once count as well.
Result<void> count_guess(cache::RateLimiter& limiter, UserId user) {
    const auto decision = limiter.take(guess_key(user), kGuessesAtPasswords);
    if (decision.allowed) {
        return {};
    }
    Error error{
        ErrorCode::RateLimited,
        "Too many wrong passwords. Wait a few minutes, then try again.",
        {},
        {},
        {},
        false};
    error.retry_after = decision.retry_after;
    return tl::unexpected(std::move(error));
}

void publish_password_event(
    db::Transaction& tx, const Caller& caller, const User& user, std::string type
) {
    auto event = event_by(caller, std::move(type), user.tenant);
    event.subject_type = "user";
    event.subject_id = user.id.uuid;
    events::publish(tx, event);
}

Result<void> check_new_password(const std::string& password, const std::string& field_name) {
    if (auto problem = crypto::password_problem(password); !problem.empty()) {
        return fail_fields({{field_name, std::move(problem)}});
    }
    return {};
}

tl::unexpected<Error> not_the_current_password() {
    return fail_fields({{"current_password", "This is not your current password."}});
}

tl::unexpected<Error> link_is_gone() {
    return fail(ErrorCode::NotFound, "This link has been used or has expired. Ask for a new one.");
}

}  // namespace

Result<PasswordLink> Users::make_password_link(const Caller& caller, UserId id) {
    const auto token = crypto::make_token(needs_.random);
    const auto now = needs_.clock.now();
    PasswordLink link{needs_.public_url() + "/password/" + token, now + kPasswordLinkLife};
    return needs_.database.in_tenant(
        caller.tenant,
        [&](db::Transaction& tx) -> Result<PasswordLink> {
            UserStore store{tx};
            const auto user = TRY(store.get_locked(id));
            TRY(check_may_administer(caller, user.rank()));
            TRY(check_not_self(caller, user));
            store.add_password_link(
                user,
                new_uuid(needs_.clock, needs_.random),
                crypto::token_hash(token),
                now,
                link.expires_at
            );
            publish_password_event(tx, caller, user, "user.password_link_made");
            return link;
        }
    );
}

Result<std::optional<LinkOwner>> Users::find_link_owner(const std::string& token) {
    const auto rows = TRY(needs_.database.single_statement(
        kFindLinkOwnerSql, crypto::token_hash(token), needs_.clock.now()
    ));
    if (rows.empty()) {
        return std::optional<LinkOwner>{};
    }
    const auto row = rows.front();
    return std::optional<LinkOwner>{LinkOwner{
        row["tenant_id"].id<TenantId>(),
        row["user_id"].id<UserId>(),
        row["name"].text(),
        row["email"].text()}};
}

Result<void> Users::set_password_by_link(
    const std::string& token,
    const std::string& password,
    const std::string& client_address,
    const std::string& request_id
) {
    const auto owner = TRY(find_link_owner(token));
    if (!owner) {
        return link_is_gone();
    }
    TRY(check_new_password(password, "password"));
    const auto hash = crypto::hash_password(password);
    const Caller caller{owner->tenant, owner->user, {}, client_address, request_id};
    return needs_.database.in_tenant(owner->tenant, [&](db::Transaction& tx) -> Result<void> {
        UserStore store{tx};
        const auto user = TRY(store.get_locked(owner->user));
        if (!store.use_password_link(crypto::token_hash(token), needs_.clock.now())) {
            return link_is_gone();
        }
        store.set_password(user, hash);
        store.end_sessions(user, needs_.clock.now());
        publish_password_event(tx, caller, user, "user.password_set_by_link");
        return {};
    });
}

Result<void> Users::change_password(
    const Caller& caller, TenantId home, const ChangePassword& request
) {
    TRY(check_new_password(request.new_password, "new_password"));
    const auto id = caller.user.value_or(UserId{});
    TRY(count_guess(needs_.limiter, id));
    const auto known =
        needs_.database.in_tenant(home, [&](db::Transaction& tx) -> Result<std::string> {
            return UserStore{tx}.password_hash(id).value_or("");
        });
    if (!known) {
        return tl::unexpected(known.error());
    }
    if (known->empty() || !crypto::verify_password(request.current_password, *known)) {
        const auto noted =
            needs_.database.in_tenant(home, [&](db::Transaction& tx) -> Result<void> {
                const auto user = TRY(UserStore{tx}.get(id));
                publish_password_event(tx, caller, user, "user.password_change_refused");
                return {};
            });
        TRY(noted);
        return not_the_current_password();
    }
    needs_.limiter.forget(guess_key(id));
    const auto hash = crypto::hash_password(request.new_password);
    return needs_.database.in_tenant(home, [&](db::Transaction& tx) -> Result<void> {
        UserStore store{tx};
        const auto user = TRY(store.get_locked(id));
        // Somebody else may have set another one while this one was checked and hashed.
        if (store.password_hash(id) != *known) {
            return not_the_current_password();
        }
        store.set_password(user, hash);
        store.end_sessions(user, needs_.clock.now());
        publish_password_event(tx, caller, user, "user.password_changed");
        return {};
    });
}

Result<std::optional<Account>> Users::find_account(const std::string& email) {
    const auto rows = TRY(needs_.database.single_statement(kFindAccountSql, trim(email)));
    if (rows.empty()) {
        return std::optional<Account>{};
    }
    const auto row = rows.front();
    return std::optional<Account>{Account{
        .tenant = row["tenant_id"].id<TenantId>(),
        .user = row["user_id"].id<UserId>(),
        .role = role_from_name(row["role"].text()).value_or(Role::Client),
        .password_hash = row["password_hash"].optional_text(),
        .is_active = row["is_active"].boolean(),
    }};
}

}  // namespace hostelry::users
