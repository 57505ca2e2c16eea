#pragma once
// SiteInfrastructure as the product has it: the front doors of servers, plugins, dns and
// certificates.

#include "core/features/certificates/certificates.h"
#include "core/features/dns/dns.h"
#include "core/features/plugins/plugins.h"
#include "core/features/servers/servers.h"
#include "core/features/sites/site_infrastructure.h"

namespace hostelry::sites {

class PanelInfrastructure : public SiteInfrastructure {
public:
    struct Needs {
        servers::Servers& servers;
        plugins::Plugins& plugins;
        dns::Dns& dns;
        certificates::Certificates& certificates;
    };
    explicit PanelInfrastructure(Needs needs) : needs_(needs) {}

    std::vector<SiteTemplate> templates(db::Transaction& tx) override;
    std::vector<PlacementServer> usable_servers(db::Transaction& tx, TenantId tenant) override;
    Result<void> hold_server(db::Transaction& tx, TenantId tenant, ServerId server) override;
    Result<nlohmann::json> apply(
        ServerId server,
        const nlohmann::json& plan,
        queue::StepContext& step,
        const Progress& on_progress
    ) override;
    Result<nlohmann::json> template_plan(
        const std::string& plugin, const nlohmann::json& request, queue::StepContext& step
    ) override;
    Result<nlohmann::json> template_health(
        const std::string& plugin, const nlohmann::json& request, queue::StepContext& step
    ) override;
    Result<SiteRecords> ensure_records(const Site& site, JobId job) override;
    Result<void> remove_records(TenantId tenant, SiteId site) override;
    Result<Propagation> check_propagation(const Site& site) override;
    bool holds_name(db::Transaction& tx, TenantId tenant, const std::string& name) override;
    Result<std::vector<std::string>> text_records(const std::string& name) override;
    Result<std::string> acme_thumbprint() override;
    Result<nlohmann::json> begin_certificate(const Site& site, queue::StepContext& step) override;
    Result<nlohmann::json> issue_certificate(
        const Site& site, const nlohmann::json& begun, queue::StepContext& step
    ) override;
    Result<std::string> uploaded_certificate(const Site& site) override;
    Result<void> forget_certificate(TenantId tenant, SiteId site) override;

private:
    Needs needs_;
};

/// For certificates::Certificates::Needs::find_site.
Result<certificates::SitePlace> find_site_place(db::Transaction& tx, const Uuid& site);
/// For servers::Servers::count_uses_with.
servers::UseCounter site_use_counter();

}  // namespace hostelry::sites
