#include "core/app/run_roles.h"

#include "core/app/features.h"
#include "core/app/platform.h"
#include "core/app/serve_role.h"
#include "core/app/signals.h"
#include "core/app/worker_role.h"
#include "core/platform/log/log.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <optional>

namespace hostelry::app {
namespace {

constexpr std::chrono::milliseconds kJobPatience{10'000};

Result<void> ensure_root_tenant(Platform& platform) {
    return platform.database().in_system([&](db::Transaction& tx) -> Result<void> {
        const auto root = tx.query_one("select hostelry.root_tenant() as id");
        if (root["id"].is_null()) {
            const auto id = TenantId::make(platform.clock(), platform.random());
            tx.query("select hostelry.create_root_tenant($1, 'Hostelry', 'root')", id);
        }
        return {};
    });
}

/// Anything but loopback is served with TLS, also without a certificate of one's own.
Result<std::string> public_url_of(const config::Config& config) {
    if (!config.http.public_url.empty()) {
        return config.http.public_url;
    }
    const auto listen = TRY(parse_host_port(config.http.listen, "http.listen"));
    const bool has_tls = !is_loopback(listen.host) || !config.http.tls_certificate.empty();
    return url_of(has_tls ? "https" : "http", host_for_others(listen.host), listen.port);
}

void announce_ready(const nlohmann::json& facts) {
    fmt::print("ready {}\n", facts.dump());
    static_cast<void>(std::fflush(stdout));
}

Result<void> announce(ServeRole& serve, auth::Auth& auth) {
    nlohmann::json facts{{"address", serve.url()}};
    if (!serve.fingerprint().empty()) {
        facts["fingerprint"] = serve.fingerprint();
    }
    if (const auto link = TRY(auth.setup_url(serve.url()))) {
        facts["setup_url"] = *link;
    }
    announce_ready(facts);
    return {};
}

/// A worker alone shows figures of its own. Beside a `serve` with the same configuration the port
/// is taken: then it does without, and says how to change that.
std::unique_ptr<http::MetricsListener> start_worker_figures(Platform& platform) {
    const auto& text = platform.config().telemetry.listen;
    const auto listen = parse_host_port(text, "telemetry.listen");
    if (text.empty() || !listen) {
        return nullptr;
    }
    auto listener = std::make_unique<http::MetricsListener>(
        http::Listen{.address = listen->host, .port = listen->port, .tls = nullptr},
        platform.metrics(),
        platform.readiness(),
        platform.clock(),
        platform.random()
    );
    if (const auto started = listener->start(); !started) {
        log::warn(
            "app",
            "this worker shows no figures; give it an address of its own with "
            "HOSTELRY_TELEMETRY_LISTEN",
            {{"listen", text}, {"cause", started.error().message}}
        );
        return nullptr;
    }
    return listener;
}

}  // namespace

Result<void> run_roles(const config::Config& config, const Roles& roles) {
    const auto platform = TRY(Platform::open(config, roles.migrate ? Migrate::Yes : Migrate::No));
    TRY(ensure_root_tenant(*platform));
    const view::Assets assets(config.web.assets);
    Features features(*platform, assets, TRY(public_url_of(config)));
    std::optional<WorkerRole> worker;
    std::optional<ServeRole> serve;
    std::unique_ptr<http::MetricsListener> figures;
    if (roles.work) {
        worker.emplace(*platform, features);
        TRY(worker->start());
    }
    if (roles.serve) {
        serve.emplace(*platform, features);
        TRY(serve->start());
        TRY(announce(*serve, features.auth()));
    } else {
        figures = start_worker_figures(*platform);
        announce_ready(nlohmann::json::object());
    }
    wait_for_stop_signal();
    log::info("app", "stopping");
    // Ranked: nothing new comes in, what runs is answered, jobs are given back, then the pools
    // close.
    if (serve) {
        serve->drain();
    }
    if (worker) {
        worker->stop(kJobPatience);
    }
    if (serve) {
        serve->stop();
    }
    if (figures) {
        figures->stop();
    }
    log::info("app", "stopped");
    log::flush();
    return {};
}

}  // namespace hostelry::app
