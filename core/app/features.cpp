#include "core/app/features.h"

#include "core/app/design_route.h"
#include "core/app/overview.h"
#include "core/app/preview_listener.h"
#include "core/app/serve_role.h"
#include "core/app/setup_route.h"
#include "core/features/dns/dns_store.h"
#include "core/features/sites/site_store.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

namespace hostelry::app {
namespace {

// Functions of their own: GCC 12 destroys an aggregate written inside another one's initialiser
// twice.

servers::Servers::Options server_options(const config::Config& config) {
    servers::Servers::Options options;
    options.agent_listen = config.agent.listen;
    options.agent_advertise = config.agent.advertise;
    options.agent_package = config.agent.package;
    for (const auto* listen : {&config.http.listen, &config.agent.listen, &config.preview.listen}) {
        const auto at = parse_host_port(*listen, "");
        if (at && !is_loopback(at->host)) {
            options.panel_ports.push_back(at->port);
        }
    }
    options.automation_folder = config.automation.directory;
    return options;
}

settings::SettingValues setting_defaults(
    const config::Config& config, const std::string& public_url
) {
    settings::SettingValues values;
    values.product_name = "Hostelry";
    values.public_url = public_url;
    values.acme_contact = config.acme.contact;
    return values;
}

plugins::Plugins::Options plugin_options(const config::Config& config) {
    plugins::Plugins::Options options;
    options.folder = config.plugins.directory;
    options.settings_folder = config.plugins.settings;
    options.allow_private = config.outbound.allow_private;
    options.extra_ca = config.outbound.extra_ca;
    return options;
}

certificates::Certificates::Options certificate_options(const config::Config& config) {
    certificates::Certificates::Options options;
    options.directory = config.acme.directory;
    options.contact = config.acme.contact;
    options.helper = config.acme.helper;
    options.extra_ca = config.outbound.extra_ca;
    options.renew_days_before = config.acme.renew_days_before;
    return options;
}

constexpr std::int64_t kSitesOffered = 500;

sites::SiteFilter all_sites_by_name() {
    sites::SiteFilter filter;
    filter.sort = sites::SiteSort::Domain;
    filter.order = sites::SortOrder::Ascending;
    return filter;
}

std::string whole_file(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

sites::SiteSettings site_settings(const config::Config& config, const std::string& public_url) {
    sites::SiteSettings settings;
    const std::string panel = host_of(public_url);
    if (panel.find_first_not_of("0123456789.:[]") != std::string::npos) {
        settings.panel_names = {panel};
    }
    const bool has_preview = !config.preview.listen.empty();
    settings.preview_domain = has_preview ? config.preview.domain : "";
    const auto preview = preview_origin(config);
    settings.preview_scheme = preview.scheme;
    settings.preview_port = preview.port;
    settings.propagation_timeout = std::chrono::seconds(config.dns.propagation_timeout_seconds);
    settings.extra_roots = [path = config.outbound.extra_ca] {
        return path.empty() ? std::string{} : whole_file(path);
    };
    return settings;
}

}  // namespace

Features::Features(Platform& platform, const view::Assets& assets, const std::string& public_url)
    : clock_(platform.clock()),
      shell_({.database = platform.database(), .assets = assets, .clock = platform.clock()}),
      dashboard_({.database = platform.database(), .clock = platform.clock(), .shell = shell_}),
      jobs_({.database = platform.database(), .clock = platform.clock(), .shell = shell_}),
      settings_({
          .database = platform.database(),
          .clock = platform.clock(),
          .shell = shell_,
          .defaults = setting_defaults(platform.config(), public_url),
      }),
      users_({
          .database = platform.database(),
          .clock = platform.clock(),
          .random = platform.random(),
          .limiter = platform.rate_limiter(),
          .shell = shell_,
          .public_url = [this] { return settings_.values_or_defaults().public_url; },
      }),
      auth_({
          .database = platform.database(),
          .clock = platform.clock(),
          .random = platform.random(),
          .limiter = platform.rate_limiter(),
          .users = users_,
          .shell = shell_,
      }),
      tenants_({
          .database = platform.database(),
          .clock = platform.clock(),
          .random = platform.random(),
          .shell = shell_,
          .users = users_,
      }),
      audit_({
          .database = platform.database(),
          .clock = platform.clock(),
          .sealer = platform.sealer(),
          .shell = shell_,
      }),
      servers_({
          .database = platform.database(),
          .listener = &platform.listener(),
          .clock = platform.clock(),
          .random = platform.random(),
          .sealer = platform.sealer(),
          .options = server_options(platform.config()),
      }),
      plugins_({
          .database = platform.database(),
          .clock = platform.clock(),
          .random = platform.random(),
          .sealer = platform.sealer(),
          .shell = shell_,
          .options = plugin_options(platform.config()),
      }),
      dns_({
          .database = platform.database(),
          .clock = platform.clock(),
          .random = platform.random(),
          .shell = shell_,
          .plugins = plugins_,
          .allow_private = platform.config().outbound.allow_private,
      }),
      certificates_({
          .database = platform.database(),
          .clock = platform.clock(),
          .random = platform.random(),
          .sealer = platform.sealer(),
          .shell = shell_,
          .apply =
              [this](
                  ServerId server,
                  const nlohmann::json& plan,
                  std::chrono::milliseconds timeout,
                  const std::function<bool()>& cancelled
              ) {
                  servers::ApplyOptions options;
                  options.timeout = timeout;
                  options.cancelled = cancelled;
                  return servers_.apply(server, plan, options);
              },
          .find_site = sites::find_site_place,
          .options = certificate_options(platform.config()),
      }),
      infrastructure_({servers_, plugins_, dns_, certificates_}),
      sites_({
          .database = platform.database(),
          .clock = platform.clock(),
          .random = platform.random(),
          .sealer = platform.sealer(),
          .shell = shell_,
          .infrastructure = infrastructure_,
          .settings = site_settings(platform.config(), public_url),
      }),
      databases_({
          .database = platform.database(),
          .clock = platform.clock(),
          .random = platform.random(),
          .sealer = platform.sealer(),
          .shell = shell_,
          .hosts = sites_,
      }) {
    connect();
}

void Features::connect() {
    shell_.set_activity(audit_.activity());
    servers_.count_uses_with(sites::site_use_counter());
    tenants_.add_holding({"site", "sites", [](db::Transaction& tx, TenantId tenant) {
                              return sites::SiteStore{tx}.count_of_tenant(tenant);
                          }});
    tenants_.add_holding({"server", "servers", [](db::Transaction& tx, TenantId tenant) {
                              return servers::ServerStore{tx}.count_of_tenant(tenant);
                          }});
    tenants_.add_holding({"zone", "zones", [](db::Transaction& tx, TenantId tenant) {
                              return dns::DnsStore{tx}.count_of_tenant(tenant);
                          }});
    certificates_.list_sites_with([](db::Transaction& tx) {
        std::vector<certificates::SiteChoice> choices;
        for (const auto& site :
             sites::SiteStore{tx}.list(all_sites_by_name(), kSitesOffered).sites) {
            if (site.deployed_at) {
                choices.push_back({site.id.uuid, site.shown_domain()});
            }
        }
        return choices;
    });
    certificates_.after_upload(
        [this](db::Transaction& tx, const users::Caller& caller, const Uuid& site) {
            sites_.take_certificate(tx, caller, site);
        }
    );
    fill_overview(dashboard_, clock_);
}

void Features::add_routes(http::Router& router) {
    shell_.add_routes(router);
    dashboard_.add_routes(router);
    jobs_.add_routes(router);
    settings_.add_routes(router);
    users_.add_routes(router);
    auth_.add_routes(router);
    tenants_.add_routes(router);
    audit_.add_routes(router);
    servers_.add_routes(router, shell_);
    plugins_.add_routes(router);
    dns_.add_routes(router);
    certificates_.add_routes(router);
    sites_.add_routes(router);
    databases_.add_routes(router);
    router.add(design_route(shell_));
    router.add(setup_route(auth_, [this] { return settings_.values_or_defaults().public_url; }));
}

void Features::add_jobs(queue::Registry& registry) {
    auth_.add_jobs(registry);
    servers_.add_jobs(registry);
    plugins_.add_jobs(registry);
    dns_.add_jobs(registry);
    certificates_.add_jobs(registry);
    sites_.add_jobs(registry);
    databases_.add_jobs(registry);
}

void Features::add_listeners(events::Dispatcher& dispatcher) {
    audit_.add_listeners(dispatcher);
}

Result<void> Features::start_work() {
    return plugins_.start();
}

void Features::stop_work(std::chrono::milliseconds patience) {
    plugins_.stop(patience);
}

}  // namespace hostelry::app
