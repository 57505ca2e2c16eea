#include "core/app/serve_role.h"

#include "core/platform/http/openapi.h"
#include "core/platform/http/static_assets.h"
#include "core/platform/http/tls_context.h"
#include "core/platform/log/log.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

namespace hostelry::app {
namespace {

std::string url_of(const std::string& scheme, const std::string& host, std::uint16_t port) {
    const bool v6 = host.find(':') != std::string::npos;
    return fmt::format("{}://{}:{}", scheme, v6 ? "[" + host + "]" : host, port);
}

Result<std::vector<http::AddressRange>> ranges_of(
    const std::vector<std::string>& texts, const std::string& key
) {
    std::vector<http::AddressRange> ranges;
    for (const auto& text : texts) {
        const auto range = http::AddressRange::parse(text);
        if (!range) {
            return fail(
                ErrorCode::Invalid,
                key + ": \"" + text + "\" is no address or range such as 10.0.0.0/24."
            );
        }
        ranges.push_back(*range);
    }
    return ranges;
}

}  // namespace

bool is_loopback(const std::string& host) {
    return host.starts_with("127.") || host == "::1" || host == "localhost";
}

Result<HostPort> parse_host_port(const std::string& text, const std::string& key) {
    const auto colon = text.rfind(':');
    HostPort result;
    if (colon != std::string::npos) {
        result.host = text.substr(0, colon);
        const auto [end, error] =
            std::from_chars(text.data() + colon + 1, text.data() + text.size(), result.port);
        if (result.host.starts_with('[') && result.host.ends_with(']')) {
            result.host = result.host.substr(1, result.host.size() - 2);
        }
        if (error == std::errc{} && end == text.data() + text.size() && !result.host.empty()) {
            return result;
        }
    }
    return fail(
        ErrorCode::Invalid,
        key + " must be an address and a port such as 127.0.0.1:8080, not \"" + text + "\"."
    );
}

std::string host_of(const std::string& url) {
    const auto slashes = url.find("//");
    if (slashes == std::string::npos) {
        return {};
    }
    const auto begin = slashes + 2;
    return url.substr(begin, url.find_first_of(":/", begin) - begin);
}

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
        TRY(http::make_self_signed({listen.host, "localhost", "127.0.0.1"}, chain, key));
    }
    fingerprint_ = TRY(http::certificate_fingerprint(chain));
    ca_file_ = chain;
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
        {.address = listen.host == "localhost" ? "127.0.0.1" : listen.host,
         .port = listen.port,
         .tls = tls}};
    server_options.spool_folder = platform_.config().state_dir;
    server_ =
        std::make_unique<http::Server>(server_options, *dispatcher_, hub_, platform_.metrics());
    relay_ = std::make_unique<shell::LiveRelay>(platform_.database(), platform_.listener(), hub_);
    relay_->start();
    TRY(server_->start());
    TRY(start_agents());
    TRY(start_previews());
    const std::string own_url = url_of(tls ? "https" : "http", listen.host, server_->port());
    url_ =
        platform_.config().http.public_url.empty() ? own_url : platform_.config().http.public_url;
    const auto address =
        TRY(write_panel_address(platform_.config().state_dir, own_url, ca_file_, platform_.random())
        );
    authenticator_.set_key(address.key);
    TRY(start_metrics());
    platform_.readiness().set("http", true);
    log::info("http", "serving", {{"address", own_url}});
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
        http::Listen{
            .address = listen.host == "localhost" ? "127.0.0.1" : listen.host,
            .port = listen.port,
            .tls = tls},
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
