#include "core/app/features.h"

#include "core/features/sites/site_store.h"
#include "core/platform/queue/job_store.h"

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

std::string host_of(const std::string& url) {
    const auto slashes = url.find("//");
    if (slashes == std::string::npos) {
        return {};
    }
    const auto begin = slashes + 2;
    return url.substr(begin, url.find_first_of(":/", begin) - begin);
}

std::string port_of(const std::string& listen) {
    return listen.substr(listen.rfind(':'));
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
    settings.preview_port = has_preview ? port_of(config.preview.listen) : "";
    settings.propagation_timeout = std::chrono::seconds(config.dns.propagation_timeout_seconds);
    settings.extra_roots = [path = config.outbound.extra_ca] {
        return path.empty() ? std::string{} : whole_file(path);
    };
    return settings;
}

}  // namespace

Features::Features(Platform& platform, const view::Assets& assets, const std::string& public_url)
    : shell_({.database = platform.database(), .assets = assets, .clock = platform.clock()}),
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
    servers_.count_uses_with(sites::site_use_counter());
    tenants_.add_holding({"site", "sites", [](db::Transaction& tx, TenantId tenant) {
                              return sites::SiteStore{tx}.count_of_tenant(tenant);
                          }});
    fill_dashboard();
}

void Features::fill_dashboard() {
    using queue::JobState;
    dashboard_
        .add_figure({"job:read", "Jobs running", "/jobs?state=active", [](db::Transaction& tx) {
                         return queue::JobStore(tx).counts().running;
                     }});
    dashboard_.add_attention(
        {"job:read",
         [](db::Transaction& tx) {
             std::vector<dashboard::Attention> entries;
             queue::JobFilter failed;
             failed.states = {JobState::Failed};
             for (const auto& job : queue::JobStore(tx).list(failed, {}, 5).jobs) {
                 entries.push_back({job.title + " failed", job.error, "/jobs/" + job.id.to_string()}
                 );
             }
             return entries;
         }}
    );
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
}

void Features::add_jobs(queue::Registry& registry) {
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
