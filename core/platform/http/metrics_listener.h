#pragma once

#include "core/base/random.h"
#include "core/platform/http/server.h"
#include "core/platform/telemetry/metrics.h"
#include "core/platform/telemetry/readiness.h"

namespace hostelry::http {

/// GET /metrics, /healthz and /readyz on a listener of its own, so that figures never share an
/// address with people. /healthz answers as long as the process does; /readyz answers 503 with the
/// parts that are missing.
class MetricsListener {
public:
    /// The arguments outlive the listener.
    MetricsListener(
        Listen listen,
        telemetry::Metrics& metrics,
        const telemetry::Readiness& readiness,
        Clock& clock,
        Random& random
    );
    ~MetricsListener();

    Result<void> start();
    std::uint16_t port() const;
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hostelry::http
