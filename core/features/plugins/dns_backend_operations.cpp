#include "core/base/text.h"
#include "core/features/plugins/plugins.h"
#include "core/features/shell/shell.h"
#include "core/platform/events/events.h"
#include "core/platform/http/address.h"
#include "core/platform/plugin_host/form_schema.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace hostelry::plugins {
namespace {

using nlohmann::json;

constexpr auto kDnsCapability = "dns/1";
constexpr auto kInsertBackendSql = R"(
    insert into hostelry.dns_backends
        (id, name, plugin_id, base_url, settings, secrets_sealed, nameservers, query_addresses)
    values ($1, $2, $3, $4, $5, $6, $7, $8))";
constexpr auto kBackendSecretsSql =
    "select plugin_id, settings, secrets_sealed from hostelry.dns_backends where id = $1";
constexpr auto kDeleteBackendSql = "delete from hostelry.dns_backends where id = $1";

std::string secrets_context(DnsBackendId id) {
    return "dns_backends:secrets_sealed::" + id.to_string();
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text + " ") {
        if (c == ' ' || c == ',' || c == '\n' || c == '\t') {
            if (!word.empty()) {
                words.push_back(std::exchange(word, {}));
            }
        } else {
            word += c;
        }
    }
    return words;
}

bool is_host_name(std::string_view name) {
    if (name.size() > 253 || name.find('.') == std::string_view::npos) {
        return false;
    }
    for (const auto& label : split(name, '.')) {
        const bool fits = !label.empty() && label.size() <= 63 && label.front() != '-' &&
                          label.back() != '-' &&
                          std::all_of(label.begin(), label.end(), [](char c) {
                              return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                          });
        if (!fits) {
            return false;
        }
    }
    return true;
}

/// "192.0.2.53", "192.0.2.53:5300", "2001:db8::53", "[2001:db8::53]:5300"
bool is_query_address(std::string_view text) {
    if (http::IpAddress::parse(text)) {
        return true;
    }
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return false;
    }
    auto host = text.substr(0, colon);
    const auto port = text.substr(colon + 1);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    unsigned number = 0;
    const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), number);
    return http::IpAddress::parse(host) && problem == std::errc{} &&
           end == port.data() + port.size() && number > 0 && number < 65536;
}

// NOLINTNEXTLINE(bugprone-exception-escape): of a move of JSON, which allocates nothing
struct CheckedBackend {
    std::vector<std::string> nameservers;
    std::vector<std::string> query_addresses;
    json settings;
};

Result<CheckedBackend> check_backend(db::Transaction& tx, const CreateDnsBackend& request) {
    std::vector<FieldError> errors;
    CheckedBackend checked;
    for (auto name : words_of(lower_ascii(request.nameservers))) {
        if (name.ends_with('.')) {
            name.pop_back();
        }
        if (!is_host_name(name)) {
            errors.push_back({"nameservers", "“" + name + "” is not a host name."});
        }
        checked.nameservers.push_back(std::move(name));
    }
    if (checked.nameservers.empty()) {
        errors.push_back({"nameservers", "Give at least one name server."});
    } else if (checked.nameservers.size() > 20) {
        errors.push_back({"nameservers", "At most 20 name servers."});
    }
    checked.query_addresses = words_of(request.query_addresses);
    for (const auto& address : checked.query_addresses) {
        if (!is_query_address(address)) {
            errors.push_back(
                {"query_addresses", "“" + address + "” is not an IP address, or one with a port."}
            );
        }
    }
    if (checked.query_addresses.size() > 20) {
        errors.push_back({"query_addresses", "At most 20 addresses."});
    }
    const auto schema_text = CatalogueStore(tx).settings_schema(request.plugin, kDnsCapability);
    if (!schema_text) {
        errors.push_back({"plugin", "There is no plugin of this id that serves DNS."});
        return fail_fields(std::move(errors));
    }
    const auto schema = TRY(plugin_host::FormSchema::parse(schema_text->parse()));
    checked.settings = schema.with_defaults(json{
        {"base_url", request.base_url},
        {"api_key", request.api_key},
        {"nameservers", join(checked.nameservers, " ")}});
    for (auto& violation : schema.violations(checked.settings)) {
        errors.push_back(std::move(violation));
    }
    if (!errors.empty()) {
        return fail_fields(std::move(errors));
    }
    return checked;
}

events::NewEvent backend_event(
    const users::Caller& caller, std::string type, DnsBackendId id, const std::string& name
) {
    auto event = users::event_by(caller, std::move(type), caller.tenant);
    event.subject_type = "dns_backend";
    event.subject_id = id.uuid;
    event.data = json{{"name", name}};
    return event;
}

}  // namespace

Result<DnsBackend> Plugins::create_dns_backend(
    const users::Caller& caller, const CreateDnsBackend& request
) {
    const DnsBackendId id{new_uuid(needs_.clock, needs_.random)};
    try {
        return needs_.database.in_tenant(
            caller.tenant,
            [&](db::Transaction& tx) -> Result<DnsBackend> {
                auto checked = TRY(check_backend(tx, request));
                const std::string secrets = json{{"api_key", request.api_key}}.dump();
                checked.settings.erase("api_key");
                tx.execute(
                    kInsertBackendSql,
                    id,
                    std::string(trim(request.name)),
                    request.plugin,
                    request.base_url,
                    checked.settings,
                    needs_.sealer.seal(secrets, secrets_context(id)),
                    checked.nameservers,
                    checked.query_addresses
                );
                events::publish(tx, backend_event(caller, "dns_backend.created", id, request.name));
                auto made = *find_dns_backend(tx, id);
                made.zones = 0;
                return made;
            }
        );
    } catch (const db::ConstraintViolation& violation) {
        if (violation.kind != db::ConstraintKind::Unique) {
            throw;
        }
        Error error;
        error.code = ErrorCode::Conflict;
        error.message = "There is already a DNS backend of this name.";
        error.fields = {{"name", error.message}};
        return tl::unexpected(std::move(error));
    }
}

Result<std::vector<DnsBackend>> Plugins::list_dns_backends(CountZones count) {
    return needs_.database.in_system([&](db::Transaction& tx) -> Result<std::vector<DnsBackend>> {
        return dns_backends(tx, count);
    });
}

Result<void> Plugins::delete_dns_backend(const users::Caller& caller, DnsBackendId id) {
    try {
        return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<void> {
            const auto backend = find_dns_backend(tx, id);
            if (!backend) {
                return fail(ErrorCode::NotFound, "There is no such DNS backend.");
            }
            tx.execute(kDeleteBackendSql, id);
            events::publish(tx, backend_event(caller, "dns_backend.deleted", id, backend->name));
            return {};
        });
    } catch (const db::ConstraintViolation&) {
        return fail(
            ErrorCode::Conflict, "Zones are served by this DNS backend. Delete them first."
        );
    }
}

Result<json> Plugins::call_dns(
    DnsBackendId backend,
    std::string_view member,
    const json& request,
    const PluginCallOptions& options
) {
    struct Account {
        std::string plugin;
        json settings;
        std::string sealed;
    };
    const auto account = TRY(needs_.database.in_system([&](db::Transaction& tx) -> Result<Account> {
        const auto row = tx.query_optional(kBackendSecretsSql, backend);
        if (!row) {
            return fail(ErrorCode::NotFound, "The DNS backend of this zone is gone.");
        }
        return Account{(*row)[0].text(), (*row)[1].json(), (*row)[2].text()};
    }));
    auto settings = account.settings;
    const auto secrets = TRY(needs_.sealer.open(account.sealed, secrets_context(backend)));
    settings.update(json::parse(secrets));
    return call_account(
        account.plugin,
        std::string(kDnsCapability) + "." + std::string(member),
        request,
        settings,
        backend.to_string(),
        options
    );
}

}  // namespace hostelry::plugins
