#pragma once
// The one table of who may do what. A permission is `resource:action`; `role:<name>` means making,
// changing and removing people of that role.

#include "core/features/users/users.h"

#include <set>
#include <string>

namespace hostelry::auth {

using Permissions = std::set<std::string, std::less<>>;

/// Every permission there is, for tests of routes and for the operator.
const Permissions& all_permissions();
const Permissions& permissions_of(users::Role role);

}  // namespace hostelry::auth
