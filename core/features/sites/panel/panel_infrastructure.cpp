#include "core/features/sites/panel/panel_infrastructure.h"

#include "core/features/sites/site_store.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::sites {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// Installing an application may take a while on a busy server; everything else is far below.
constexpr std::chrono::milliseconds kPlanTimeout = 180s;
constexpr std::chrono::milliseconds kTemplateTimeout = 30s;

PlacementServer placement_of(const servers::UsableServer& server) {
    return {
        .id = server.id,
        .name = server.name,
        .address = server.address,
        .php_versions = server.php_versions,
        .is_ready = server.is_ready};
}

certificates::IssueRequest certificate_request(const Site& site) {
    return {
        .tenant = site.tenant,
        .site = site.id.uuid,
        .site_key = site.key,
        .server = site.server,
        .names = site.names()};
}

plugins::PluginCallOptions template_call(queue::StepContext& step, std::string key) {
    return {
        .timeout = kTemplateTimeout,
        .idempotency_key = std::move(key),
        .tenant = step.tenant().to_string(),
        .cancelled = [&step] { return step.cancelled(); }};
}

}  // namespace

std::vector<SiteTemplate> PanelInfrastructure::templates(db::Transaction& tx) {
    std::vector<SiteTemplate> templates;
    for (auto& card : plugins::site_templates(tx)) {
        templates.push_back(
            {.id = std::move(card.id),
             .plugin = std::move(card.plugin),
             .title = std::move(card.title),
             .summary = std::move(card.summary),
             .icon = std::move(card.icon),
             .options_schema = std::move(card.options_schema),
             .needs_php = card.needs_php,
             .needs_database = card.needs_database,
             .php_versions = std::move(card.php_versions)}
        );
    }
    return templates;
}

std::vector<PlacementServer> PanelInfrastructure::usable_servers(
    db::Transaction& tx, TenantId tenant
) {
    std::vector<PlacementServer> found;
    for (const auto& server : servers::usable_servers(tx, tenant)) {
        found.push_back(placement_of(server));
    }
    return found;
}

Result<void> PanelInfrastructure::hold_server(
    db::Transaction& tx, TenantId tenant, ServerId server
) {
    TRY(servers::usable_server(tx, tenant, server));
    return {};
}

Result<json> PanelInfrastructure::apply(
    ServerId server, const json& plan, queue::StepContext& step, const Progress& on_progress
) {
    return needs_.servers.apply(
        server,
        plan,
        {.timeout = kPlanTimeout,
         .cancelled = [&step] { return step.cancelled(); },
         .on_progress = on_progress}
    );
}

Result<json> PanelInfrastructure::template_plan(
    const std::string& plugin, const json& request, queue::StepContext& step
) {
    return needs_.plugins.call(
        plugin, "site-template/1.plan", request, template_call(step, step.idempotency_key())
    );
}

Result<json> PanelInfrastructure::template_health(
    const std::string& plugin, const json& request, queue::StepContext& step
) {
    return needs_.plugins.call(
        plugin,
        "site-template/1.health_plan",
        request,
        template_call(step, step.idempotency_key() + "/health")
    );
}

Result<SiteRecords> PanelInfrastructure::ensure_records(const Site& site, JobId job) {
    const json made = TRY(needs_.dns.ensure_site_records(
        site.tenant, site.id.uuid, site.names(), site.server_address, job
    ));
    return SiteRecords{.is_managed = made.value("managed", false), .hint = made.value("hint", "")};
}

Result<void> PanelInfrastructure::remove_records(TenantId tenant, SiteId site) {
    return needs_.dns.remove_site_records(tenant, site.uuid);
}

Result<Propagation> PanelInfrastructure::check_propagation(const Site& site) {
    Propagation found;
    const auto state =
        TRY(needs_.dns.check_propagation(site.names(), site.server_address, found.note));
    found.is_done = state == dns::Propagation::Done;
    return found;
}

bool PanelInfrastructure::holds_name(
    db::Transaction& tx, TenantId tenant, const std::string& name
) {
    return dns::Dns::holds_name(tx, tenant, name);
}

Result<std::vector<std::string>> PanelInfrastructure::text_records(const std::string& name) {
    return needs_.dns.text_records(name);
}

Result<std::string> PanelInfrastructure::acme_thumbprint() {
    return needs_.certificates.acme_thumbprint();
}

Result<json> PanelInfrastructure::begin_certificate(const Site& site, queue::StepContext& step) {
    return needs_.certificates.begin(certificate_request(site), step);
}

Result<json> PanelInfrastructure::issue_certificate(
    const Site& site, const json& begun, queue::StepContext& step
) {
    return needs_.certificates.issue(certificate_request(site), begun, step);
}

Result<std::string> PanelInfrastructure::uploaded_certificate(const Site& site) {
    return needs_.certificates.uploaded_fingerprint(site.tenant, site.id.uuid);
}

Result<void> PanelInfrastructure::forget_certificate(TenantId tenant, SiteId site) {
    return needs_.certificates.forget_site(tenant, site.uuid);
}

Result<certificates::SitePlace> find_site_place(db::Transaction& tx, const Uuid& site) {
    const Site found = TRY(SiteStore{tx}.get(SiteId{site}));
    return certificates::SitePlace{
        .tenant = found.tenant, .key = found.key, .server = found.server, .names = found.names()};
}

servers::UseCounter site_use_counter() {
    return {
        .singular = "site",
        .plural = "sites",
        .count = [](db::Transaction& tx, ServerId server, std::optional<TenantId> tenant) {
            return SiteStore{tx}.count_on_server(server, tenant);
        }};
}

}  // namespace hostelry::sites
