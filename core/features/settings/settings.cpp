#include "core/features/settings/settings.h"

#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace hostelry::settings {
namespace {

constexpr std::string_view kSettingsRootSql = "select hostelry.root_tenant() as id";
constexpr std::string_view kReadSettingsSql =
    "select name, value from hostelry.settings where tenant_id = $1";
constexpr std::string_view kPutSettingSql =
    "insert into hostelry.settings (tenant_id, name, value, updated_at, updated_by) values ($1, "
    "$2, $3, $4, $5) "
    "on conflict (tenant_id, name) do update set value = excluded.value, updated_at = "
    "excluded.updated_at, "
    "updated_by = excluded.updated_by";
constexpr std::string_view kDropSettingSql =
    "delete from hostelry.settings where tenant_id = $1 and name = $2";

// Other processes serve too: what one of them saved shows everywhere this soon.
constexpr std::chrono::seconds kRememberedFor{5};

struct Named {
    const char* name;
    std::string SettingValues::*member;
};
constexpr std::array kNamed{
    Named{"product_name", &SettingValues::product_name},
    Named{"public_url", &SettingValues::public_url},
    Named{"acme_contact", &SettingValues::acme_contact}};

Result<TenantId> enter_root(db::Transaction& tx) {
    const auto root = tx.query_one(kSettingsRootSql)["id"].optional_id<TenantId>();
    if (!root) {
        return fail(ErrorCode::Conflict, "The panel is not set up yet.");
    }
    tx.enter_tenant(*root);
    return *root;
}

SettingValues read_values(db::Transaction& tx, TenantId root, const SettingValues& defaults) {
    auto values = defaults;
    for (const auto& row : tx.query(kReadSettingsSql, root)) {
        for (const auto& named : kNamed) {
            if (row["name"].text() == named.name) {
                values.*named.member = row["value"].text();
            }
        }
    }
    return values;
}

bool is_base_url(const std::string& url) {
    const bool has_scheme = url.starts_with("https://") || url.starts_with("http://");
    const auto host = url.substr(std::min(url.size(), url.find("://") + 3));
    return has_scheme && !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
               const bool is_letter =
                   (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
               return is_letter || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
           });
}

}  // namespace

std::vector<FieldError> problems_of(const SettingValues& values) {
    std::vector<FieldError> errors;
    if (!values.public_url.empty() && !is_base_url(values.public_url)) {
        errors.push_back(
            {"public_url", "Write an address such as https://panel.example.com, without a path."}
        );
    }
    if (!values.acme_contact.empty() && !users::is_email(values.acme_contact)) {
        errors.push_back({"acme_contact", "Write one address, such as hostmaster@example.com."});
    }
    return errors;
}

Result<SettingValues> Settings::values() {
    return needs_.database.in_system([&](db::Transaction& tx) -> Result<SettingValues> {
        const auto root = enter_root(tx);
        return root ? read_values(tx, *root, needs_.defaults) : needs_.defaults;
    });
}

SettingValues Settings::values_or_defaults() {
    const auto now = needs_.clock.steady();
    const auto known = known_.with([](const Known& last) { return last; });
    if (known.at && now - *known.at < kRememberedFor) {
        return known.values;
    }
    auto fresh = values().value_or(needs_.defaults);
    known_.with([&](Known& last) { last = {fresh, now}; });
    return fresh;
}

Result<SettingValues> Settings::update(const users::Caller& caller, const SettingValues& values) {
    if (auto problems = problems_of(values); !problems.empty()) {
        return fail_fields(std::move(problems));
    }
    if (!caller.may("settings:update")) {
        return fail(ErrorCode::Forbidden, "Only superadmins change the settings.");
    }
    known_.with([](Known& last) { last.at.reset(); });
    return needs_.database.in_system([&](db::Transaction& tx) -> Result<SettingValues> {
        const auto root = TRY(enter_root(tx));
        const auto before = read_values(tx, root, needs_.defaults);
        auto changed = nlohmann::json::object();
        for (const auto& named : kNamed) {
            const std::string value(trim(values.*named.member));
            if (value == before.*named.member) {
                continue;
            }
            changed[named.name] = {{"before", before.*named.member}, {"after", value}};
            if (value.empty()) {
                tx.execute(kDropSettingSql, root, named.name);
            } else {
                tx.execute(
                    kPutSettingSql, root, named.name, value, needs_.clock.now(), caller.user
                );
            }
        }
        if (!changed.empty()) {
            auto event = users::event_by(caller, "settings.updated", root);
            event.data = changed;
            events::publish(tx, event);
        }
        return read_values(tx, root, needs_.defaults);
    });
}

}  // namespace hostelry::settings

namespace hostelry {

template <>
const Description& describe<settings::SettingValues>() {
    static const Description kDescription{
        "Settings",
        {
            field<&settings::SettingValues::product_name>(
                "product_name",
                {.label = "Name of the panel",
                 .help = "Stands at the top of every page and on the sign-in page.",
                 .max = 60,
                 .placeholder = "Hostelry"}
            ),
            field<&settings::SettingValues::public_url>(
                "public_url",
                {.label = "Public address",
                 .help = "What one-time links begin with.",
                 .max = 300,
                 .placeholder = "https://panel.example.com"}
            ),
            field<&settings::SettingValues::acme_contact>(
                "acme_contact",
                {.label = "Contact for certificates",
                 .help = "Given to the certificate authority. Leave it empty if you want no mail "
                         "from it.",
                 .max = 254,
                 .placeholder = "hostmaster@example.com"}
            ),
        }};
    return kDescription;
}

}  // namespace hostelry
