#pragma once
// The role that answers people, programs and agents.

#include "core/app/addresses.h"
#include "core/app/features.h"
#include "core/app/operator_key.h"
#include "core/app/platform.h"
#include "core/app/preview_listener.h"
#include "core/features/servers/agent_listener.h"
#include "core/features/shell/live_relay.h"
#include "core/platform/http/dispatcher.h"
#include "core/platform/http/metrics_listener.h"
#include "core/platform/http/server.h"
#include "core/platform/http/sse_hub.h"

#include <memory>
#include <string>

namespace hostelry::app {

class ServeRole {
public:
    ServeRole(Platform& platform, Features& features);
    ~ServeRole();
    ServeRole(const ServeRole&) = delete;
    ServeRole& operator=(const ServeRole&) = delete;

    Result<void> start();
    /// Where people find the panel: config http.public_url, or the listener's own address.
    const std::string& url() const { return url_; }
    /// Of the self-signed certificate; empty without one.
    const std::string& fingerprint() const { return fingerprint_; }

    /// Readiness off, nothing new is accepted; what runs gets its answer.
    void drain();
    void stop();

private:
    Result<std::shared_ptr<http::TlsContext>> tls_for(const HostPort& listen);
    Result<std::shared_ptr<http::TlsContext>> preview_tls_for(const HostPort& listen);
    Result<void> start_metrics();
    Result<void> start_agents();
    Result<void> start_previews();

    Platform& platform_;
    Features& features_;
    OperatorAuthenticator authenticator_;
    http::Router router_;
    http::SseHub hub_;
    std::unique_ptr<http::ErrorPages> pages_;
    std::unique_ptr<http::Dispatcher> dispatcher_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<http::MetricsListener> metrics_listener_;
    std::unique_ptr<shell::LiveRelay> relay_;
    std::unique_ptr<servers::AgentListener> agents_;
    std::unique_ptr<PreviewListener> previews_;
    std::string url_;
    std::string fingerprint_;
};

}  // namespace hostelry::app
