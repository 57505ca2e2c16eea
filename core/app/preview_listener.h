#pragma once
// Preview links: sites under host names of their own, on a listener of their own, so that a site
// and the panel never share a host name (docs/operate.md, "Preview links").

#include "core/app/platform.h"
#include "core/features/sites/site_preview.h"
#include "core/features/sites/site_preview_pages.h"
#include "core/platform/http/reverse_proxy.h"
#include "core/platform/http/server.h"
#include "core/platform/http/sse_hub.h"

#include <string>

namespace hostelry::app {

/// What a preview link has around its host name.
struct PreviewOrigin {
    std::string scheme = "http";
    std::string port;  ///< ":8081", or nothing.
};
/// Loopback is plain http for names under localhost, which browsers resolve by themselves, and
/// https by a proxy in front for all others; any other address is served with TLS by us.
PreviewOrigin preview_origin(const config::Config& config);

/// Invalid when the panel itself would be found below the preview domain.
Result<void> check_preview_domain(const std::string& domain, const std::string& panel_host);

class PreviewListener {
public:
    /// `platform` outlives the listener.
    PreviewListener(Platform& platform, http::Listen listen, http::ReverseProxyOptions options);

    Result<void> start();
    std::uint16_t port() const { return server_.port(); }
    /// Nothing new is accepted; what runs has a few seconds.
    void drain();
    void stop();

private:
    sites::SitePreviews previews_;
    sites::SitePreviewPages pages_;
    http::SseHub no_streams_;
    telemetry::Metrics server_figures_;  // The proxy's own are beside the panel's.
    http::ReverseProxy proxy_;
    http::Server server_;
};

}  // namespace hostelry::app
