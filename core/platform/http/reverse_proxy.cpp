#include "core/platform/http/reverse_proxy.h"

#include "core/base/bytes.h"
#include "core/platform/http/identify_request.h"
#include "core/platform/http/security_headers.h"
#include "core/platform/log/log.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>

namespace hostelry::http {
namespace {

constexpr std::size_t kSmallBodyBytes = 64_KiB;
constexpr std::chrono::seconds kBusyRetry{1};

Error error_of(ErrorCode code, std::string message) {
    return {code, std::move(message), {}, {}, {}, false};
}

Error busy(std::string message) {
    auto error = error_of(ErrorCode::Unavailable, std::move(message));
    error.retry_after = kBusyRetry;
    return error;
}

std::string target_of(const Request& request) {
    return request.raw_query.empty() ? request.path : request.path + '?' + request.raw_query;
}

/// What the proxy says of its own beside the site's fields.
std::string own_fields(const Inflight& inflight) {
    return "Referrer-Policy: same-origin\r\nX-Robots-Tag: noindex, nofollow\r\nX-Request-Id: " +
           inflight.request.request_id + "\r\n";
}

}  // namespace

/// How much is under way, by target and in all.
struct ReverseProxy::Places {
    /// Gives its place back when it goes.
    using Place = std::shared_ptr<void>;

    static Place take_target(
        const std::shared_ptr<Places>& places, const std::string& id, std::size_t most
    ) {
        const bool taken = places->by_target.with([&](auto& counts) {
            auto& count = counts[id];
            return count < most && ++count > 0;
        });
        return taken ? Place{places.get(), [places, id](void*) { places->leave_target(id); }}
                     : nullptr;
    }

    void leave_target(const std::string& id) {
        by_target.with([&](auto& counts) {
            const auto found = counts.find(id);
            if (found != counts.end() && --found->second == 0) {
                counts.erase(found);
            }
        });
    }

    static Place take_upload(const std::shared_ptr<Places>& places, std::size_t most) {
        if (places->uploads.fetch_add(1) >= most) {
            places->uploads.fetch_sub(1);
            return nullptr;
        }
        return {places.get(), [places](void*) { places->uploads.fetch_sub(1); }};
    }

    LockGuarded<std::map<std::string, std::size_t>> by_target;
    std::atomic<std::size_t> uploads{0};
};

/// What is known of a request on its way.
struct ReverseProxy::Work {
    bool has_large_body = false;
    std::optional<ProxyTarget> target;
    Places::Place upload;
    Places::Place place;
};

ReverseProxy::ReverseProxy(
    FindTarget find,
    ErrorPages& pages,
    cache::RateLimiter& rate_limiter,
    const Clock& clock,
    Random& random,
    telemetry::Metrics& metrics,
    ReverseProxyOptions options
)
    : find_(std::move(find)),
      pages_(pages),
      rate_limiter_(rate_limiter),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      places_(std::make_shared<Places>()),
      unreachable_(metrics.counter(
          "hostelry_proxy_unreachable_total",
          "Requests for which the site's server gave no proper answer."
      )),
      seconds_(metrics.histogram(
          "hostelry_proxy_request_seconds",
          "Time from the head of a proxied request to the end of its answer."
      )) {
    for (std::size_t i = 1; i < answered_.size(); ++i) {
        answered_[i] = metrics.counter(
            "hostelry_proxy_requests_total",
            "Proxied requests answered, by status class.",
            {{"status", std::to_string(i) + "xx"}}
        );
    }
}

bool ReverseProxy::is_trusted_proxy(const IpAddress& address) const {
    return any_contains(options_.trusted_proxies, address);
}

Verdict ReverseProxy::consider(Inflight& inflight, const BodyFacts& body) {
    identify_request(inflight, options_.trusted_proxies, clock_, random_);
    inflight.considered = true;
    auto work = std::make_shared<Work>();
    work->has_large_body = body.present && body.bytes.value_or(options_.max_body) > kSmallBodyBytes;
    inflight.held = work;
    Verdict verdict{.refusal = {}, .max_body = options_.max_body, .ask_first = body.present};
    const auto rate = rate_limiter_.take(
        "proxy@" + subscriber_of(inflight.request.client_address), options_.rate
    );
    if (!rate.allowed) {
        auto error = error_of(ErrorCode::RateLimited, "Too many requests. Wait a moment.");
        error.retry_after = rate.retry_after;
        verdict.refusal = failed(inflight, std::move(error));
    } else if (body.bytes.value_or(0) > options_.max_body) {
        verdict.refusal = refuse(413, "The upload is larger than this preview takes.", inflight);
    }
    return verdict;
}

/// Before a body is read: nobody fills our disk for a name that does not exist.
std::optional<Answer> ReverseProxy::admit(Inflight& inflight) {
    try {
        if (auto found = find_target(inflight); !found) {
            return failed(inflight, std::move(found).error());
        }
        auto& work = *static_cast<Work*>(inflight.held.get());
        if (work.has_large_body) {
            work.upload = Places::take_upload(places_, options_.large_uploads_at_once);
            if (!work.upload) {
                return failed(
                    inflight, busy("Too many uploads are under way. Try again in a moment.")
                );
            }
        }
        return std::nullopt;
    } catch (const std::exception& error) {
        log::error("http", "A proxied request failed.", {{"cause", error.what()}});
        return failed(inflight, error_of(ErrorCode::Internal, "Something went wrong on our side."));
    }
}

Answer ReverseProxy::answer(Inflight& inflight) {
    try {
        auto response = fetch(inflight);
        if (response) {
            return {*std::move(response), own_fields(inflight)};
        }
        return failed(inflight, std::move(response).error());
    } catch (const std::exception& error) {
        log::error("http", "A proxied request failed.", {{"cause", error.what()}});
        return failed(inflight, error_of(ErrorCode::Internal, "Something went wrong on our side."));
    }
}

Result<void> ReverseProxy::find_target(Inflight& inflight) {
    auto& work = *static_cast<Work*>(inflight.held.get());
    if (work.target) {
        return {};
    }
    const auto host = plain_host(inflight.request.header("host").value_or(""));
    if (!host) {
        return fail(ErrorCode::NotFound, "There is nothing at this address.");
    }
    auto target = TRY(find_(*host));
    const auto& address = target.address;
    if (address.is_internal() && !any_contains(options_.allow_private, address)) {
        return fail(
            ErrorCode::ProviderUnavailable,
            "The server of this site cannot be reached at the moment.",
            "outbound.allow_private does not hold " + address.to_string()
        );
    }
    work.target = std::move(target);
    return {};
}

Result<Response> ReverseProxy::fetch(Inflight& inflight) {
    TRY(find_target(inflight));
    auto& work = *static_cast<Work*>(inflight.held.get());
    const auto& request = inflight.request;
    work.place = Places::take_target(places_, work.target->id, options_.at_once_per_target);
    if (!work.place) {
        return tl::unexpected(busy("This site is busy. Try again in a moment."));
    }
    auto upstream =
        TRY(Upstream::connect(work.target->address, work.target->port, options_.timeouts, curfew_));
    TRY(upstream->send(upstream_head(request, target_of(request), options_.rules), request.body));
    const auto head = TRY(upstream->read_head(request.method));
    return pass_on(inflight, head, std::move(upstream));
}

Response ReverseProxy::pass_on(
    const Inflight& inflight, const ResponseHead& head, std::unique_ptr<Upstream> from
) const {
    const auto& request = inflight.request;
    const auto& work = *static_cast<const Work*>(inflight.held.get());
    Response response;
    response.status = head.status;
    response.content_type = head.find("content-type").value_or("");
    response.headers = passed_fields(head, options_.rules);
    if (const auto location = head.find("location")) {
        const auto target = target_of(request);
        const Visit visit{
            .scheme = request.is_tls ? "https" : "http",
            .host = *request.header("host"),
            .target = target,
            .names = work.target->names};
        response.headers.emplace_back("location", kept_location(*location, visit));
    }
    // To HEAD goes what GET would have: a length, or that it is not known.
    if (head.body != AnswerBody::None || head.length || request.method == Method::Head) {
        response.producer_length = head.length;
        response.producer = [upstream = std::shared_ptr<Upstream>(std::move(from))](std::size_t max
                            ) { return upstream->read_body(max); };
    }
    return response;
}

Answer ReverseProxy::failed(Inflight& inflight, Error error, int status) {
    const auto& request = inflight.request;
    status = status == 0 ? http_status(error.code) : status;
    if (error.code == ErrorCode::ProviderUnavailable || error.code == ErrorCode::Timeout) {
        unreachable_.add();
        log::warn(
            "http",
            "a site behind the proxy gave no answer",
            {{"host", request.header("host").value_or("")},
             {"cause", error.cause},
             {"request_id", request.request_id}}
        );
    }
    auto shown = Response::problem(error, request.request_id, status);
    if (!request.wants_json()) {
        auto html = pages_.page(
            {.request = request,
             .principal = nullptr,
             .status = status,
             .error = error,
             .csrf_token = {},
             .nonce = inflight.nonce}
        );
        for (auto& [name, value] : shown.headers) {
            html.set_header(name, value);
        }
        html.error_cause = std::move(shown.error_cause);
        shown = std::move(html);
    }
    shown.status = status;
    shown.set_header("X-Robots-Tag", "noindex, nofollow");
    auto fields = security_headers(shown, inflight.nonce, request.request_id);
    return {std::move(shown), std::move(fields)};
}

Answer ReverseProxy::refuse(int status, std::string_view reason, Inflight& inflight) {
    identify_request(inflight, options_.trusted_proxies, clock_, random_);
    const auto code = status == 503   ? ErrorCode::Unavailable
                      : status >= 500 ? ErrorCode::Internal
                                      : ErrorCode::Invalid;
    auto error = error_of(code, std::string(reason));
    if (status == 503) {
        error.retry_after = kBusyRetry;
    }
    return failed(inflight, std::move(error), status);
}

void ReverseProxy::finished(
    const Inflight& inflight, int status, std::uint64_t bytes, const std::string& cause
) {
    const auto took = std::chrono::steady_clock::now() - inflight.started;
    answered_.at(static_cast<std::size_t>(std::clamp(status / 100, 1, 5))).add();
    seconds_.observe(std::chrono::duration<double>(took).count());
    const auto* work = static_cast<const Work*>(inflight.held.get());
    log::debug(
        "http",
        "proxied request answered",
        {{"site", work != nullptr && work->target ? work->target->id : ""},
         {"method", method_name(inflight.request.method)},
         {"status", status},
         {"bytes", bytes},
         {"client", inflight.request.client_address},
         {"request_id", inflight.request.request_id},
         {"cause", cause}}
    );
}

}  // namespace hostelry::http
