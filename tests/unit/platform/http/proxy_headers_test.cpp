#include "core/platform/http/proxy_headers.h"

#include <gtest/gtest.h>

namespace hostelry::http {
namespace {

const ProxyRules kRules{.own_cookies = {"theme", "navigation"}};

Request request_with(std::initializer_list<std::pair<const char*, const char*>> fields) {
    Request request;
    request.client_address = "192.0.2.7";
    request.headers.add("host", "s1.preview.test:8081");
    for (const auto& [name, value] : fields) {
        request.headers.add(name, value);
    }
    return request;
}

bool holds(const std::string& head, std::string_view line) {
    return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
}

TEST(PlainHost, IsANameWithAnOptionalPort) {
    EXPECT_EQ(plain_host("S1.Preview.Test"), "s1.preview.test");
    EXPECT_EQ(plain_host("s1.preview.test:8081"), "s1.preview.test");
    for (const auto* other :
         {"", ":80", "a:", "a:80:80", "a:123456", "a:8x", "[::1]", "a_b", "user@host", "a/b"}) {
        EXPECT_FALSE(plain_host(other)) << other;
    }
}

TEST(UpstreamHead, HoldsTheTargetAsSentAndTheNameThatWasAskedFor) {
    const auto head =
        upstream_head(request_with({{"accept", "text/html"}}), "/a%2Fb/?x=%5B", kRules);
    EXPECT_TRUE(head.starts_with("GET /a%2Fb/?x=%5B HTTP/1.1\r\nHost: s1.preview.test:8081\r\n"));
    EXPECT_TRUE(holds(head, "accept: text/html"));
    EXPECT_TRUE(holds(head, "Connection: close"));
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
    EXPECT_EQ(head.find("ontent-"), std::string::npos);
}

TEST(UpstreamHead, LosesWhatEndsAtThisHop) {
    const auto head = upstream_head(
        request_with(
            {{"connection", "keep-alive, X-Secret"},
             {"x-secret", "1"},
             {"keep-alive", "timeout=5"},
             {"te", "trailers"},
             {"transfer-encoding", "chunked"},
             {"upgrade", "websocket"},
             {"expect", "100-continue"},
             {"proxy-authorization", "Basic x"}}
        ),
        "/",
        kRules
    );
    for (const auto* name :
         {"keep-alive", "x-secret", "\r\nte:", "transfer-", "upgrade", "expect", "proxy-"}) {
        EXPECT_EQ(head.find(name), std::string::npos) << name;
    }
}

TEST(UpstreamHead, SaysWhoAsksInOurWordsOnly) {
    const auto head = upstream_head(
        request_with(
            {{"x-forwarded-for", "10.0.0.1"},
             {"x-forwarded-proto", "https"},
             {"x-forwarded-host", "evil.test"},
             {"x_forwarded_for", "10.0.0.1"},
             {"x-real-ip", "10.0.0.1"},
             {"forwarded", "for=10.0.0.1"},
             {"proxy", "http://evil.test"},
             {"x-original-url", "/admin"}}
        ),
        "/",
        kRules
    );
    EXPECT_TRUE(holds(head, "X-Forwarded-For: 192.0.2.7"));
    EXPECT_TRUE(holds(head, "X-Forwarded-Proto: http"));
    EXPECT_TRUE(holds(head, "X-Forwarded-Host: s1.preview.test:8081"));
    for (const auto* forged : {"10.0.0.1", "evil.test", "/admin", "https"}) {
        EXPECT_EQ(head.find(forged), std::string::npos) << forged;
    }
}

TEST(UpstreamHead, CountsTheBodyItself) {
    auto request = request_with({{"content-length", "999"}});
    request.method = Method::Post;
    EXPECT_TRUE(holds(upstream_head(request, "/", kRules), "Content-Length: 0"));
    request.set_body("four");
    const auto head = upstream_head(request, "/", kRules);
    EXPECT_TRUE(holds(head, "Content-Length: 4"));
    EXPECT_EQ(head.find("999"), std::string::npos);
}

TEST(OwnCookies, NeverReachASite) {
    EXPECT_EQ(
        without_own_cookies(
            "__Host-session=secret; wp=1; theme=dark; __host-guest=x; navigation=rail;a=b=c", kRules
        ),
        "wp=1; a=b=c"
    );
    EXPECT_EQ(without_own_cookies("__Host-session=secret", kRules), "");
    const auto head = upstream_head(
        request_with({{"cookie", "__Host-session=secret; wordpress_test=1"}}), "/", kRules
    );
    EXPECT_TRUE(holds(head, "Cookie: wordpress_test=1"));
    EXPECT_EQ(head.find("secret"), std::string::npos);
}

TEST(SetCookie, StaysWithTheHostItComesFrom) {
    EXPECT_EQ(
        confined_cookie("a=1; Path=/; DOMAIN=.preview.test; HttpOnly", kRules),
        "a=1; Path=/; HttpOnly"
    );
    EXPECT_EQ(confined_cookie("a=1; domain = example.com ;Secure", kRules), "a=1; Secure");
    EXPECT_EQ(confined_cookie("a=Domain=x", kRules), "a=Domain=x");
}

TEST(SetCookie, MayNotPoseAsOneOfOurs) {
    for (const auto* cookie :
         {"__Host-session=evil; Secure; Path=/",
          "__HOST-session=evil",
          " __Host-guest=x",
          "theme=evil",
          "=__Host-session=evil",
          "nameless"}) {
        EXPECT_FALSE(confined_cookie(cookie, kRules)) << cookie;
    }
}

TEST(PassedFields, LeaveOutWhatSpeaksForMoreThanTheSite) {
    ResponseHead head;
    head.fields = {
        {"cache-control", "max-age=5"},
        {"connection", "close, x-hop"},
        {"x-hop", "1"},
        {"strict-transport-security", "max-age=1"},
        {"alt-svc", "h3=\":443\""},
        {"clear-site-data", "\"cookies\""},
        {"server", "nginx"},
        {"transfer-encoding", "chunked"},
        {"set-cookie", "a=1; Domain=preview.test"},
        {"set-cookie", "__Host-session=evil"},
        {"set-cookie", "b=2"}};
    const HeaderFields passed{
        {"cache-control", "max-age=5"}, {"set-cookie", "a=1"}, {"set-cookie", "b=2"}};
    EXPECT_EQ(passed_fields(head, kRules), passed);
}

TEST(Location, OfTheSiteStaysOnThePreview) {
    const std::vector<std::string> names{"example.com", "www.example.com"};
    const Visit visit{
        .scheme = "http", .host = "s1.preview.test:8081", .target = "/here?x=1", .names = names};
    const auto kept = [&](const char* location) { return kept_location(location, visit); };
    const std::string here = "http://s1.preview.test:8081";
    EXPECT_EQ(kept("/relative"), "/relative");
    EXPECT_EQ(kept("http://s1.preview.test/folder/"), here + "/folder/");
    EXPECT_EQ(kept("HTTPS://Example.com/there?y=2#z"), here + "/there?y=2#z");
    EXPECT_EQ(kept("//www.example.com"), here + "/");
    EXPECT_EQ(kept("https://example.com:443?q"), here + "/?q");
    EXPECT_EQ(kept("https://elsewhere.test/"), "https://elsewhere.test/");
    EXPECT_EQ(kept("https://example.com@evil.test/"), "https://example.com@evil.test/");
    EXPECT_EQ(kept("https://example.com.evil.test/"), "https://example.com.evil.test/");
    EXPECT_EQ(kept("http://s1.preview.test//evil.test/"), here + "//evil.test/");
}

TEST(Location, ThatWouldLeadInCirclesIsLeftAsItIs) {
    const std::vector<std::string> names{"example.com"};
    const Visit visit{
        .scheme = "http", .host = "s1.preview.test", .target = "/here?x=1", .names = names};
    EXPECT_EQ(kept_location("https://example.com/here?x=1", visit), "https://example.com/here?x=1");
    EXPECT_EQ(kept_location("https://example.com/here", visit), "http://s1.preview.test/here");
}

}  // namespace
}  // namespace hostelry::http
