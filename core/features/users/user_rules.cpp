#include "core/features/users/user_rules.h"

namespace hostelry::users {

Result<void> check_may_administer(const Caller& caller, Role role) {
    if (!caller.may(role_permission(role))) {
        return fail(
            ErrorCode::Forbidden,
            "Your account may not change people with the role " + std::string(role_label(role)) +
                "."
        );
    }
    return {};
}

Result<void> check_may_give(const Caller& caller, Role role, const Home& home) {
    TRY(check_may_administer(caller, role));
    if (!fits_tenant(role, home.kind)) {
        return fail_fields({{"role", "This role does not belong into this account."}});
    }
    return {};
}

Result<void> check_not_last_superadmin(UserStore& store, const User& user) {
    const bool counts = user.rank() == Role::Superadmin && !user.is_suspended();
    if (counts && store.lock_active_superadmins() <= 1) {
        return fail(
            ErrorCode::Conflict,
            user.name + " is the last active superadmin. Make another one first."
        );
    }
    return {};
}

Result<void> check_not_self(const Caller& caller, const User& user) {
    if (caller.user == user.id) {
        return fail(ErrorCode::Conflict, "This is your own account. Somebody else must do this.");
    }
    return {};
}

}  // namespace hostelry::users
