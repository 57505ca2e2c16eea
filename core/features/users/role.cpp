#include "core/features/users/role.h"

namespace hostelry::users {
namespace {

struct RoleFacts {
    std::string_view name;
    std::string_view label;
    std::string_view summary;
    std::string_view tenant_kind;
};

constexpr std::array kRoleFacts{
    RoleFacts{"client", "Client", "Own sites, domains, certificates and databases.", "client"},
    RoleFacts{"reseller", "Reseller", "Own clients and everything they have.", "reseller"},
    RoleFacts{"admin", "Admin", "Everything but plugins and settings.", "root"},
    RoleFacts{"superadmin", "Superadmin", "Everything.", "root"},
};

const RoleFacts& facts_of(Role role) {
    return kRoleFacts.at(static_cast<std::size_t>(role));
}

}  // namespace

std::string_view role_name(Role role) {
    return facts_of(role).name;
}

std::optional<Role> role_from_name(std::string_view name) {
    for (const auto role : kRoles) {
        if (role_name(role) == name) {
            return role;
        }
    }
    return std::nullopt;
}

std::string_view role_label(Role role) {
    return facts_of(role).label;
}

std::string_view role_summary(Role role) {
    return facts_of(role).summary;
}

std::string role_permission(Role role) {
    return "role:" + std::string(role_name(role));
}

bool fits_tenant(Role role, std::string_view tenant_kind) {
    return facts_of(role).tenant_kind == tenant_kind;
}

}  // namespace hostelry::users
