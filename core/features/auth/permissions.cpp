#include "core/features/auth/permissions.h"

#include <array>

namespace hostelry::auth {
namespace {

using users::Role;

struct Grant {
    std::string_view permission;
    Role least;  ///< The lowest role that has it; every higher one does too.
};

// What a person may do inside the tenant they act in; which things they see is the tenant tree's.
constexpr std::array kGrants{
    Grant{"tenant:read", Role::Reseller},
    Grant{"tenant:create", Role::Reseller},
    Grant{"tenant:update", Role::Reseller},
    Grant{"tenant:suspend", Role::Reseller},
    Grant{"tenant:delete", Role::Reseller},
    Grant{"user:read", Role::Reseller},
    Grant{"user:create", Role::Reseller},
    Grant{"user:update", Role::Reseller},
    Grant{"user:delete", Role::Reseller},
    Grant{"server:read", Role::Admin},
    Grant{"server:create", Role::Admin},
    Grant{"server:update", Role::Admin},
    Grant{"server:delete", Role::Admin},
    Grant{"site:read", Role::Client},
    Grant{"site:create", Role::Client},
    Grant{"site:update", Role::Client},
    Grant{"site:suspend", Role::Client},
    Grant{"site:delete", Role::Client},
    Grant{"dns:read", Role::Client},
    Grant{"dns:update", Role::Client},
    Grant{"certificate:read", Role::Client},
    Grant{"certificate:update", Role::Client},
    Grant{"database:read", Role::Client},
    Grant{"database:update", Role::Client},
    Grant{"job:read", Role::Client},
    Grant{"job:retry", Role::Client},
    Grant{"job:cancel", Role::Client},
    Grant{"audit:read", Role::Reseller},
    Grant{"audit:verify", Role::Admin},
    Grant{"plugin:read", Role::Admin},
    Grant{"plugin:configure", Role::Superadmin},
    Grant{"settings:read", Role::Admin},
    Grant{"settings:update", Role::Superadmin},
};

Permissions collect_permissions(Role role) {
    Permissions permissions;
    for (const auto& grant : kGrants) {
        if (grant.least <= role) {
            permissions.emplace(grant.permission);
        }
    }
    for (const auto subject : users::kRoles) {
        if (users::may_administer(role, subject)) {
            permissions.insert(users::role_permission(subject));
        }
    }
    return permissions;
}

}  // namespace

const Permissions& all_permissions() {
    return permissions_of(Role::Superadmin);
}

const Permissions& permissions_of(Role role) {
    static const std::array<Permissions, users::kRoles.size()> kTable{
        collect_permissions(Role::Client),
        collect_permissions(Role::Reseller),
        collect_permissions(Role::Admin),
        collect_permissions(Role::Superadmin)};
    return kTable.at(static_cast<std::size_t>(role));
}

}  // namespace hostelry::auth
