#pragma once
// The event-driven HTTP/1.1 server: a few loops own all connections, a pool of workers runs what
// may block. How and why is in docs/architecture.md; the figures that led here were measured.

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/platform/http/application.h"
#include "core/platform/http/sse_hub.h"
#include "core/platform/http/tls_context.h"
#include "core/platform/telemetry/metrics.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hostelry::http {

struct Listen {
    std::string address = "127.0.0.1";  ///< Numeric, IPv4 or IPv6.
    std::uint16_t port = 0;             ///< 0: any free one.
    std::shared_ptr<TlsContext> tls;    ///< Without: plain HTTP.
};

struct Timeouts {
    std::chrono::milliseconds handshake{10'000};
    std::chrono::milliseconds idle{60'000};
    std::chrono::milliseconds idle_when_crowded{15'000};
    std::chrono::milliseconds head{10'000};
    std::chrono::milliseconds body{30'000};  ///< Without 16 KiB of progress.
    std::chrono::milliseconds body_total{600'000};
    std::chrono::milliseconds queue{10'000};
    std::chrono::milliseconds flush{30'000};  ///< Without progress.
    std::chrono::milliseconds stream_comment{15'000};
    std::chrono::milliseconds closing{2'000};
    std::chrono::milliseconds drain{20'000};
    std::chrono::milliseconds session_check{5'000};
};

struct Limits {
    std::size_t connections = 12'000;
    std::size_t connections_per_address = 256;
    std::size_t requests_per_connection = 10'000;
    std::size_t requests_per_turn = 16;
    std::size_t queue = 1024;
    std::size_t stream_backlog_bytes = 64_KiB;
};

struct ServerOptions {
    std::vector<Listen> listen{Listen{}};
    std::size_t loops = 0;  ///< 0: half the cores, at least one.
    std::size_t workers = 32;
    std::size_t workers_awake = 0;  ///< 0: the cores.
    std::string spool_folder = "/var/tmp";
    Timeouts timeouts{};
    Limits limits{};
};

class Server {
public:
    /// `application`, `hub` and `metrics` outlive the server.
    Server(
        ServerOptions options, Application& application, SseHub& hub, telemetry::Metrics& metrics
    );
    /// Stops.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds and begins to serve. Conflict when an address is taken.
    Result<void> start();
    /// Of the listener with this index.
    std::uint16_t port(std::size_t listener = 0) const;

    /// Stops accepting and ends idle connections and streams; running requests get their answers.
    void drain();
    /// Drains, waits for the running requests up to the drain timeout, cuts the rest and ends the
    /// threads.
    void stop();

    std::size_t connections() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hostelry::http
