#pragma once
// What happens to every request, in this order: request id and client address, rate limit, who
// asks, CSRF, permission, handler, headers, access log and figures. Deny by default: a handler runs
// only when each step agreed.

#include "core/base/lock_guarded.h"
#include "core/platform/cache/cache.h"
#include "core/platform/http/application.h"
#include "core/platform/http/buffered_random.h"
#include "core/platform/http/csrf.h"
#include "core/platform/http/error_pages.h"
#include "core/platform/telemetry/metrics.h"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace hostelry::http {

/// For each address, before anything else is done; a count of zero means no limit.
struct RateLimits {
    cache::RateLimit page{1200, std::chrono::minutes{1}, 300};
    cache::RateLimit api{1200, std::chrono::minutes{1}, 300};
    cache::RateLimit login{20, std::chrono::minutes{1}, 20};  ///< Counts unsafe methods only.
    cache::RateLimit assets{6000, std::chrono::minutes{1}, 2000};
};

struct DispatcherOptions {
    std::vector<AddressRange> trusted_proxies;
    std::vector<std::string> allowed_hosts;  ///< Lower case, without port; empty: any.
    RateLimits rate_limits{};
    std::string csrf_secret;  ///< Empty: a fresh one, so forms die with the process.
    bool access_log = true;
    std::chrono::milliseconds slow_request{1000};
};

class Dispatcher final : public Application {
public:
    /// All arguments outlive the dispatcher.
    Dispatcher(
        const Router& router,
        Authenticator& authenticator,
        ErrorPages& error_pages,
        cache::RateLimiter& rate_limiter,
        Clock& clock,
        Random& random,
        telemetry::Metrics& metrics,
        DispatcherOptions options = {}
    );

    Verdict consider(Inflight& inflight, const BodyFacts& body) override;
    std::optional<Answer> admit(Inflight& inflight) override;
    Answer answer(Inflight& inflight) override;
    Answer refuse(int status, std::string_view reason, Inflight& inflight) override;
    void finished(
        const Inflight& inflight, int status, std::uint64_t bytes, const std::string& cause
    ) override;
    std::vector<std::string> ended_sessions(const std::vector<std::string>& session_keys) override;
    bool is_trusted_proxy(const IpAddress& address) const override;

private:
    bool is_allowed_host(const Request& request) const;
    std::optional<Answer> over_limit(Inflight& inflight);
    Verdict judge_body(Inflight& inflight, const BodyFacts& body);

    Response handle(Inflight& inflight, std::string& new_guest);
    Result<void> find_principal(Inflight& inflight);
    Result<void> check_rights(Inflight& inflight);
    Result<void> check_csrf(const Inflight& inflight, const std::string& binding) const;
    std::string csrf_binding(const Inflight& inflight, std::string& new_guest);

    Answer finish(Inflight& inflight, Response response);
    Response show_failure(Inflight& inflight, Response response);
    telemetry::Counter request_counter(const Inflight& inflight, int status);

    const Router& router_;
    Authenticator& authenticator_;
    ErrorPages& error_pages_;
    cache::RateLimiter& rate_limiter_;
    Clock& clock_;
    BufferedRandom random_;
    telemetry::Metrics& metrics_;
    DispatcherOptions options_;
    CsrfGuard csrf_;
    std::unique_ptr<ErrorPages> plain_pages_;
    std::array<telemetry::Histogram, 5> seconds_;
    LockGuarded<std::map<std::pair<const Route*, int>, telemetry::Counter>> counters_;
};

}  // namespace hostelry::http
