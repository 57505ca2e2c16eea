#pragma once

#include "core/features/users/caller.h"
#include "core/features/users/user_store.h"

namespace hostelry::users {

/// Forbidden when the caller ranks below the person's role.
Result<void> check_may_administer(const Caller& caller, Role role);
/// The role belongs into that kind of tenant, and the caller may hand it out.
Result<void> check_may_give(const Caller& caller, Role role, const Home& home);
/// Conflict when without this person nobody could administer the installation.
Result<void> check_not_last_superadmin(UserStore& store, const User& user);
/// Nobody suspends or removes themselves.
Result<void> check_not_self(const Caller& caller, const User& user);

}  // namespace hostelry::users
