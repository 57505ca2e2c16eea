#pragma once

#include "core/base/describe.h"
#include "core/features/users/role.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::users {

/// A person who may sign in. Lives in one tenant, its home.
struct User {
    UserId id;
    TenantId tenant;
    std::string tenant_name;
    std::string email;
    std::string name;
    std::string role;
    std::string state;  ///< "active" or "suspended"
    std::string time_zone;
    std::string locale;
    bool has_password = false;
    TimePoint created_at{};
    std::optional<TimePoint> last_sign_in_at;

    Role rank() const { return role_from_name(role).value_or(Role::Client); }
    bool is_suspended() const { return state == "suspended"; }
};

/// What of the list is wanted.
struct ListUsers {
    std::string words;
    std::optional<TenantId> tenant;
    std::string state;
    std::int64_t after = 0;
};

struct CreateUser {
    std::optional<TenantId> tenant;  ///< Where the person lives; the acting tenant when absent.
    std::string name;
    std::string email;
    std::string role;
    std::optional<std::string> password;  ///< Without one: set by a one-time link.
    std::string time_zone = "UTC";
    std::string locale = "en";
};

struct UpdateUser {
    std::string name;
    std::string email;
    std::string role;
    std::string time_zone;
    std::string locale;
};

/// What people change about themselves.
struct UpdateProfile {
    std::string name;
    std::string time_zone;
    std::string locale;
};

struct ChangePassword {
    std::string current_password;
    std::string new_password;
};

/// The answer to making a link by which a person sets their password. Shown once.
struct PasswordLink {
    std::string url;
    TimePoint expires_at{};
};

std::vector<Choice> role_choices();
std::vector<Choice> locale_choices();

/// "Name <x@y>" is not meant: one address, one @, a domain with a dot or a local name.
bool is_email(std::string_view text);

/// Rules that need no database. `strict_role` is left out of a profile.
std::vector<FieldError> problems_of(const CreateUser& request);
std::vector<FieldError> problems_of(const UpdateUser& request);
std::vector<FieldError> problems_of(const UpdateProfile& request);

}  // namespace hostelry::users

template <>
const hostelry::Description& hostelry::describe<hostelry::users::User>();
template <>
const hostelry::Description& hostelry::describe<hostelry::users::ListUsers>();
template <>
const hostelry::Description& hostelry::describe<hostelry::users::CreateUser>();
template <>
const hostelry::Description& hostelry::describe<hostelry::users::UpdateUser>();
template <>
const hostelry::Description& hostelry::describe<hostelry::users::UpdateProfile>();
template <>
const hostelry::Description& hostelry::describe<hostelry::users::ChangePassword>();
template <>
const hostelry::Description& hostelry::describe<hostelry::users::PasswordLink>();
