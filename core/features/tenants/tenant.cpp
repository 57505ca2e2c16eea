#include "core/features/tenants/tenant.h"

#include "core/base/text.h"

namespace hostelry::tenants {
namespace {

constexpr std::size_t kSlugBytesMax = 40;
constexpr std::int64_t kWordsBytesMax = 200;
constexpr std::int64_t kRowMax = 1'000'000;

std::vector<Choice> kind_choices() {
    return {{"client", "Client"}, {"reseller", "Reseller"}};
}

FieldFacts tenant_name_facts() {
    return {
        .label = "Name",
        .help = "The company or person this account belongs to.",
        .required = true,
        .min = 1,
        .max = 200,
        .placeholder = "Acme Ltd"};
}

}  // namespace

std::string_view kind_label(std::string_view kind) {
    return kind == "root" ? "Provider" : kind == "reseller" ? "Reseller" : "Client";
}

std::vector<FieldError> problems_of(const CreateTenant& request) {
    std::vector<FieldError> errors;
    if (trim(request.name).empty()) {
        errors.push_back({"name", "Write a name."});
    }
    if (!request.has_person()) {
        return errors;
    }
    if (trim(request.person_name).empty()) {
        errors.push_back({"person_name", "Write the person's name too, or leave both empty."});
    }
    if (!users::is_email(request.person_email)) {
        errors.push_back({"person_email", "Write one address, such as maja@example.com."});
    }
    if (!users::is_time_zone(request.time_zone)) {
        errors.push_back({"time_zone", "Choose a time zone from the list."});
    }
    return errors;
}

std::vector<FieldError> problems_of(const UpdateTenant& request) {
    return trim(request.name).empty() ? std::vector<FieldError>{{"name", "Write a name."}}
                                      : std::vector<FieldError>{};
}

std::string slug_of(std::string_view name) {
    std::string slug;
    for (const char c : lower_ascii(name)) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_plain) {
            slug += c;
        } else if (!slug.empty() && slug.back() != '-') {
            slug += '-';
        }
        if (slug.size() >= kSlugBytesMax) {
            break;
        }
    }
    while (!slug.empty() && slug.back() == '-') {
        slug.pop_back();
    }
    return slug.empty() ? "account" : slug;
}

}  // namespace hostelry::tenants

namespace hostelry {

template <>
const Description& describe<tenants::Tenant>() {
    static const Description kDescription{
        "Tenant",
        {
            field<&tenants::Tenant::id>("id"),
            field<&tenants::Tenant::parent>("parent"),
            field<&tenants::Tenant::parent_name>("parent_name", {.label = "Belongs to"}),
            field<&tenants::Tenant::name>("name", {.label = "Name"}),
            field<&tenants::Tenant::kind>("kind", {.label = "Kind"}),
            field<&tenants::Tenant::state>("state", {.label = "State"}),
            field<&tenants::Tenant::people>("people", {.label = "People"}),
            field<&tenants::Tenant::children>("children", {.label = "Clients"}),
            field<&tenants::Tenant::created_at>("created_at", {.label = "Created"}),
            field<&tenants::Tenant::suspended_at>("suspended_at", {.label = "Suspended"}),
        }};
    return kDescription;
}

template <>
const Description& describe<tenants::ListTenants>() {
    using tenants::ListTenants;
    static const Description kDescription{
        "ListTenants",
        {
            field<&ListTenants::words>(
                "q",
                {.label = "Words",
                 .help = "Only those with this in their name",
                 .max = tenants::kWordsBytesMax}
            ),
            field<&ListTenants::state>(
                "state",
                {.label = "State",
                 .help = "Only those in this state",
                 .kind = Kind::Choice,
                 .choices = {{"active", "Active"}, {"suspended", "Suspended"}}}
            ),
            field<&ListTenants::parent>(
                "parent", {.label = "Belongs to", .help = "Only those right below this account"}
            ),
            field<&ListTenants::after>(
                "after",
                {.label = "After",
                 .help = "Go on behind the answer whose next this is",
                 .max = tenants::kRowMax}
            ),
        }};
    return kDescription;
}

template <>
const Description& describe<tenants::CreateTenant>() {
    static const Description kDescription{
        "CreateTenant",
        {
            field<&tenants::CreateTenant::name>("name", tenants::tenant_name_facts()),
            field<&tenants::CreateTenant::kind>(
                "kind",
                {.label = "Kind",
                 .help = "A reseller has clients of its own.",
                 .kind = Kind::Choice,
                 .choices = tenants::kind_choices()}
            ),
            field<&tenants::CreateTenant::parent>(
                "parent", {.label = "Belongs to", .help = "The account acted in when absent."}
            ),
            field<&tenants::CreateTenant::person_name>(
                "person_name", {.label = "Name", .max = 200}
            ),
            field<&tenants::CreateTenant::person_email>(
                "person_email",
                {.label = "E-mail", .help = "Also the name to sign in with.", .max = 254}
            ),
            field<&tenants::CreateTenant::time_zone>(
                "time_zone", {.label = "Time zone", .max = 64}
            ),
        }};
    return kDescription;
}

template <>
const Description& describe<tenants::UpdateTenant>() {
    static const Description kDescription{
        "UpdateTenant",
        {
            field<&tenants::UpdateTenant::name>("name", tenants::tenant_name_facts()),
        }};
    return kDescription;
}

template <>
const Description& describe<tenants::CreatedTenant>() {
    static const Description kDescription{
        "CreatedTenant",
        {
            field<&tenants::CreatedTenant::tenant>("tenant"),
            field<&tenants::CreatedTenant::password_link>(
                "password_link", {.label = "Link by which the first person sets a password"}
            ),
        }};
    return kDescription;
}

}  // namespace hostelry
