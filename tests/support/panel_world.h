#pragma once
// A whole panel without sockets: real PostgreSQL, router, dispatcher, sessions and pages. A Browser
// keeps cookies, sends the CSRF token of the page it saw last, and follows nothing by itself.

#include "core/base/text.h"
#include "core/features/auth/auth.h"
#include "core/features/shell/shell.h"
#include "core/features/users/users.h"
#include "core/platform/cache/cache.h"
#include "core/platform/crypto/password.h"
#include "core/platform/http/dispatcher.h"
#include "core/platform/telemetry/metrics.h"

#include "tests/support/test_database.h"

#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace hostelry::testing {

/// Real time plus what a test added.
class MovableClock final : public Clock {
public:
    TimePoint now() const override { return clock_.now() + ahead_; }
    std::chrono::steady_clock::time_point steady() const override {
        return clock_.steady() + ahead_;
    }
    void advance(std::chrono::seconds by) { ahead_ += by; }

private:
    SystemClock clock_;
    std::chrono::seconds ahead_{0};
};

inline constexpr std::string_view kTestPassword = "violet harbour lantern";

class PanelWorld {
public:
    PanelWorld() {
        auth.add_routes(router);
        users.add_routes(router);
        shell.add_routes(router);
    }

    /// Call after all routes are added.
    void open() {
        dispatcher = std::make_unique<http::Dispatcher>(
            router,
            auth,
            shell.error_pages(),
            *limiter,
            clock,
            random,
            metrics,
            http::DispatcherOptions{
                .trusted_proxies = {},
                .allowed_hosts = {},
                .rate_limits = {{0}, {0}, {0}, {0}},
                .csrf_secret = "test",
                .access_log = false}
        );
    }

    /// A person with kTestPassword.
    users::User add_user(TenantId tenant, std::string_view role, const std::string& email) {
        static const std::string kHash = crypto::hash_password(kTestPassword);
        users::CreateUser request;
        request.tenant = tenant;
        request.name = email.substr(0, email.find('@'));
        request.email = email;
        request.role = std::string(role);
        auto made = postgres.database().in_tenant(postgres.root(), [&](db::Transaction& tx) {
            return users.create_in(tx, users::operator_caller(postgres.root()), request, kHash);
        });
        if (!made) {
            throw std::runtime_error("add_user: " + made.error().message + made.error().cause);
        }
        return *std::move(made);
    }

    MovableClock clock;
    SystemRandom random;
    TestDatabase postgres;
    view::Assets assets;
    std::unique_ptr<cache::RateLimiter> limiter = cache::make_memory_rate_limiter(clock, random);
    shell::Shell shell{{postgres.database(), assets, clock}};
    users::Users users{{postgres.database(), clock, random, *limiter, shell, [] {
                            return std::string("https://panel.test");
                        }}};
    auth::Auth auth{{postgres.database(), clock, random, *limiter, users, shell}};
    telemetry::Metrics metrics;
    http::Router router;
    std::unique_ptr<http::Dispatcher> dispatcher;
};

struct PanelReply {
    int status = 0;
    std::string body;
    std::string location;
    std::map<std::string, std::string> headers;

    bool has(std::string_view text) const { return body.find(text) != std::string::npos; }
    nlohmann::json json() const { return nlohmann::json::parse(body, nullptr, false); }
};

class Browser {
public:
    explicit Browser(PanelWorld& world) : Browser(world.dispatcher) {}
    /// Of a panel that was put together otherwise.
    explicit Browser(std::unique_ptr<http::Dispatcher>& dispatcher) : dispatcher_(dispatcher) {}

    PanelReply get(const std::string& target) { return send(http::Method::Get, target, {}, {}); }
    /// Posts a form with the token of the last page.
    PanelReply post(const std::string& target, http::FormPairs fields) {
        fields.emplace_back("_csrf", token_);
        return send(
            http::Method::Post, target, encode(fields), "application/x-www-form-urlencoded"
        );
    }
    PanelReply call(
        http::Method method, const std::string& target, const nlohmann::json& body = nullptr
    ) {
        return send(
            method,
            target,
            body.is_null() ? "" : body.dump(),
            body.is_null() ? "" : "application/json"
        );
    }
    PanelReply sign_in(const std::string& email, std::string_view password = kTestPassword) {
        get("/sign-in");
        auto reply = post("/sign-in", {{"email", email}, {"password", std::string(password)}});
        if (reply.status == 303) {
            get("/sign-in");  // Leads home; the next page has the session's token.
        }
        return reply;
    }
    /// Loads a page so that later posts carry its token.
    Browser& on(const std::string& page) {
        get(page);
        return *this;
    }
    std::string cookie(const std::string& name) const {
        const auto found = cookies_.find(name);
        return found == cookies_.end() ? "" : found->second;
    }
    void set_cookie(const std::string& name, const std::string& value) { cookies_[name] = value; }
    void set_token(std::string token) { token_ = std::move(token); }
    const std::string& token() const { return token_; }

    std::string address = "192.0.2.7";
    std::map<std::string, std::string> headers;  ///< Sent with every request.

private:
    PanelReply send(
        http::Method method,
        const std::string& target,
        const std::string& body,
        const std::string& type
    ) {
        http::Inflight inflight;
        auto& request = inflight.request;
        request.method = method;
        const auto mark = target.find('?');
        request.path = target.substr(0, mark);
        request.raw_query = mark == std::string::npos ? "" : target.substr(mark + 1);
        request.headers.add("host", "panel.test");
        if (!type.empty()) {
            request.headers.add("content-type", type);
        }
        std::string cookie_header;
        for (const auto& [name, value] : cookies_) {
            cookie_header += (cookie_header.empty() ? "" : "; ") + name + "=" + value;
        }
        if (!cookie_header.empty()) {
            request.headers.add("cookie", cookie_header);
        }
        if (method != http::Method::Get && request.path.starts_with("/api/")) {
            request.headers.add("x-csrf-token", token_);
        }
        for (const auto& [name, value] : headers) {
            request.headers.add(name, value);
        }
        request.set_body(body);
        inflight.peer = *http::IpAddress::parse(address);
        inflight.peer_text = address;
        const http::BodyFacts facts{!body.empty(), body.size(), false};
        auto verdict = dispatcher_->consider(inflight, facts);
        auto answer = verdict.refusal ? *std::move(verdict.refusal) : dispatcher_->answer(inflight);
        return take(answer.response);
    }

    PanelReply take(const http::Response& response) {
        PanelReply reply{response.status, response.body, {}, {}};
        for (const auto& [name, value] : response.headers) {
            const auto lower = lower_ascii(name);
            reply.headers[lower] = value;
            if (lower == "set-cookie") {
                keep(value);
            } else if (lower == "location" || lower == "hx-redirect") {
                reply.location = value;
            }
        }
        static constexpr std::string_view kMark = "name=\"_csrf\" value=\"";
        if (const auto at = reply.body.find(kMark); at != std::string::npos) {
            const auto begin = at + kMark.size();
            token_ = reply.body.substr(begin, reply.body.find('"', begin) - begin);
        }
        return reply;
    }

    void keep(const std::string& set_cookie) {
        const auto equals = set_cookie.find('=');
        const auto end = set_cookie.find(';');
        const auto name = set_cookie.substr(0, equals);
        const auto value = set_cookie.substr(equals + 1, end - equals - 1);
        if (value.empty() || set_cookie.find("Max-Age=0") != std::string::npos) {
            cookies_.erase(name);
        } else {
            cookies_[name] = value;
        }
    }

    static std::string encode(const http::FormPairs& fields) {
        std::string body;
        for (const auto& [name, value] : fields) {
            body += (body.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
        }
        return body;
    }

    std::unique_ptr<http::Dispatcher>& dispatcher_;
    std::map<std::string, std::string> cookies_;
    std::string token_;
};

}  // namespace hostelry::testing
