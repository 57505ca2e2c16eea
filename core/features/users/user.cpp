#include "core/features/users/user.h"

#include "core/base/text.h"
#include "core/features/users/time_zones.h"
#include "core/platform/crypto/password.h"

#include <algorithm>
#include <iterator>

namespace hostelry::users {
namespace {

constexpr std::int64_t kNameBytesMax = 200;
constexpr std::int64_t kEmailBytesMax = 254;
constexpr std::int64_t kRowMax = 1'000'000;

FieldFacts name_facts() {
    return {.label = "Name", .required = true, .min = 1, .max = kNameBytesMax};
}
FieldFacts email_facts() {
    return {
        .label = "E-mail",
        .help = "Also the name to sign in with.",
        .kind = Kind::Email,
        .required = true,
        .min = 3,
        .max = kEmailBytesMax};
}
FieldFacts role_facts() {
    return {.label = "Role", .kind = Kind::Choice, .required = true, .choices = role_choices()};
}
FieldFacts time_zone_facts() {
    return {
        .label = "Time zone",
        .help = "All dates are shown in it. A name such as Europe/Berlin.",
        .max = 64,
        .placeholder = "Europe/Berlin"};
}
FieldFacts state_facts(std::string help) {
    return {
        .label = "State",
        .help = std::move(help),
        .kind = Kind::Choice,
        .choices = {{"active", "Active"}, {"suspended", "Suspended"}}};
}
FieldFacts locale_facts() {
    return {.label = "Language", .kind = Kind::Choice, .choices = locale_choices()};
}

void check_zone(const std::string& zone, std::vector<FieldError>& errors) {
    if (!is_time_zone(zone)) {
        errors.push_back({"time_zone", "Choose a time zone from the list."});
    }
}

void check_email(const std::string& email, std::vector<FieldError>& errors) {
    if (!is_email(email)) {
        errors.push_back({"email", "Write one address, such as maja@example.com."});
    }
}

void check_name(const std::string& name, std::vector<FieldError>& errors) {
    if (trim(name).empty()) {
        errors.push_back({"name", "Write a name."});
    }
}

bool is_mailbox_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f &&
           std::string_view("<>()[],;:\\\"@").find(c) == std::string_view::npos;
}

}  // namespace

std::vector<Choice> role_choices() {
    std::vector<Choice> choices;
    choices.reserve(std::size(kRoles));
    for (const auto role : kRoles) {
        choices.push_back({std::string(role_name(role)), std::string(role_label(role))});
    }
    return choices;
}

std::vector<Choice> locale_choices() {
    return {{"en", "English"}};
}

bool is_email(std::string_view text) {
    const auto at = text.find('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > kEmailBytesMax) {
        return false;
    }
    const auto domain = text.substr(at + 1);
    const bool has_good_domain = !domain.empty() && domain.front() != '.' && domain.back() != '.' &&
                                 domain.front() != '-' &&
                                 domain.find("..") == std::string_view::npos;
    return has_good_domain &&
           std::all_of(
               text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), is_mailbox_character
           ) &&
           std::all_of(domain.begin(), domain.end(), is_mailbox_character);
}

std::vector<FieldError> problems_of(const CreateUser& request) {
    std::vector<FieldError> errors;
    check_name(request.name, errors);
    check_email(request.email, errors);
    check_zone(request.time_zone, errors);
    if (request.password) {
        if (auto problem = crypto::password_problem(*request.password); !problem.empty()) {
            errors.push_back({"password", std::move(problem)});
        }
    }
    return errors;
}

std::vector<FieldError> problems_of(const UpdateUser& request) {
    std::vector<FieldError> errors;
    check_name(request.name, errors);
    check_email(request.email, errors);
    check_zone(request.time_zone, errors);
    return errors;
}

std::vector<FieldError> problems_of(const UpdateProfile& request) {
    std::vector<FieldError> errors;
    check_name(request.name, errors);
    check_zone(request.time_zone, errors);
    return errors;
}

}  // namespace hostelry::users

namespace hostelry {

template <>
const Description& describe<users::User>() {
    static const Description kDescription{
        "User",
        {
            field<&users::User::id>("id"),
            field<&users::User::tenant>("tenant"),
            field<&users::User::tenant_name>("tenant_name"),
            field<&users::User::email>("email", {.label = "E-mail", .kind = Kind::Email}),
            field<&users::User::name>("name", {.label = "Name"}),
            field<&users::User::role>("role", users::role_facts()),
            field<&users::User::state>("state", users::state_facts("")),
            field<&users::User::time_zone>("time_zone", {.label = "Time zone"}),
            field<&users::User::locale>("locale", {.label = "Language"}),
            field<&users::User::has_password>("has_password", {.label = "Has set a password"}),
            field<&users::User::created_at>("created_at", {.label = "Created"}),
            field<&users::User::last_sign_in_at>("last_sign_in_at", {.label = "Last sign-in"}),
        }};
    return kDescription;
}

template <>
const Description& describe<users::ListUsers>() {
    using users::ListUsers;
    static const Description kDescription{
        "ListUsers",
        {
            field<&ListUsers::words>(
                "q",
                {.label = "Words",
                 .help = "Only those with this in name or e-mail",
                 .max = users::kEmailBytesMax}
            ),
            field<&ListUsers::tenant>(
                "tenant", {.label = "Account", .help = "Only those who live in this account"}
            ),
            field<&ListUsers::state>("state", users::state_facts("Only those in this state")),
            field<&ListUsers::after>(
                "after",
                {.label = "After",
                 .help = "Go on behind the answer whose next this is",
                 .max = users::kRowMax}
            ),
        }};
    return kDescription;
}

template <>
const Description& describe<users::CreateUser>() {
    static const Description kDescription{
        "CreateUser",
        {
            field<&users::CreateUser::tenant>(
                "tenant",
                {.label = "Account",
                 .help = "Where the person lives; the one acted in when absent."}
            ),
            field<&users::CreateUser::name>("name", users::name_facts()),
            field<&users::CreateUser::email>("email", users::email_facts()),
            field<&users::CreateUser::role>("role", users::role_facts()),
            field<&users::CreateUser::password>(
                "password",
                {.label = "Password",
                 .help = "Without one the person sets it by a one-time link.",
                 .kind = Kind::Password}
            ),
            field<&users::CreateUser::time_zone>("time_zone", users::time_zone_facts()),
            field<&users::CreateUser::locale>("locale", users::locale_facts()),
        }};
    return kDescription;
}

template <>
const Description& describe<users::UpdateUser>() {
    static const Description kDescription{
        "UpdateUser",
        {
            field<&users::UpdateUser::name>("name", users::name_facts()),
            field<&users::UpdateUser::email>("email", users::email_facts()),
            field<&users::UpdateUser::role>("role", users::role_facts()),
            field<&users::UpdateUser::time_zone>("time_zone", users::time_zone_facts()),
            field<&users::UpdateUser::locale>("locale", users::locale_facts()),
        }};
    return kDescription;
}

template <>
const Description& describe<users::UpdateProfile>() {
    static const Description kDescription{
        "UpdateProfile",
        {
            field<&users::UpdateProfile::name>("name", users::name_facts()),
            field<&users::UpdateProfile::time_zone>("time_zone", users::time_zone_facts()),
            field<&users::UpdateProfile::locale>("locale", users::locale_facts()),
        }};
    return kDescription;
}

template <>
const Description& describe<users::ChangePassword>() {
    static const Description kDescription{
        "ChangePassword",
        {
            field<&users::ChangePassword::current_password>(
                "current_password",
                {.label = "Current password", .kind = Kind::Password, .required = true, .max = 1024}
            ),
            field<&users::ChangePassword::new_password>(
                "new_password",
                {.label = "New password",
                 .help = "At least 12 characters. A few unrelated words make a good password.",
                 .kind = Kind::Password,
                 .required = true}
            ),
        }};
    return kDescription;
}

template <>
const Description& describe<users::PasswordLink>() {
    static const Description kDescription{
        "PasswordLink",
        {
            field<&users::PasswordLink::url>("url", {.label = "Link"}),
            field<&users::PasswordLink::expires_at>("expires_at", {.label = "Valid until"}),
        }};
    return kDescription;
}

}  // namespace hostelry
