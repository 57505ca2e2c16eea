// Creating a site: every wrong field is told at once, and nothing is written unless all are right.
#include "core/base/text.h"
#include "core/features/sites/site_options.h"
#include "core/features/sites/site_secrets.h"
#include "core/features/sites/sites.h"
#include "core/platform/crypto/token.h"
#include "core/platform/db/failure.h"
#include "core/platform/events/events.h"
#include "core/platform/log/log.h"
#include "core/platform/names/domain_name.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>

namespace hostelry::sites {
namespace {

constexpr std::size_t kKeyTailLength = 8;
constexpr int kAttemptsMax = 3;  // two requests at once may meet on a name or a request key
constexpr std::size_t kRequestKeyBytesMax = 200;

using Errors = std::vector<FieldError>;

/// The same words for every reason that lies with others, so that nobody learns who has what.
constexpr const char* kNotAvailable =
    "This name cannot be used here. Choose another one, or ask your provider about it.";

bool is_of_panel(const std::string& name, const std::vector<std::string>& panel_names) {
    return std::any_of(panel_names.begin(), panel_names.end(), [&](const std::string& own) {
        return names::is_at_or_below(name, own) || names::is_at_or_below(own, name);
    });
}

std::string checked_domain(const std::string& typed, const SiteSettings& settings, Errors& errors) {
    const auto domain = names::domain_from_text(typed);
    if (!domain) {
        errors.push_back({"domain", domain.error().message});
        return {};
    }
    if (is_of_panel(*domain, settings.panel_names) ||
        is_of_panel(*domain, {settings.preview_domain})) {
        errors.push_back({"domain", kNotAvailable});
        return {};
    }
    return *domain;
}

std::optional<SiteTemplate> chosen_template(
    const std::vector<SiteTemplate>& templates, const std::string& id, Errors& errors
) {
    const auto found = std::find_if(
        templates.begin(), templates.end(), [&](const SiteTemplate& one) { return one.id == id; }
    );
    if (found == templates.end()) {
        errors.push_back(
            {"template", id.empty() ? "Choose what runs here." : "There is no such template."}
        );
        return std::nullopt;
    }
    return *found;
}

std::optional<PlacementServer> chosen_server(
    const std::vector<PlacementServer>& servers, const std::optional<ServerId>& id, Errors& errors
) {
    const auto found =
        std::find_if(servers.begin(), servers.end(), [&](const PlacementServer& one) {
            return id ? one.id == *id : one.is_ready;
        });
    if (found == servers.end()) {
        errors.push_back(
            {"server",
             id ? "There is no such server."
             : servers.empty()
                 ? "No server is available to this account yet. Ask your provider for one."
                 : "No server is ready yet. Wait until one is, then try again."}
        );
        return std::nullopt;
    }
    if (!found->is_ready) {
        errors.push_back(
            {"server", found->name + " is not ready. Choose another server, or wait for it."}
        );
        return std::nullopt;
    }
    return *found;
}

/// "8.2" before "8.10".
bool is_older(const std::string& left, const std::string& right) {
    const auto number = [](const std::string& version) {
        int major = 0;
        int minor = 0;
        const auto parts = split(version, '.');
        if (!parts.empty()) {
            major = std::atoi(parts.front().c_str());
        }
        if (parts.size() > 1) {
            minor = std::atoi(parts.at(1).c_str());
        }
        return std::pair{major, minor};
    };
    return number(left) < number(right);
}

std::string chosen_php(
    const SiteTemplate& site_template,
    const PlacementServer& server,
    const std::string& wanted,
    Errors& errors
) {
    if (!site_template.needs_php) {
        if (!wanted.empty()) {
            errors.push_back(
                {"php_version", site_template.title + " does not run PHP. Leave this empty."}
            );
        }
        return {};
    }
    std::vector<std::string> fitting;
    for (const auto& version : server.php_versions) {
        const auto& known = site_template.php_versions;
        if (known.empty() || std::find(known.begin(), known.end(), version) != known.end()) {
            fitting.push_back(version);
        }
    }
    std::sort(fitting.begin(), fitting.end(), is_older);
    if (fitting.empty()) {
        errors.push_back(
            {"server",
             server.name + " has no PHP version that " + site_template.title + " runs on."}
        );
        return {};
    }
    if (wanted.empty()) {
        return fitting.back();
    }
    if (std::find(fitting.begin(), fitting.end(), wanted) == fitting.end()) {
        errors.push_back(
            {"php_version",
             "PHP " + wanted + " is not there for " + site_template.title + " on " + server.name +
                 ". Choose from " + join(fitting, ", ") + "."}
        );
        return {};
    }
    return wanted;
}

void check_name_use(
    SiteStore& store, TenantId tenant, const std::string& domain, bool with_www, Errors& errors
) {
    switch (store.name_use(
        tenant, names::names_of_domain(domain, with_www), names::relatives_above(domain)
    )) {
        case NameUse::Free:
            return;
        case NameUse::Own:
            errors.push_back({"domain", "You already have a site with this name."});
            return;
        case NameUse::Other:
            errors.push_back({"domain", kNotAvailable});
            return;
    }
}

void hold_server(
    SiteInfrastructure& infrastructure,
    db::Transaction& tx,
    TenantId tenant,
    const PlacementServer& server,
    Errors& errors
) {
    if (const auto held = infrastructure.hold_server(tx, tenant, server.id); !held) {
        errors.push_back({"server", held.error().message});
    } else if (server.address.empty()) {
        errors.push_back(
            {"server", "The address of " + server.name + " is not known yet. Wait a moment."}
        );
    }
}

/// Copies what the site must know of its template and server also when those change.
void place(Site& site, const SiteTemplate& chosen, const PlacementServer& server) {
    site.plugin = chosen.plugin;
    site.template_id = chosen.id;
    site.template_title = chosen.title;
    site.template_icon = chosen.icon;
    site.server = server.id;
    site.server_name = server.name;
    site.server_address = server.address;
}

}  // namespace

Result<SiteChange> Sites::create(
    const users::Caller& caller,
    const CreateSite& request,
    const std::optional<std::string>& request_key
) {
    if (request_key && (request_key->empty() || request_key->size() > kRequestKeyBytesMax ||
                        has_control_bytes(*request_key) || !is_valid_utf8(*request_key))) {
        return fail(
            ErrorCode::Invalid, "The key of the request must be 1 to 200 printable characters."
        );
    }
    // Before the transaction: name servers may be asked. What is no domain is told with the rest.
    DomainProof proof;
    if (const auto domain = names::domain_from_text(request.domain)) {
        proof = TRY(look_at_ownership(caller, *domain, ProofLook::AskNameServers));
    }
    for (int attempt = 1;; ++attempt) {
        try {
            return needs_.database.in_tenant(
                caller.tenant,
                [&](db::Transaction& tx) -> Result<SiteChange> {
                    return create_in(tx, caller, request, proof, request_key);
                }
            );
        } catch (const db::ConstraintViolation& violation) {
            // Somebody took the same name, key or request key a moment ago. The next look sees it.
            if (violation.kind != db::ConstraintKind::Unique || attempt == kAttemptsMax) {
                throw;
            }
        }
    }
}

Result<SiteChange> Sites::create_in(
    db::Transaction& tx,
    const users::Caller& caller,
    const CreateSite& request,
    const DomainProof& proof,
    const std::optional<std::string>& request_key
) {
    SiteStore store{tx};
    Errors errors;
    const std::string domain = checked_domain(request.domain, needs_.settings, errors);
    if (!domain.empty()) {
        // Holds the name first: a second request with the same key then sees the first one's site.
        check_name_use(store, caller.tenant, domain, request.www, errors);
        if (errors.empty() && !proof.is_shown) {
            errors.push_back({"domain", proof.message});
        }
    }
    if (request_key) {
        if (auto made = store.find_by_request_key(caller.tenant, *request_key)) {
            const JobId job = made->job.value_or(JobId{});
            return SiteChange{.site = *std::move(made), .job = job, .is_repeat = true};
        }
    }
    if (!store.is_tenant_active(caller.tenant)) {
        return fail(
            ErrorCode::Forbidden,
            "This account is suspended, so it cannot create sites. Ask your provider."
        );
    }
    const auto chosen =
        chosen_template(needs_.infrastructure.templates(tx), request.template_id, errors);
    const auto server = chosen_server(
        needs_.infrastructure.usable_servers(tx, caller.tenant), request.server, errors
    );
    CheckedOptions options;
    std::string php_version;
    if (chosen) {
        const auto schema = TRY(schema_of(*chosen));
        options = check_options(schema, request.options, needs_.random, errors);
        php_version = server ? chosen_php(*chosen, *server, request.php_version, errors) : "";
    }
    if (server) {
        hold_server(needs_.infrastructure, tx, caller.tenant, *server, errors);
    }
    if (!errors.empty()) {
        return fail_fields(std::move(errors));
    }
    Site site{.id = SiteId::make(needs_.clock, needs_.random), .tenant = caller.tenant};
    site.key = "s" + crypto::make_name(needs_.random, kKeyTailLength);
    site.domain = domain;
    site.with_www = names::names_of_domain(domain, request.www).size() > 1;
    site.options = options.open;
    site.unrevealed = options.generated;
    site.php_version = php_version;
    site.created_by = caller.user;
    site.created_at = site.state_since = needs_.clock.now();
    place(site, *chosen, *server);
    const SiteSecrets secrets{
        .seed = crypto::make_token(needs_.random), .options = std::move(options.secrets)};
    store.insert(site, seal_secrets(needs_.sealer, site.tenant, site.id, secrets), request_key);
    if (chosen->needs_database) {
        databases::add_site_database(
            tx,
            needs_.sealer,
            needs_.clock,
            needs_.random,
            {.tenant = site.tenant,
             .site = site.id.uuid,
             .site_key = site.key,
             .site_domain = site.domain,
             .server = site.server}
        );
    }
    if (proof.ownership == ownership_name(Ownership::Vouched)) {
        auto vouched = users::event_by(caller, "site.domain_vouched", site.tenant);
        vouched.subject_type = "site";
        vouched.subject_id = site.id.uuid;
        vouched.data = nlohmann::json{{"domain", site.domain}};
        events::publish(tx, vouched);
    }
    return hand_to_job(
        tx, caller, std::move(site), SiteState::Queued, "site.deploy", "site.created"
    );
}

}  // namespace hostelry::sites
