#include "core/platform/http/dispatcher.h"

#include "core/base/bytes.h"
#include "core/base/text.h"
#include "core/platform/http/identify_request.h"
#include "core/platform/http/security_headers.h"
#include "core/platform/http/url.h"
#include "core/platform/log/log.h"

#include <algorithm>

namespace hostelry::http {
namespace {

constexpr std::size_t kAnonymousBodyBytes = 64_KiB;
constexpr std::string_view kGuestCookie = "__Host-guest";

constexpr std::array<std::string_view, 5> kRateNames{"none", "page", "api", "login", "static"};

Response failed(ErrorCode code, std::string message) {
    return Response::failed(Error{code, std::move(message), {}, {}, {}, false});
}

ErrorCode code_for(int status);

/// For what HTTP itself finds wrong, which has statuses of its own.
Response failed(int status, std::string message) {
    auto response = failed(code_for(status), std::move(message));
    response.status = status;
    return response;
}

ErrorCode code_for(int status) {
    switch (status) {
        case 401:
            return ErrorCode::Unauthenticated;
        case 403:
            return ErrorCode::Forbidden;
        case 404:
            return ErrorCode::NotFound;
        case 408:
            return ErrorCode::Timeout;
        case 429:
            return ErrorCode::RateLimited;
        case 501:
            return ErrorCode::Unsupported;
        case 503:
            return ErrorCode::Unavailable;
        default:
            return status >= 500 ? ErrorCode::Internal : ErrorCode::Invalid;
    }
}

const cache::RateLimit& limit_for(const RateLimits& limits, RateClass rate) {
    switch (rate) {
        case RateClass::Api:
            return limits.api;
        case RateClass::Login:
            return limits.login;
        case RateClass::Static:
            return limits.assets;
        default:
            return limits.page;
    }
}

RateClass rate_of(const Inflight& inflight) {
    if (inflight.route == nullptr) {
        return inflight.request.is_api() ? RateClass::Api : RateClass::Page;
    }
    const auto rate = inflight.route->rate;
    // Looking at the sign-in page is no attempt.
    return rate == RateClass::Login && is_safe(inflight.request.method) ? RateClass::Page : rate;
}

std::string_view limiter_name(RateClass rate) {
    return kRateNames[static_cast<std::size_t>(rate)];
}

bool is_page_route(const Inflight& inflight) {
    return inflight.route == nullptr || inflight.route->rate == RateClass::Page ||
           inflight.route->rate == RateClass::Login;
}

}  // namespace

Dispatcher::Dispatcher(
    const Router& router,
    Authenticator& authenticator,
    ErrorPages& error_pages,
    cache::RateLimiter& rate_limiter,
    Clock& clock,
    Random& random,
    telemetry::Metrics& metrics,
    DispatcherOptions options
)
    : router_(router),
      authenticator_(authenticator),
      error_pages_(error_pages),
      rate_limiter_(rate_limiter),
      clock_(clock),
      random_(random),
      metrics_(metrics),
      options_(std::move(options)),
      csrf_(options_.csrf_secret, random_),
      plain_pages_(make_plain_error_pages()) {
    for (std::size_t i = 0; i < seconds_.size(); ++i) {
        seconds_[i] = metrics.histogram(
            "hostelry_http_request_seconds",
            "Time from the head of a request to the end of its answer.",
            {{"class", std::string(kRateNames[i])}}
        );
    }
}

bool Dispatcher::is_trusted_proxy(const IpAddress& address) const {
    return any_contains(options_.trusted_proxies, address);
}

bool Dispatcher::is_allowed_host(const Request& request) const {
    if (options_.allowed_hosts.empty()) {
        return true;
    }
    auto host = lower_ascii(request.header("host").value_or(""));
    const auto port = host.rfind(':');
    if (port != std::string::npos && host.find(']', port) == std::string::npos) {
        host.resize(port);
    }
    return std::find(options_.allowed_hosts.begin(), options_.allowed_hosts.end(), host) !=
           options_.allowed_hosts.end();
}

std::optional<Answer> Dispatcher::over_limit(Inflight& inflight) {
    const auto rate = rate_of(inflight);
    const auto& limit = limit_for(options_.rate_limits, rate);
    if (limit.count == 0) {
        return std::nullopt;
    }
    const auto key =
        std::string(limiter_name(rate)) + '@' + subscriber_of(inflight.request.client_address);
    const auto decision = rate_limiter_.take(key, limit);
    if (decision.allowed) {
        return std::nullopt;
    }
    Error error{ErrorCode::RateLimited, "Too many requests. Wait a moment.", {}, {}, {}, false};
    error.retry_after = decision.retry_after;
    return finish(inflight, Response::failed(std::move(error)));
}

Verdict Dispatcher::consider(Inflight& inflight, const BodyFacts& body) {
    identify_request(inflight, options_.trusted_proxies, clock_, random_);
    inflight.considered = true;
    auto match = router_.match(inflight.request.method, inflight.request.path);
    inflight.route = match.route;
    inflight.allow = std::move(match.allow);
    inflight.request.params = std::move(match.params);
    Verdict verdict;
    if (!is_allowed_host(inflight.request)) {
        verdict.refusal = refuse(421, "This server does not serve that host name.", inflight);
        return verdict;
    }
    if (auto refusal = over_limit(inflight)) {
        verdict.refusal = std::move(refusal);
        return verdict;
    }
    return judge_body(inflight, body);
}

Verdict Dispatcher::judge_body(Inflight& inflight, const BodyFacts& body) {
    Verdict verdict;
    if (inflight.route == nullptr) {
        if (body.present) {
            std::string no_guest;
            verdict.refusal = finish(inflight, handle(inflight, no_guest));
        }
        return verdict;  // Without a body a worker answers, who may ask who is signed in.
    }
    verdict.run = inflight.route->run;
    const bool is_public = inflight.route->access == Access::Public;
    verdict.max_body = is_public ? std::min(inflight.route->max_body, kAnonymousBodyBytes)
                                 : inflight.route->max_body;
    if (!body.present) {
        return verdict;
    }
    if (body.bytes && *body.bytes > verdict.max_body) {
        verdict.refusal = refuse(413, "The body is larger than this address takes.", inflight);
        return verdict;
    }
    const bool is_large = !body.bytes || *body.bytes > kAnonymousBodyBytes;
    verdict.ask_first = !is_public && (is_large || body.expects_continue);
    return verdict;
}

std::optional<Answer> Dispatcher::admit(Inflight& inflight) {
    try {
        if (auto allowed = check_rights(inflight); !allowed) {
            return finish(inflight, Response::failed(std::move(allowed).error()));
        }
        return std::nullopt;
    } catch (const std::exception& error) {
        log::error(
            "http",
            "A request could not be judged.",
            {{"request_id", inflight.request.request_id}, {"cause", error.what()}}
        );
        return refuse(500, "Something went wrong on our side.", inflight);
    }
}

Answer Dispatcher::answer(Inflight& inflight) {
    std::string new_guest;
    Response response;
    try {
        response = handle(inflight, new_guest);
    } catch (const std::exception& error) {
        log::error(
            "http",
            "A handler failed.",
            {{"request_id", inflight.request.request_id}, {"cause", error.what()}}
        );
        response = failed(
            ErrorCode::Internal,
            "Something went wrong on our side. The log has the details under the request's number."
        );
        response.error_cause = error.what();
    } catch (...) {
        response = failed(ErrorCode::Internal, "Something went wrong on our side.");
        response.error_cause = "an exception of unknown type";
    }
    if (!new_guest.empty() && response.content_type.starts_with("text/html")) {
        response.set_cookie({.name = std::string(kGuestCookie), .value = new_guest, .max_age = {}});
    }
    return finish(inflight, std::move(response));
}

Response Dispatcher::handle(Inflight& inflight, std::string& new_guest) {
    const auto& request = inflight.request;
    if (inflight.route == nullptr) {
        if (inflight.allow.empty()) {
            return failed(ErrorCode::NotFound, "There is nothing at this address.");
        }
        auto response = failed(405, "This address does not take that method.");
        response.set_header("Allow", inflight.allow);
        return response;
    }
    const auto& route = *inflight.route;
    if (auto allowed = check_rights(inflight); !allowed) {
        return Response::failed(std::move(allowed).error());
    }
    if (request.is_form() && !decode_pairs(request.body)) {
        return failed(400, "The form is malformed or has too many fields.");
    }
    const bool needs_binding = is_page_route(inflight) || !is_safe(request.method);
    const auto binding = needs_binding ? csrf_binding(inflight, new_guest) : std::string{};
    if (auto checked = check_csrf(inflight, binding); !checked) {
        return Response::failed(std::move(checked).error());
    }
    Exchange exchange{
        .request = request,
        .principal = inflight.principal ? &*inflight.principal : nullptr,
        .csrf_token = is_page_route(inflight) ? csrf_.token(binding) : std::string{},
        .nonce = inflight.nonce,
        .clock = clock_,
    };
    return route.handler(exchange);
}

Result<void> Dispatcher::find_principal(Inflight& inflight) {
    if (inflight.identified) {
        return {};
    }
    inflight.principal = TRY(authenticator_.authenticate(inflight.request));
    inflight.identified = true;
    return {};
}

Result<void> Dispatcher::check_rights(Inflight& inflight) {
    const auto& route = *inflight.route;
    if (route.run == Run::Inline) {
        return {};  // Public by construction; the loop may not ask.
    }
    auto found = find_principal(inflight);
    if (route.access == Access::Public) {
        return {};  // A refused proof is no proof here.
    }
    TRY(std::move(found));
    if (!inflight.principal) {
        return fail(ErrorCode::Unauthenticated, "Sign in to go on.");
    }
    if (route.permission != "self" && !inflight.principal->may(route.permission)) {
        return fail(
            ErrorCode::Forbidden,
            "Your role does not include this. If you need it, ask whoever manages your account.",
            "permission " + route.permission + " is missing"
        );
    }
    return {};
}

std::string Dispatcher::csrf_binding(const Inflight& inflight, std::string& new_guest) {
    if (inflight.principal) {
        return "session:" + inflight.principal->session_key;
    }
    auto guest = inflight.request.cookie(kGuestCookie);
    if (!guest || guest->size() < 22) {
        std::array<std::byte, 16> bytes{};
        random_.fill(bytes);
        new_guest = to_base64url(bytes);
        guest = new_guest;
    }
    return "guest:" + *guest;
}

Result<void> Dispatcher::check_csrf(const Inflight& inflight, const std::string& binding) const {
    const auto& request = inflight.request;
    const bool by_cookie = inflight.principal && inflight.principal->by_cookie;
    if (is_safe(request.method) || (inflight.route->csrf == Csrf::None && !by_cookie)) {
        return {};
    }
    if (const auto foreign = CsrfGuard::foreign_origin(request); !foreign.empty()) {
        return fail(ErrorCode::Forbidden, std::string(foreign));
    }
    if (!csrf_.accepts(CsrfGuard::sent_token(request), binding)) {
        return fail(
            ErrorCode::Forbidden, "This form is no longer valid. Load the page again and repeat."
        );
    }
    return {};
}

Answer Dispatcher::finish(Inflight& inflight, Response response) {
    if (response.failure) {
        response = show_failure(inflight, std::move(response));
    }
    auto lines = security_headers(response, inflight.nonce, inflight.request.request_id);
    return {std::move(response), std::move(lines)};
}

Response Dispatcher::show_failure(Inflight& inflight, Response response) {
    const auto error = std::move(*response.failure);
    const int status = response.status;
    const auto& request = inflight.request;
    auto shown = Response::problem(error, request.request_id, status);
    if (!request.wants_json()) {
        std::string no_guest;
        const ErrorPage page{
            .request = request,
            .principal = inflight.principal ? &*inflight.principal : nullptr,
            .status = status,
            .error = error,
            .csrf_token = inflight.principal ? csrf_.token(csrf_binding(inflight, no_guest)) : "",
            .nonce = inflight.nonce,
        };
        auto html = Response{};
        try {
            html = error_pages_.page(page);
        } catch (const std::exception& failure) {
            log::error("http", "An error page failed.", {{"cause", failure.what()}});
            html = plain_pages_->page(page);
        }
        for (auto& [name, value] : shown.headers) {
            html.set_header(name, value);
        }
        html.status = html.status == 200 ? status : html.status;
        html.error_cause = std::move(shown.error_cause);
        shown = std::move(html);
    }
    for (const auto& [name, value] : response.headers) {
        shown.headers.emplace_back(name, value);
    }
    if (!response.error_cause.empty()) {
        shown.error_cause = std::move(response.error_cause);
    }
    shown.close = response.close;
    return shown;
}

Answer Dispatcher::refuse(int status, std::string_view reason, Inflight& inflight) {
    identify_request(inflight, options_.trusted_proxies, clock_, random_);
    const Error error{code_for(status), std::string(reason), {}, {}, {}, false};
    auto response = Response::problem(error, inflight.request.request_id, status);
    if (!inflight.request.wants_json()) {
        response = plain_pages_->page(
            {.request = inflight.request,
             .principal = nullptr,
             .status = status,
             .error = error,
             .csrf_token = {},
             .nonce = inflight.nonce}
        );
    }
    response.status = status;
    response.error_cause = reason;
    if (status == 503) {
        response.set_header("Retry-After", "1");
    }
    if (status == 405) {
        response.set_header("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE");
    }
    return finish(inflight, std::move(response));
}

telemetry::Counter Dispatcher::request_counter(const Inflight& inflight, int status) {
    const auto group = status / 100;
    return counters_.with([&](auto& counters) {
        const auto [entry, is_new] = counters.try_emplace({inflight.route, group});
        if (is_new) {
            const auto* route = inflight.route;
            entry->second = metrics_.counter(
                "hostelry_http_requests_total",
                "Requests answered, by route and status class.",
                {{"route", route == nullptr ? "none" : route->path},
                 {"method", route == nullptr ? "any" : std::string(method_name(route->method))},
                 {"status", std::to_string(group) + "xx"}}
            );
        }
        return entry->second;
    });
}

void Dispatcher::finished(
    const Inflight& inflight, int status, std::uint64_t bytes, const std::string& cause
) {
    const auto took = std::chrono::steady_clock::now() - inflight.started;
    const auto rate = inflight.considered ? static_cast<std::size_t>(rate_of(inflight)) : 0;
    request_counter(inflight, status).add();
    seconds_[rate].observe(std::chrono::duration<double>(took).count());
    const bool is_inline = inflight.route != nullptr && inflight.route->run == Run::Inline;
    const bool is_slow = took > options_.slow_request;
    if (!options_.access_log || (is_inline && status < 400 && !is_slow)) {
        return;
    }
    const auto& request = inflight.request;
    const bool is_secret = inflight.route != nullptr && inflight.route->secret_path;
    const auto milliseconds = std::chrono::duration<double, std::milli>(took).count();
    log::info(
        "http",
        is_slow ? "request answered slowly" : "request answered",
        {{"method", method_name(request.method)},
         {"path", is_secret ? inflight.route->path : request.path},
         {"status", status},
         {"ms", milliseconds},
         {"bytes", bytes},
         {"client", request.client_address},
         {"user", inflight.principal ? inflight.principal->user.to_string() : ""},
         {"request_id", request.request_id},
         {"cause", cause}}
    );
}

std::vector<std::string> Dispatcher::ended_sessions(const std::vector<std::string>& session_keys) {
    try {
        return session_keys.empty() ? session_keys : authenticator_.ended_sessions(session_keys);
    } catch (const std::exception& error) {
        log::error("http", "Open streams could not be checked.", {{"cause", error.what()}});
        return {};
    }
}

}  // namespace hostelry::http
