#pragma once
// Shows other servers' sites under host names of ours. The name in the request is looked up by the
// owner of the proxy, never connected to: only a target that was found so is ever reached. Limits:
// 64 MiB of request body, one connection to the target for each request, and as many at once for
// each target as the options say. Bodies of answers are passed on as they come, of any length.

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/lock_guarded.h"
#include "core/platform/cache/cache.h"
#include "core/platform/http/application.h"
#include "core/platform/http/buffered_random.h"
#include "core/platform/http/error_pages.h"
#include "core/platform/http/proxy_headers.h"
#include "core/platform/http/upstream.h"
#include "core/platform/telemetry/metrics.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::http {

/// Where requests for one host name go.
struct ProxyTarget {
    std::string id;  ///< For limits and the log.
    IpAddress address;
    std::uint16_t port = 80;
    std::vector<std::string> names;  ///< What the site calls itself; redirects there stay here.
};

/// By host name in lower case, without a port. The error is what the visitor sees: NotFound for a
/// name that is nobody's. Worker threads, many at once; may block.
using FindTarget = std::function<Result<ProxyTarget>(const std::string& host)>;

struct ReverseProxyOptions {
    std::vector<AddressRange> trusted_proxies;  ///< In front of us.
    /// Internal addresses that may be reached all the same.
    std::vector<AddressRange> allow_private;
    ProxyRules rules;
    std::size_t max_body = 64_MiB;
    std::size_t at_once_per_target = 16;
    std::size_t large_uploads_at_once = 16;
    cache::RateLimit rate{3000, std::chrono::minutes{1}, 1000};  ///< For each address.
    UpstreamTimeouts timeouts;
};

class ReverseProxy final : public Application {
public:
    /// All references outlive the proxy. `pages` shows what goes wrong; its pages must stand alone,
    /// because every other path of the host is the site's.
    ReverseProxy(
        FindTarget find,
        ErrorPages& pages,
        cache::RateLimiter& rate_limiter,
        const Clock& clock,
        Random& random,
        telemetry::Metrics& metrics,
        ReverseProxyOptions options
    );

    /// From then on every exchange ends, at the latest at that time.
    void end_by(Curfew::Time end) { curfew_.set(end); }

    TargetForm target_form() const override { return TargetForm::Raw; }
    Verdict consider(Inflight& inflight, const BodyFacts& body) override;
    std::optional<Answer> admit(Inflight& inflight) override;
    Answer answer(Inflight& inflight) override;
    Answer refuse(int status, std::string_view reason, Inflight& inflight) override;
    void finished(
        const Inflight& inflight, int status, std::uint64_t bytes, const std::string& cause
    ) override;
    std::vector<std::string> ended_sessions(const std::vector<std::string>&) override { return {}; }
    bool is_trusted_proxy(const IpAddress& address) const override;

private:
    struct Places;
    struct Work;

    Result<void> find_target(Inflight& inflight);
    Result<Response> fetch(Inflight& inflight);
    Response pass_on(
        const Inflight& inflight, const ResponseHead& head, std::unique_ptr<Upstream> from
    ) const;
    Answer failed(Inflight& inflight, Error error, int status = 0);

    FindTarget find_;
    ErrorPages& pages_;
    cache::RateLimiter& rate_limiter_;
    const Clock& clock_;
    BufferedRandom random_;
    ReverseProxyOptions options_;
    Curfew curfew_;
    std::shared_ptr<Places> places_;
    std::array<telemetry::Counter, 6> answered_;  ///< By hundreds of the status.
    telemetry::Counter unreachable_;
    telemetry::Histogram seconds_;
};

}  // namespace hostelry::http
