#include "core/app/serve_role.h"

#include "core/platform/http/openapi.h"
#include "core/platform/http/static_assets.h"
#include "core/platform/http/tls_context.h"
#include "core/platform/log/log.h"

#include <fmt/format.h>

#include <filesystem>

namespace hostelry::app {
namespace {

Result<std::vector<http::AddressRange>> ranges_of(
    const std::vector<std::string>& texts, const std::string& key
) {
    std::vector<http::AddressRange> ranges;
    for (const auto& text : texts) {
        const auto range = http::AddressRange::parse(text);
        if (!range) {
            return fail(
                ErrorCode::Invalid,
                fmt::format("{}: \"{}\" is no address or range such as 10.0.0.0/24.", key, text)
            );
        }
        ranges.push_back(*range);
    }
    return ranges;
}

std::string listen_address(const std::string& host) {
    return host == "localhost" ? kLoopback : host;
}

}  // namespace

ServeRole::ServeRole(Platform& platform, Features& features)
    : platform_(platform),
      features_(features),
      authenticator_(platform.database(), features.auth()),
      hub_(platform.random()) {}

ServeRole::~ServeRole() {
    stop();
}

Result<std::shared_ptr<http::TlsContext>> ServeRole::tls_for(const HostPort& listen) {
    const auto& http = platform_.config().http;
    if (!http.tls_certificate.empty()) {
        return http::TlsContext::load(http.tls_certificate, http.tls_key);
    }
    if (is_loopback(listen.host)) {
        return std::shared_ptr<http::TlsContext>{};
    }
    const std::string folder = platform_.config().state_dir;
    const std::string chain = folder + "/panel-certificate.pem";
    const std::string key = folder + "/panel-key.pem";
    if (!std::filesystem::exists(chain)) {
        TRY(http::make_self_signed(
            {host_for_others(listen.host), "localhost", kLoopback}, chain, key
        ));
    }
    fingerprint_ = TRY(http::certificate_fingerprint(chain));
    return http::TlsContext::load(chain, key);
}

/// Plain only on loopback, where nobody else listens in or a proxy in front speaks TLS.
Result<std::shared_ptr<http::TlsContext>> ServeRole::preview_tls_for(const HostPort& listen) {
    const auto& config = platform_.config();
    if (is_loopback(listen.host)) {
        return std::shared_ptr<http::TlsContext>{};
    }
    if (!config.http.tls_certificate.empty()) {
        return http::TlsContext::load(config.http.tls_certificate, config.http.tls_key);
    }
    const std::string chain = config.state_dir + "/preview-certificate.pem";
    const std::string key = config.state_dir + "/preview-key.pem";
    if (!std::filesystem::exists(chain)) {
        TRY(http::make_self_signed({"*." + config.preview.domain}, chain, key));
    }
    return http::TlsContext::load(chain, key);
}

Result<void> ServeRole::start() {
    const auto listen = TRY(parse_host_port(platform_.config().http.listen, "http.listen"));
    const auto tls = TRY(tls_for(listen));
    const auto assets = TRY(http::StaticAssets::load(platform_.config().web.assets));
    features_.shell().set_last_event([this] { return hub_.last_event_id(); });
    features_.add_routes(router_);
    router_.add(assets.routes("/assets"));
    router_.add(http::openapi_route(
        router_, {.version = "0.1.0", .description = {}}, "/api/v1/openapi.json"
    ));

    http::DispatcherOptions options;
    options.trusted_proxies =
        TRY(ranges_of(platform_.config().http.trusted_proxies, "http.trusted_proxies"));
    options.csrf_secret = platform_.csrf_secret();
    dispatcher_ = std::make_unique<http::Dispatcher>(
        router_,
        authenticator_,
        features_.shell().error_pages(),
        platform_.rate_limiter(),
        platform_.clock(),
        platform_.random(),
        platform_.metrics(),
        options
    );
    http::ServerOptions server_options;
    server_options.listen = {
        {.address = listen_address(listen.host), .port = listen.port, .tls = tls}};
    // The command line's own way in: the operator's key counts from loopback only, and whatever
    // name stands in the certificate, it is not the one by which this machine calls itself.
    const bool is_near = is_loopback(listen.host) && !tls;
    if (!is_near) {
        server_options.listen.push_back({.address = kLoopback, .port = 0, .tls = nullptr});
    }
    server_options.spool_folder = platform_.config().state_dir;
    server_ =
        std::make_unique<http::Server>(server_options, *dispatcher_, hub_, platform_.metrics());
    relay_ = std::make_unique<shell::LiveRelay>(platform_.database(), platform_.listener(), hub_);
    relay_->start();
    TRY(server_->start());
    TRY(start_agents());
    TRY(start_previews());
    const std::string scheme = tls ? "https" : "http";
    const auto& public_url = platform_.config().http.public_url;
    url_ = public_url.empty() ? url_of(scheme, host_for_others(listen.host), server_->port())
                              : public_url;
    const auto address = TRY(write_panel_address(
        platform_.config().state_dir,
        is_near ? url_of(scheme, listen_address(listen.host), server_->port())
                : url_of("http", kLoopback, server_->port(1)),
        platform_.random()
    ));
    authenticator_.set_key(address.key);
    TRY(start_metrics());
    platform_.readiness().set("http", true);
    log::info("http", "serving", {{"address", url_}});
    return {};
}

Result<void> ServeRole::start_metrics() {
    if (platform_.config().telemetry.listen.empty()) {
        return {};
    }
    const auto listen =
        TRY(parse_host_port(platform_.config().telemetry.listen, "telemetry.listen"));
    metrics_listener_ = std::make_unique<http::MetricsListener>(
        http::Listen{.address = listen.host, .port = listen.port, .tls = nullptr},
        platform_.metrics(),
        platform_.readiness(),
        platform_.clock(),
        platform_.random()
    );
    return metrics_listener_->start();
}

Result<void> ServeRole::start_agents() {
    agents_ = std::make_unique<servers::AgentListener>(
        servers::AgentListener::Needs{
            platform_.database(),
            &platform_.listener(),
            platform_.clock(),
            platform_.random(),
            platform_.sealer(),
            "/run/hostelry"},
        servers::AgentListener::Options{.listen = platform_.config().agent.listen}
    );
    return agents_->start();
}

Result<void> ServeRole::start_previews() {
    const auto& config = platform_.config();
    if (config.preview.listen.empty()) {
        return {};
    }
    const auto listen = TRY(parse_host_port(config.preview.listen, "preview.listen"));
    TRY(check_preview_domain(config.preview.domain, host_of(config.http.public_url)));
    const auto tls = TRY(preview_tls_for(listen));
    http::ReverseProxyOptions options;
    options.trusted_proxies = TRY(ranges_of(config.http.trusted_proxies, "http.trusted_proxies"));
    options.allow_private = TRY(ranges_of(config.outbound.allow_private, "outbound.allow_private"));
    options.rules.own_cookies = {"theme", "navigation"};  // Set by the shell, not "__Host-".
    previews_ = std::make_unique<PreviewListener>(
        platform_,
        http::Listen{.address = listen_address(listen.host), .port = listen.port, .tls = tls},
        std::move(options)
    );
    TRY(previews_->start());
    platform_.readiness().set("preview", true);
    return {};
}

void ServeRole::drain() {
    platform_.readiness().set("http", false);
    if (previews_) {
        platform_.readiness().set("preview", false);
        previews_->drain();
    }
    if (server_) {
        server_->drain();
    }
}

void ServeRole::stop() {
    if (previews_) {
        previews_->stop();
    }
    if (server_) {
        server_->stop();
    }
    if (agents_) {
        agents_->stop();
    }
    if (relay_) {
        relay_->stop();
    }
    if (metrics_listener_) {
        metrics_listener_->stop();
    }
}

}  // namespace hostelry::app
