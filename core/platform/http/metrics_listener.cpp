#include "core/platform/http/metrics_listener.h"

#include "core/base/text.h"
#include "core/platform/http/dispatcher.h"

namespace hostelry::http {
namespace {

Route plain_route(std::string path, Handler handler) {
    return {
        .method = Method::Get,
        .path = std::move(path),
        .access = Access::Public,
        .csrf = Csrf::None,
        .rate = RateClass::Api,
        .handler = std::move(handler),
    };
}

ServerOptions small_server(Listen listen) {
    ServerOptions options;
    options.listen = {std::move(listen)};
    options.loops = 1;
    options.workers = 1;
    options.workers_awake = 1;
    options.limits.connections = 64;
    options.timeouts.drain = std::chrono::milliseconds{2000};
    return options;
}

DispatcherOptions quiet() {
    DispatcherOptions options;
    options.access_log = false;
    return options;
}

}  // namespace

struct MetricsListener::Impl {
    class NobodySignsIn final : public Authenticator {
    public:
        Result<std::optional<Principal>> authenticate(const Request&) override {
            return std::optional<Principal>{};
        }
    };

    Impl(
        Listen listen,
        telemetry::Metrics& metrics,
        const telemetry::Readiness& readiness,
        Clock& clock,
        Random& random
    )
        : error_pages(make_plain_error_pages()),
          limiter(cache::make_memory_rate_limiter(clock, random, 1000)),
          hub(random),
          dispatcher(router, nobody, *error_pages, *limiter, clock, random, own_figures, quiet()),
          server(small_server(std::move(listen)), dispatcher, hub, own_figures) {
        router.add(plain_route("/metrics", [&metrics](Exchange&) {
            auto response = Response::text(metrics.serialize());
            response.content_type = "text/plain; version=0.0.4; charset=utf-8";
            return response;
        }));
        router.add(plain_route("/healthz", [](Exchange&) { return Response::text("ok\n"); }));
        router.add(plain_route("/readyz", [&readiness](Exchange&) {
            const auto missing = readiness.missing();
            return missing.empty()
                       ? Response::text("ready\n")
                       : Response::text("not ready: " + join(missing, ", ") + "\n", 503);
        }));
    }

    NobodySignsIn nobody;
    Router router;
    std::unique_ptr<ErrorPages> error_pages;
    std::unique_ptr<cache::RateLimiter> limiter;
    SseHub hub;
    telemetry::Metrics own_figures;  // Its own requests would only blur the panel's.
    Dispatcher dispatcher;
    Server server;
};

MetricsListener::MetricsListener(
    Listen listen,
    telemetry::Metrics& metrics,
    const telemetry::Readiness& readiness,
    Clock& clock,
    Random& random
)
    : impl_(std::make_unique<Impl>(std::move(listen), metrics, readiness, clock, random)) {}

MetricsListener::~MetricsListener() = default;

Result<void> MetricsListener::start() {
    return impl_->server.start();
}

std::uint16_t MetricsListener::port() const {
    return impl_->server.port();
}

void MetricsListener::stop() {
    impl_->server.stop();
}

}  // namespace hostelry::http
