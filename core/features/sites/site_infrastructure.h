#pragma once
// Everything outside the panel's own database that a site needs, in one place: the work on its
// server, its template, its DNS records and its certificate. core/app makes it of the front doors
// of servers, plugins, dns and certificates.

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/features/sites/site.h"
#include "core/platform/db/transaction.h"
#include "core/platform/queue/queue.h"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>
#include <vector>

namespace hostelry::sites {

/// A server that the tenant may place sites on: its own, or one offered to it.
struct PlacementServer {
    ServerId id{};
    std::string name{};
    std::string address{};  ///< Public IPv4 or IPv6 literal, for DNS.
    std::vector<std::string> php_versions{};
    bool is_ready = false;
};

/// One card of the catalogue of site templates.
struct SiteTemplate {
    std::string id{};
    std::string plugin{};
    std::string title{};
    std::string summary{};
    std::string icon{};
    db::JsonText options_schema{};
    bool needs_php = false;
    bool needs_database = false;
    std::vector<std::string> php_versions{};
};

/// Records a site has asked for.
struct SiteRecords {
    bool is_managed = false;  ///< A zone of ours holds the names.
    std::string hint{};       ///< Otherwise: what to set by hand.
};

struct Propagation {
    bool is_done = false;
    std::string note{};  ///< What is still missing.
};

class SiteInfrastructure {
public:
    virtual ~SiteInfrastructure() = default;

    // Asked inside the caller's transaction.
    virtual std::vector<SiteTemplate> templates(db::Transaction& tx) = 0;
    /// Ready ones first.
    virtual std::vector<PlacementServer> usable_servers(db::Transaction& tx, TenantId tenant) = 0;
    /// Whether a zone of the tenant or of a tenant above it holds the name.
    virtual bool holds_name(db::Transaction& tx, TenantId tenant, const std::string& name) = 0;
    /// Keeps the server from being removed until the transaction ends. NotFound, Conflict (not
    /// ready).
    virtual Result<void> hold_server(db::Transaction& tx, TenantId tenant, ServerId server) = 0;

    /// The TXT records at a name, from the servers responsible for it. Never inside a transaction.
    virtual Result<std::vector<std::string>> text_records(const std::string& name) = 0;

    // Asked by job steps, never inside a transaction. Everything may be repeated.
    using Progress = std::function<void(const nlohmann::json& action_result)>;
    /// Carries out a plan on the server; a failed action is an Error with its message.
    virtual Result<nlohmann::json> apply(
        ServerId server,
        const nlohmann::json& plan,
        queue::StepContext& step,
        const Progress& on_progress
    ) = 0;
    virtual Result<nlohmann::json> template_plan(
        const std::string& plugin, const nlohmann::json& request, queue::StepContext& step
    ) = 0;
    /// How the template is checked later on, when its owner may have changed what it shows.
    /// Unsupported when the template has no other way than its plan's.
    virtual Result<nlohmann::json> template_health(
        const std::string& plugin, const nlohmann::json& request, queue::StepContext& step
    ) = 0;
    virtual Result<SiteRecords> ensure_records(const Site& site, JobId job) = 0;
    virtual Result<void> remove_records(TenantId tenant, SiteId site) = 0;
    /// Asks the servers that are responsible for the names.
    virtual Result<Propagation> check_propagation(const Site& site) = 0;
    virtual Result<std::string> acme_thumbprint() = 0;
    /// Orders a certificate and lets the authority look at the names, which the web server must
    /// answer for already. Answers what `issue_certificate` takes as `begun`, null when the site
    /// has one.
    virtual Result<nlohmann::json> begin_certificate(
        const Site& site, queue::StepContext& step
    ) = 0;
    /// A whole step, which may let itself run again while the authority works (`again_in`).
    virtual Result<nlohmann::json> issue_certificate(
        const Site& site, const nlohmann::json& begun, queue::StepContext& step
    ) = 0;
    /// "sha256:..." of the certificate its owner uploaded; empty when the site has none of that
    /// kind.
    virtual Result<std::string> uploaded_certificate(const Site& site) = 0;
    /// What was installed on the server is gone.
    virtual Result<void> forget_certificate(TenantId tenant, SiteId site) = 0;
};

}  // namespace hostelry::sites
