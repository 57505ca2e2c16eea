// What the dispatcher does around a handler: limits, sign-in, permission, CSRF, headers, error
// pages.
#include "core/base/text.h"
#include "core/platform/http/metrics_listener.h"
#include "core/platform/http/static_assets.h"

#include "tests/integration/http/wire.h"

#include <gtest/gtest.h>

#include <fstream>

namespace hostelry::http::testing {
namespace {

std::string request(
    const std::string& line, const std::string& headers = {}, const std::string& body = {}
) {
    auto text = line + " HTTP/1.1\r\nHost: panel.test\r\n" + headers;
    if (!line.starts_with("GET") && !line.starts_with("HEAD")) {
        text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    return text + "\r\n" + body;
}

constexpr auto kAda = "Cookie: __Host-session=s-ada\r\n";
constexpr auto kForm = "Content-Type: application/x-www-form-urlencoded\r\n";

class Pipeline : public ::testing::Test {
protected:
    Pipeline() {
        add(Method::Get, "/login", "", Csrf::None, RateClass::Login);
        add(Method::Post, "/login", "", Csrf::Token, RateClass::Login);
        add(Method::Get, "/sites", "self", Csrf::None, RateClass::Page);
        add(Method::Post, "/sites", "site:create", Csrf::Token, RateClass::Page);
        add(Method::Delete, "/sites/{id}", "site:delete", Csrf::Token, RateClass::Page);
        add(Method::Get, "/api/v1/sites", "self", Csrf::None, RateClass::Api);
        add(Method::Post, "/api/v1/sites", "site:create", Csrf::None, RateClass::Api);
    }

    void add(Method method, std::string path, std::string permission, Csrf csrf, RateClass rate) {
        world.add(
            {.method = method,
             .path = std::move(path),
             .permission = permission,
             .access = permission.empty() ? Access::Public : Access::SignedIn,
             .csrf = csrf,
             .rate = rate,
             .handler =
                 [this](Exchange& exchange) {
                     ++handled;
                     auto response = Response::html(
                         "token=" + exchange.csrf_token + " nonce=" + exchange.nonce
                     );
                     if (exchange.request.query("client")) {
                         response.body = exchange.request.client_address;
                     }
                     return response;
                 }}
        );
    }

    static std::string token_in(const Reply& reply) {
        const auto begin = reply.body.find("token=") + 6;
        return reply.body.substr(begin, reply.body.find(' ', begin) - begin);
    }

    World world;
    std::atomic<int> handled{0};
};

TEST_F(Pipeline, AnswersEveryRouteAndMethodWithoutASignInWith401Or403Or405) {
    world.start();
    for (const auto& route : world.router.routes()) {
        for (const auto* method :
             {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}) {
            if (route.access == Access::Public && std::string_view(method) != "POST") {
                continue;
            }
            const auto line = std::string(method) + ' ' +
                              route.path.substr(0, route.path.find('{')) +
                              (route.path.ends_with('}') ? "7" : "");
            const auto reply = world.ask(request(line, "X-HTTP-Method-Override: GET\r\n"));
            EXPECT_TRUE(reply.status == 401 || reply.status == 403 || reply.status == 405)
                << method << ' ' << route.path << ' ' << reply.status;
        }
    }
    EXPECT_EQ(handled, 0);
}

TEST_F(Pipeline, RefusesWhatThePermissionsDoNotHold) {
    world.start();
    const auto page = world.ask(request("GET /sites", kAda));
    EXPECT_EQ(page.status, 200);
    const auto reply = world.ask(
        request("DELETE /sites/7", std::string(kAda) + "X-CSRF-Token: " + token_in(page) + "\r\n")
    );
    EXPECT_EQ(reply.status, 403);
    EXPECT_EQ(handled, 1);
}

TEST_F(Pipeline, TakesAFormWithItsTokenFromItsOwnOriginOnly) {
    world.start();
    const auto token = token_in(world.ask(request("GET /sites", kAda)));
    const auto again = token_in(world.ask(request("GET /sites", kAda)));
    EXPECT_NE(token, again) << "masked anew for each answer";
    const auto guest_token = token_in(world.ask(request("GET /login")));
    const auto post = [&](const std::string& headers, const std::string& csrf) {
        return world
            .ask(request(
                "POST /sites", kAda + std::string(kForm) + headers, "_csrf=" + csrf + "&a=b"
            ))
            .status;
    };
    EXPECT_EQ(post("", token), 200);
    EXPECT_EQ(post("", again), 200);
    EXPECT_EQ(post("Origin: http://panel.test\r\nSec-Fetch-Site: same-origin\r\n", token), 200);
    EXPECT_EQ(post("", ""), 403);
    EXPECT_EQ(post("", guest_token), 403);
    EXPECT_EQ(post("", token.substr(0, 80) + "AAAAAA"), 403);
    EXPECT_EQ(post("Origin: http://evil.test\r\n", token), 403);
    EXPECT_EQ(post("Origin: null\r\n", token), 403);
    EXPECT_EQ(post("Origin: http://panel.test.evil.test\r\n", token), 403);
    EXPECT_EQ(post("Origin: http://panel.test@evil.test\r\n", token), 403);
    EXPECT_EQ(post("Sec-Fetch-Site: cross-site\r\n", token), 403);
    EXPECT_EQ(post("Sec-Fetch-Site: same-site\r\n", token), 403);
    EXPECT_EQ(post("HX-Request: true\r\n", ""), 403) << "HTMX headers lower no check";
    EXPECT_EQ(
        world.ask(request("POST /sites", kAda + std::string("X-CSRF-Token: ") + token + "\r\n"))
            .status,
        200
    );
}

TEST_F(Pipeline, BindsTheTokenOfAGuestToTheirCookie) {
    world.start();
    const auto page = world.ask(request("GET /login"));
    const auto cookie = page.header("set-cookie").value();
    EXPECT_TRUE(cookie.starts_with("__Host-guest="));
    EXPECT_NE(cookie.find("; Path=/; Secure; HttpOnly; SameSite=Lax"), std::string::npos) << cookie;
    const auto body = "_csrf=" + token_in(page);
    const auto sent = "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n" + kForm;
    EXPECT_EQ(world.ask(request("POST /login", sent, body)).status, 200);
    EXPECT_EQ(world.ask(request("POST /login", kForm, body)).status, 403);
    EXPECT_EQ(
        world
            .ask(request(
                "POST /login",
                "Cookie: __Host-guest=AAAAAAAAAAAAAAAAAAAAAA\r\n" + std::string(kForm),
                body
            ))
            .status,
        403
    );
}

TEST_F(Pipeline, HoldsACookieToTheTokenOnApiRoutesToo) {
    world.start();
    EXPECT_EQ(world.ask(request("POST /api/v1/sites", kAda)).status, 403);
    EXPECT_EQ(
        world.ask(request("POST /api/v1/sites", "Authorization: Bearer k-ada\r\n")).status, 200
    );
    EXPECT_EQ(
        world.ask(request("POST /api/v1/sites", "Authorization: Bearer wrong\r\n")).status, 401
    );
}

TEST_F(Pipeline, AnswersErrorsOfTheApiAsProblemDocuments) {
    world.start();
    const auto reply = world.ask(request("GET /api/v1/nothing"));
    EXPECT_EQ(reply.status, 404);
    EXPECT_EQ(reply.header("content-type"), "application/problem+json; charset=utf-8");
    EXPECT_NE(reply.body.find("\"code\":\"not_found\""), std::string::npos);
    EXPECT_NE(reply.body.find(reply.header("x-request-id").value()), std::string::npos);
    const auto wrong_method = world.ask(request("PUT /sites"));
    EXPECT_EQ(wrong_method.status, 405);
    EXPECT_EQ(wrong_method.header("allow"), "GET, HEAD, POST");
}

TEST_F(Pipeline, PutsTheSecurityHeadersOnEveryAnswer) {
    world.start();
    for (const auto& bytes :
         {request("GET /sites", kAda),
          request("GET /sites"),
          request("GET /nowhere"),
          request("PUT /sites"),
          request("GET /api/v1/sites", kAda),
          std::string("GET /x HTTP/1.1\r\n\r\n"),
          std::string("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"),
          request("GET /a%00b"),
          request("POST /sites", {}, std::string(70'000, 'x'))}) {
        const auto reply = world.ask(bytes);
        const auto csp = reply.header("content-security-policy").value_or("");
        EXPECT_TRUE(csp.starts_with("default-src 'none'; script-src 'nonce-")) << reply.head;
        EXPECT_NE(csp.find("' 'strict-dynamic'; style-src 'self' 'nonce-"), std::string::npos);
        EXPECT_EQ(csp.find("unsafe"), std::string::npos);
        EXPECT_EQ(reply.header("x-content-type-options"), "nosniff");
        EXPECT_EQ(reply.header("x-frame-options"), "DENY");
        EXPECT_EQ(reply.header("referrer-policy"), "same-origin");
        EXPECT_EQ(reply.header("cross-origin-opener-policy"), "same-origin");
        EXPECT_EQ(reply.header("cross-origin-resource-policy"), "same-origin");
        EXPECT_EQ(reply.header("strict-transport-security"), "max-age=63072000; includeSubDomains");
        const auto permissions = reply.header("permissions-policy").value_or("");
        EXPECT_NE(permissions.find("camera=()"), std::string::npos);
        EXPECT_EQ(permissions.find("web-share"), std::string::npos) << "Chromium warns of it";
        EXPECT_EQ(reply.header("cache-control"), "no-store");
        EXPECT_EQ(reply.header("server"), std::nullopt);
        EXPECT_NE(
            reply.header("content-type").value_or("").find("charset=utf-8"), std::string::npos
        ) << reply.head;
    }
}

TEST_F(Pipeline, GivesEachAnswerItsOwnNonce) {
    world.start();
    const auto one = world.ask(request("GET /sites", kAda));
    const auto two = world.ask(request("GET /sites", kAda));
    const auto nonce = one.body.substr(one.body.find("nonce=") + 6);
    EXPECT_GE(nonce.size(), 22U);
    EXPECT_NE(
        one.header("content-security-policy")->find("'nonce-" + nonce + "'"), std::string::npos
    );
    EXPECT_EQ(two.body.find(nonce), std::string::npos);
}

TEST_F(Pipeline, LimitsTheRateOfEachAddress) {
    world.dispatcher_options.rate_limits.login = {1, std::chrono::minutes{1}, 3};
    world.start();
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(world.ask(request("POST /login")).status, 403);
    }
    const auto reply = world.ask(request("POST /login", "X-Forwarded-For: 203.0.113.9\r\n"));
    EXPECT_EQ(reply.status, 429) << "an unknown peer cannot choose its address";
    EXPECT_TRUE(reply.header("retry-after").has_value());
    EXPECT_EQ(world.ask(request("GET /login")).status, 200);
    EXPECT_EQ(Wire(world.server->port(), "127.0.0.3").ask(request("POST /login")).status, 403);
}

TEST_F(Pipeline, TakesTheClientsAddressFromTrustedProxiesOnly) {
    world.dispatcher_options.trusted_proxies = {
        AddressRange::parse("127.0.0.2").value(), AddressRange::parse("10.0.0.0/8").value()};
    world.start();
    const auto ask = [&](const char* from, const std::string& forwarded) {
        return Wire(world.server->port(), from)
            .ask(request("GET /login?client=1", "X-Forwarded-For: " + forwarded + "\r\n"))
            .body;
    };
    EXPECT_EQ(ask("127.0.0.1", "203.0.113.9"), "127.0.0.1");
    EXPECT_EQ(ask("127.0.0.2", "203.0.113.9"), "203.0.113.9");
    EXPECT_EQ(ask("127.0.0.2", "6.6.6.6, 203.0.113.9, 10.1.2.3"), "203.0.113.9");
    EXPECT_EQ(ask("127.0.0.2", "nonsense"), "127.0.0.2");
}

TEST_F(Pipeline, ServesOnlyItsOwnHostNamesWhenTheyAreNamed) {
    world.dispatcher_options.allowed_hosts = {"panel.test"};
    world.start();
    EXPECT_EQ(world.ask("GET /login HTTP/1.1\r\nHost: PANEL.test:8080\r\n\r\n").status, 200);
    EXPECT_EQ(world.ask("GET /login HTTP/1.1\r\nHost: evil.test\r\n\r\n").status, 421);
}

TEST_F(Pipeline, RefusesAFormThatCannotBeDecoded) {
    world.start();
    const auto token = token_in(world.ask(request("GET /sites", kAda)));
    const auto post = [&](const std::string& body) {
        return world
            .ask(request(
                "POST /sites", kAda + std::string(kForm) + "X-CSRF-Token: " + token + "\r\n", body
            ))
            .status;
    };
    EXPECT_EQ(post("a=%zz"), 400);
    EXPECT_EQ(post("a=%00"), 400);
    EXPECT_EQ(post("a=%ff"), 400);
    std::string many;
    for (int i = 0; i < 1001; ++i) {
        many += "a=b&";
    }
    EXPECT_EQ(post(many), 400);
}

TEST(Assets, AreServedWithTheBestTwinAndRevalidated) {
    ScratchFolder folder;
    const auto write = [&](const std::string& name, const std::string& text) {
        std::ofstream(folder.path(name)) << text;
    };
    write("app.1f2e3d4c.css", "plain");
    write("app.1f2e3d4c.css.br", "brotli");
    write("app.1f2e3d4c.css.gz", "gzip");
    write("manifest.json", "{}");
    World world;
    world.router.add(StaticAssets::load(folder.path()).value().routes("/assets"));
    world.start();
    auto wire = world.connect();
    const auto get = [&](const std::string& name, const std::string& headers = {}) {
        return wire.ask("GET /assets/" + name + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
    };
    const auto brotli = get("app.1f2e3d4c.css", "Accept-Encoding: gzip, deflate, br\r\n");
    EXPECT_EQ(brotli.body, "brotli");
    EXPECT_EQ(brotli.header("content-encoding"), "br");
    EXPECT_EQ(brotli.header("content-type"), "text/css; charset=utf-8");
    EXPECT_EQ(brotli.header("cache-control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(brotli.header("vary"), "Accept-Encoding");
    EXPECT_EQ(get("app.1f2e3d4c.css", "Accept-Encoding: gzip, br;q=0\r\n").body, "gzip");
    EXPECT_EQ(get("app.1f2e3d4c.css").body, "plain");
    const auto etag = brotli.header("etag").value();
    auto not_modified = world.connect();
    not_modified.send(
        "GET /assets/app.1f2e3d4c.css HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"x\", W/" + etag +
        "\r\n\r\n"
    );
    EXPECT_NE(not_modified.read_until("\r\n\r\n").find("304 Not Modified"), std::string::npos);
    EXPECT_EQ(get("manifest.json").header("cache-control"), "public, max-age=0, must-revalidate");
    EXPECT_EQ(get("missing.css").status, 404);
    EXPECT_EQ(get("..%2f..%2fetc%2fpasswd").status, 400);
}

TEST(MetricsOnTheirOwnListener, ShowFiguresHealthAndReadiness) {
    SystemClock clock;
    SystemRandom random;
    telemetry::Metrics metrics;
    telemetry::Readiness readiness;
    readiness.set("database", false);
    metrics.counter("hostelry_test_total", "For the test.").add(3);
    MetricsListener listener({}, metrics, readiness, clock, random);
    ASSERT_TRUE(listener.start().has_value());
    const auto get = [&](const std::string& path) {
        return Wire(listener.port()).ask("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    };
    EXPECT_NE(get("/metrics").body.find("hostelry_test_total 3"), std::string::npos);
    EXPECT_EQ(get("/healthz").status, 200);
    const auto not_ready = get("/readyz");
    EXPECT_EQ(not_ready.status, 503);
    EXPECT_NE(not_ready.body.find("database"), std::string::npos);
    readiness.set("database", true);
    EXPECT_EQ(get("/readyz").status, 200);
    EXPECT_EQ(get("/other").status, 404);
}

TEST(AnAddressInUse, IsSaidPlainly) {
    World first;
    first.start();
    World second;
    second.server_options.listen = {
        {.address = "127.0.0.1", .port = first.server->port(), .tls = nullptr}};
    EXPECT_THROW(second.start(), std::runtime_error);
}

}  // namespace
}  // namespace hostelry::http::testing
