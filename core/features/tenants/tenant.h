#pragma once

#include "core/base/describe.h"
#include "core/features/users/users.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::tenants {

/// One account of the tree: the root tenant, a reseller or a client.
struct Tenant {
    TenantId id;
    std::optional<TenantId> parent;
    std::string parent_name;
    std::string name;
    std::string kind;   ///< "root", "reseller", "client"
    std::string state;  ///< "active", "suspended"; deleted ones are seen by nobody
    std::int64_t people = 0;
    std::int64_t children = 0;
    TimePoint created_at{};
    std::optional<TimePoint> suspended_at;

    bool is_root() const { return kind == "root"; }
    bool is_suspended() const { return state == "suspended"; }
    bool may_have_children() const { return kind != "client"; }
};

/// What of the list is wanted.
struct ListTenants {
    std::string words;
    std::string state;
    std::optional<TenantId> parent;
    std::int64_t after = 0;
};

struct CreateTenant {
    std::string name;
    std::string kind = "client";
    std::optional<TenantId> parent;  ///< The acting tenant when absent.
    // The first person, when both are given.
    std::string person_name;
    std::string person_email;
    std::string time_zone = "UTC";

    bool has_person() const { return !person_name.empty() || !person_email.empty(); }
};

struct UpdateTenant {
    std::string name;
};

struct CreatedTenant {
    Tenant tenant;
    std::optional<users::PasswordLink> password_link;  ///< For the first person.
};

std::string_view kind_label(std::string_view kind);
std::vector<FieldError> problems_of(const CreateTenant& request);
std::vector<FieldError> problems_of(const UpdateTenant& request);
/// "Café Müller" becomes "caf-m-ller": what addresses and machines call it. Never empty.
std::string slug_of(std::string_view name);

}  // namespace hostelry::tenants

template <>
const hostelry::Description& hostelry::describe<hostelry::tenants::Tenant>();
template <>
const hostelry::Description& hostelry::describe<hostelry::tenants::ListTenants>();
template <>
const hostelry::Description& hostelry::describe<hostelry::tenants::CreateTenant>();
template <>
const hostelry::Description& hostelry::describe<hostelry::tenants::UpdateTenant>();
template <>
const hostelry::Description& hostelry::describe<hostelry::tenants::CreatedTenant>();
