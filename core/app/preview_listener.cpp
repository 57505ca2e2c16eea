#include "core/app/preview_listener.h"

#include "core/app/serve_role.h"
#include "core/base/text.h"

namespace hostelry::app {
namespace {

constexpr std::chrono::milliseconds kPreviewDrain{4'000};
constexpr std::size_t kPreviewWorkers = 64;
constexpr std::size_t kPreviewConnections = 2'000;

http::ServerOptions server_options_for(http::Listen listen, const std::string& spool_folder) {
    http::ServerOptions options;
    options.listen = {std::move(listen)};
    options.loops = 1;
    options.workers = kPreviewWorkers;
    options.spool_folder = spool_folder;
    options.timeouts.drain = kPreviewDrain + std::chrono::milliseconds{1'000};
    options.limits.connections = kPreviewConnections;
    return options;
}

bool is_below(const std::string& name, const std::string& domain) {
    return name == domain || name.ends_with("." + domain);
}

}  // namespace

PreviewOrigin preview_origin(const config::Config& config) {
    const auto listen = parse_host_port(config.preview.listen, "preview.listen");
    if (!listen) {
        return {};
    }
    const std::string port = ":" + std::to_string(listen->port);
    if (is_loopback(listen->host)) {
        const bool is_local = is_below(lower_ascii(config.preview.domain), "localhost");
        return is_local ? PreviewOrigin{"http", port} : PreviewOrigin{"https", ""};
    }
    return {"https", listen->port == 443 ? "" : port};
}

Result<void> check_preview_domain(const std::string& domain, const std::string& panel_host) {
    if (domain.empty()) {
        return fail(
            ErrorCode::Invalid, "preview.domain must be a domain, or preview.listen empty."
        );
    }
    if (is_below(panel_host, domain)) {
        return fail(
            ErrorCode::Invalid,
            "preview.domain (" + domain + ") holds the panel's own name " + panel_host +
                ". Previews need a domain apart from the panel."
        );
    }
    return {};
}

PreviewListener::PreviewListener(
    Platform& platform, http::Listen listen, http::ReverseProxyOptions options
)
    : previews_(platform.database(), lower_ascii(platform.config().preview.domain)),
      pages_(platform.clock()),
      no_streams_(platform.random()),
      proxy_(
          [this](const std::string& host) { return previews_.find(host); },
          pages_,
          platform.rate_limiter(),
          platform.clock(),
          platform.random(),
          platform.metrics(),
          std::move(options)
      ),
      server_(
          server_options_for(std::move(listen), platform.config().state_dir),
          proxy_,
          no_streams_,
          server_figures_
      ) {}

Result<void> PreviewListener::start() {
    return server_.start();
}

void PreviewListener::drain() {
    server_.drain();
    proxy_.end_by(std::chrono::steady_clock::now() + kPreviewDrain);
}

void PreviewListener::stop() {
    drain();
    server_.stop();
}

}  // namespace hostelry::app
