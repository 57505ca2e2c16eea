// The outbound client against our own server: what it may reach, its limits, and when it tries
// again.
#include "core/platform/http/outbound.h"

#include "core/platform/http/tls_context.h"

#include "tests/integration/http/wire.h"

#include <gtest/gtest.h>

#include <fstream>

namespace hostelry::http::testing {
namespace {

using namespace std::chrono_literals;

class Outbound : public ::testing::Test {
protected:
    Outbound() {
        world.get("/hello", [](Exchange& exchange) {
            auto response = Response::text(
                "hello " + std::string(exchange.request.header("x-test").value_or(""))
            );
            response.set_header("X-Answer", "yes");
            return response;
        });
        world.get("/away", [](Exchange&) { return Response::see_other("/hello"); });
        world.get("/big", [](Exchange&) { return Response::text(std::string(100'000, 'b')); });
        world.get("/flaky", [this](Exchange&) {
            return ++asked < 3 ? Response::text("later", 503) : Response::text("now");
        });
        world.post("/api/flaky", [this](Exchange&) {
            ++asked;
            return Response::text("later", 503);
        });
        world.post("/api/echo", [](Exchange& exchange) {
            return Response::text(std::string(exchange.request.body));
        });
        world.get("/slow", [](Exchange&) {
            std::this_thread::sleep_for(1s);
            return Response::text("slow");
        });
    }

    void start() {
        world.start();
        options.schemes = {"http"};
        options.ports = {world.server->port()};
        options.allow_private = {AddressRange::parse("127.0.0.1").value()};
    }

    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(world.server->port()) + path;
    }

    World world;
    OutboundOptions options;
    std::atomic<int> asked{0};
};

TEST_F(Outbound, SendsHeadersAndBodiesAndReadsTheAnswer) {
    start();
    OutboundClient client(options);
    const auto hello = client.send({.url = url("/hello"), .headers = {{"X-Test", "you"}}});
    ASSERT_TRUE(hello.has_value()) << hello.error().cause;
    EXPECT_EQ(hello->status, 200);
    EXPECT_EQ(hello->body, "hello you");
    EXPECT_EQ(hello->header("x-answer"), "yes");
    const auto echo =
        client.send({.method = Method::Post, .url = url("/api/echo"), .body = "some body"});
    ASSERT_TRUE(echo.has_value()) << echo.error().cause;
    EXPECT_EQ(echo->body, "some body");
    const auto missing = client.send({.url = url("/missing")});
    EXPECT_EQ(missing->status, 404);
}

TEST_F(Outbound, ReachesNoInternalAddressUnlessTheOperatorAllowsIt) {
    start();
    options.allow_private.clear();
    OutboundClient client(options);
    const auto port = std::to_string(world.server->port());
    for (const auto* host :
         {"127.0.0.1",
          "localhost",
          "[::1]",
          "0.0.0.0",
          "[::ffff:127.0.0.1]",
          "127.1",
          "2130706433",
          "0x7f000001"}) {
        const auto result =
            client.send({.url = std::string("http://") + host + ":" + port + "/hello"});
        ASSERT_FALSE(result.has_value()) << host;
        EXPECT_TRUE(
            result.error().code == ErrorCode::Forbidden ||
            result.error().code == ErrorCode::ProviderUnavailable
        ) << host
          << ' ' << result.error().message;
    }
    EXPECT_EQ(figure(world.metrics, "hostelry_http_connections"), 0);
    EXPECT_EQ(world.authenticator.asked, 0) << "no request arrived";
}

TEST_F(Outbound, RefusesSchemesPortsNamesAndControlBytes) {
    start();
    OutboundClient client(options);
    const std::pair<std::string, ErrorCode> cases[] = {
        {"file:///etc/passwd", ErrorCode::Forbidden},
        {"gopher://127.0.0.1/", ErrorCode::Forbidden},
        {"https://127.0.0.1/", ErrorCode::Forbidden},
        {"http://127.0.0.1:22/", ErrorCode::Forbidden},
        {"http://user:secret@127.0.0.1/", ErrorCode::Invalid},
        {"http://127.0.0.1/a b", ErrorCode::Invalid},
        {"http://127.0.0.1/\r\nX: y", ErrorCode::Invalid},
        {"nonsense", ErrorCode::Forbidden},
        {"", ErrorCode::Invalid},
    };
    for (const auto& [address, code] : cases) {
        const auto result = client.send({.url = address});
        ASSERT_FALSE(result.has_value()) << address;
        EXPECT_TRUE(result.error().code == code || result.error().code == ErrorCode::Invalid)
            << address;
    }
    const auto split =
        client.send({.url = url("/hello"), .headers = {{"X-Test", "a\r\nX-Evil: b"}}});
    ASSERT_FALSE(split.has_value());
    EXPECT_EQ(split.error().code, ErrorCode::Invalid);
}

TEST_F(Outbound, FollowsNoRedirect) {
    start();
    OutboundClient client(options);
    const auto result = client.send({.url = url("/away")});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->status, 303);
}

TEST_F(Outbound, CapsSizeAndTime) {
    start();
    OutboundClient client(options);
    const auto big = client.send({.url = url("/big"), .max_bytes = 1000});
    ASSERT_FALSE(big.has_value());
    EXPECT_EQ(big.error().code, ErrorCode::QuotaExceeded);
    const auto slow = client.send({.url = url("/slow"), .timeout = 100ms});
    ASSERT_FALSE(slow.has_value());
    EXPECT_EQ(slow.error().code, ErrorCode::Timeout);
    EXPECT_FALSE(slow.error().maybe_applied) << "GET changes nothing";
}

TEST_F(Outbound, TriesAgainOnlyWhereNothingCanHaveHappened) {
    start();
    OutboundClient client(options);
    const auto flaky = client.send({.url = url("/flaky"), .retries = 3});
    ASSERT_TRUE(flaky.has_value());
    EXPECT_EQ(flaky->body, "now");
    asked = 0;
    const auto post = client.send({.method = Method::Post, .url = url("/api/flaky"), .retries = 3});
    ASSERT_TRUE(post.has_value());
    EXPECT_EQ(post->status, 503);
    EXPECT_EQ(asked, 1);
}

TEST_F(Outbound, SaysWhenAChangeMayHaveHappened) {
    world.post("/api/slow", [](Exchange&) {
        std::this_thread::sleep_for(500ms);
        return Response::text("done");
    });
    start();
    OutboundClient client(options);
    const auto slow =
        client.send({.method = Method::Post, .url = url("/api/slow"), .body = "x", .timeout = 100ms}
        );
    ASSERT_FALSE(slow.has_value());
    EXPECT_TRUE(slow.error().maybe_applied);
    const auto port = world.server->port();
    world.server->stop();
    options.ports = {port};
    const auto gone =
        OutboundClient(options).send({.method = Method::Post, .url = url("/api/slow"), .body = "x"}
        );
    ASSERT_FALSE(gone.has_value());
    EXPECT_EQ(gone.error().code, ErrorCode::ProviderUnavailable);
    EXPECT_FALSE(gone.error().maybe_applied) << "nothing was connected";
}

TEST_F(Outbound, TrustsAnOwnAuthorityOnlyWhereItIsGiven) {
    ScratchFolder folder;
    make_self_signed({"127.0.0.1"}, folder.path("chain.pem"), folder.path("key.pem")).value();
    world.server_options.listen[0].tls =
        TlsContext::load(folder.path("chain.pem"), folder.path("key.pem")).value();
    start();
    options.schemes = {"https"};
    auto address = url("/hello");
    address.insert(4, "s");
    const auto refused = OutboundClient(options).send({.url = address});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::ProviderRefused) << refused.error().cause;
    const auto given =
        OutboundClient(options).send({.url = address, .ca_file = folder.path("chain.pem")});
    ASSERT_TRUE(given.has_value()) << given.error().cause;
    EXPECT_EQ(given->status, 200);
    options.extra_ca_file = folder.path("chain.pem");
    EXPECT_TRUE(OutboundClient(options).send({.url = address}).has_value());
}

}  // namespace
}  // namespace hostelry::http::testing
