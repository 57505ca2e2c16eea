#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace hostelry::users {

/// What a person is, from the least to the most powerful. A role belongs to one kind of tenant:
/// superadmins and admins to the root tenant, resellers to resellers, clients to clients.
enum class Role { Client, Reseller, Admin, Superadmin };

inline constexpr std::array kRoles{Role::Client, Role::Reseller, Role::Admin, Role::Superadmin};

/// Stable name used in the API and the database: "superadmin".
std::string_view role_name(Role role);
std::optional<Role> role_from_name(std::string_view name);
/// For people: "Superadmin".
std::string_view role_label(Role role);
/// What it may do, in a sentence.
std::string_view role_summary(Role role);

/// The permission to make, change and remove people of this role: "role:admin".
std::string role_permission(Role role);
/// Nobody administers a person above themselves.
constexpr bool may_administer(Role actor, Role subject) {
    return actor != Role::Client && subject <= actor;
}

/// Whether people of this role live in tenants of this kind ("root", "reseller", "client").
bool fits_tenant(Role role, std::string_view tenant_kind);

}  // namespace hostelry::users
