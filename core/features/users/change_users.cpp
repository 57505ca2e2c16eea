// Making, changing and removing people.

#include "core/base/text.h"
#include "core/features/users/user_rules.h"
#include "core/features/users/users.h"
#include "core/platform/crypto/password.h"

#include <nlohmann/json.hpp>

namespace hostelry::users {
namespace {

constexpr std::int64_t kUsersAtOnce = 500;

void publish_user_event(
    db::Transaction& tx,
    const Caller& caller,
    const User& user,
    std::string type,
    nlohmann::json data = nlohmann::json::object()
) {
    auto event = event_by(caller, std::move(type), user.tenant);
    event.subject_type = "user";
    event.subject_id = user.id.uuid;
    data["name"] = user.name;
    data["email"] = user.email;
    data["role"] = user.role;
    event.data = data;
    events::publish(tx, event);
    shell::announce(tx, "user", user.id.uuid, user.tenant);
}

}  // namespace

Result<User> Users::create(
    const Caller& caller, const CreateUser& request, const std::optional<std::string>& request_key
) {
    if (auto problems = problems_of(request); !problems.empty()) {
        return fail_fields(std::move(problems));
    }
    const auto hash =
        request.password ? std::optional{crypto::hash_password(*request.password)} : std::nullopt;
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<User> {
        return create_in(tx, caller, request, hash, request_key);
    });
}

Result<User> Users::create_in(
    db::Transaction& tx,
    const Caller& caller,
    const CreateUser& request,
    const std::optional<std::string>& password_hash,
    const std::optional<std::string>& request_key
) {
    if (auto problems = problems_of(request); !problems.empty()) {
        return fail_fields(std::move(problems));
    }
    UserStore store{tx};
    const auto tenant = request.tenant.value_or(caller.tenant);
    const auto home = store.hold_home(tenant);
    if (!home || home->state == "deleted") {
        return fail(ErrorCode::NotFound, "There is no such account.");
    }
    const auto role = role_from_name(request.role);
    if (!role) {
        return fail_fields({{"role", "Choose a role."}});
    }
    TRY(check_may_give(caller, *role, *home));
    if (request_key) {
        if (auto made_before = store.find_by_request_key(tenant, *request_key)) {
            return *std::move(made_before);
        }
    }
    const User user{
        .id = UserId::make(needs_.clock, needs_.random),
        .tenant = tenant,
        .email = std::string(trim(request.email)),
        .name = std::string(trim(request.name)),
        .role = request.role,
        .state = "active",
        .time_zone = request.time_zone,
        .locale = request.locale,
        .created_at = needs_.clock.now(),
        .last_sign_in_at = {},
    };
    TRY(store.insert(user, password_hash, request_key));
    publish_user_event(tx, caller, user, "user.created");
    return store.get(user.id);
}

Result<User> Users::get(const Caller& caller, UserId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) {
        return UserStore{tx}.get(id);
    });
}

Result<Home> Users::home_of(const Caller& caller, TenantId tenant) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<Home> {
        const auto home = UserStore{tx}.find_home(tenant);
        if (!home || home->state == "deleted") {
            return fail(ErrorCode::NotFound, "There is no such account.");
        }
        return *home;
    });
}

std::string Users::new_request_key() {
    return new_uuid(needs_.clock, needs_.random).to_string();
}

Result<UserPage> Users::list(
    const Caller& caller, const UserFilter& filter, std::int64_t offset, std::int64_t count_max
) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<UserPage> {
        return UserStore{tx}.list(filter, offset, count_max);
    });
}

Result<std::optional<User>> Users::find_by_email(const Caller& caller, const std::string& email) {
    const auto account = TRY(find_account(email));
    if (!account) {
        return std::optional<User>{};
    }
    return needs_.database.in_tenant(
        caller.tenant,
        [&](db::Transaction& tx) -> Result<std::optional<User>> {
            return UserStore{tx}.find(account->user);
        }
    );
}

Result<User> Users::update(const Caller& caller, UserId id, const UpdateUser& request) {
    if (auto problems = problems_of(request); !problems.empty()) {
        return fail_fields(std::move(problems));
    }
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<User> {
        UserStore store{tx};
        const auto before = TRY(store.get_locked(id));
        TRY(check_may_administer(caller, before.rank()));
        const auto role = role_from_name(request.role);
        if (!role) {
            return fail_fields({{"role", "Choose a role."}});
        }
        auto after = before;
        after.name = std::string(trim(request.name));
        after.email = std::string(trim(request.email));
        after.role = request.role;
        after.time_zone = request.time_zone;
        after.locale = request.locale;
        if (after.role != before.role) {
            TRY(check_not_self(caller, before));
            TRY(check_may_give(caller, *role, store.find_home(before.tenant).value_or(Home{})));
            TRY(check_not_last_superadmin(store, before));
            store.end_sessions(before, needs_.clock.now());
        }
        TRY(store.update(after));
        publish_user_event(
            tx,
            caller,
            after,
            "user.updated",
            {{"before", {{"name", before.name}, {"email", before.email}, {"role", before.role}}}}
        );
        return store.get(id);
    });
}

Result<User> Users::update_profile(
    const Caller& caller, TenantId home, const UpdateProfile& request
) {
    if (auto problems = problems_of(request); !problems.empty()) {
        return fail_fields(std::move(problems));
    }
    return needs_.database.in_tenant(home, [&](db::Transaction& tx) -> Result<User> {
        UserStore store{tx};
        auto user = TRY(store.get_locked(caller.user.value_or(UserId{})));
        user.name = std::string(trim(request.name));
        user.time_zone = request.time_zone;
        user.locale = request.locale;
        TRY(store.update(user));
        publish_user_event(tx, caller, user, "user.profile_updated");
        return user;
    });
}

Result<User> Users::suspend(const Caller& caller, UserId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<User> {
        UserStore store{tx};
        const auto user = TRY(store.get_locked(id));
        TRY(check_may_administer(caller, user.rank()));
        TRY(check_not_self(caller, user));
        TRY(check_not_last_superadmin(store, user));
        if (!user.is_suspended()) {
            store.set_state(user, "suspended");
            store.end_sessions(user, needs_.clock.now());
            publish_user_event(tx, caller, user, "user.suspended");
        }
        return store.get(id);
    });
}

Result<User> Users::resume(const Caller& caller, UserId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<User> {
        UserStore store{tx};
        const auto user = TRY(store.get_locked(id));
        TRY(check_may_administer(caller, user.rank()));
        if (user.is_suspended()) {
            store.set_state(user, "active");
            publish_user_event(tx, caller, user, "user.resumed");
        }
        return store.get(id);
    });
}

Result<void> Users::remove(const Caller& caller, UserId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<void> {
        UserStore store{tx};
        const auto user = TRY(store.get_locked(id));
        TRY(check_may_administer(caller, user.rank()));
        TRY(check_not_self(caller, user));
        TRY(check_not_last_superadmin(store, user));
        store.remove(user);
        publish_user_event(tx, caller, user, "user.deleted");
        return {};
    });
}

std::vector<User> Users::of_tenant(db::Transaction& tx, TenantId tenant) {
    return UserStore{tx}.list({.words = {}, .tenant = tenant, .state = {}}, 0, kUsersAtOnce).users;
}

void Users::end_sessions_below(db::Transaction& tx, TenantId tenant) {
    UserStore{tx}.end_sessions_below(tenant, needs_.clock.now());
}

void Users::remove_all_in(db::Transaction& tx, const Caller& caller, TenantId tenant) {
    UserStore store{tx};
    for (auto some = of_tenant(tx, tenant); !some.empty(); some = of_tenant(tx, tenant)) {
        for (const auto& user : some) {
            store.remove(user);
            publish_user_event(tx, caller, user, "user.deleted");
        }
    }
}

}  // namespace hostelry::users
