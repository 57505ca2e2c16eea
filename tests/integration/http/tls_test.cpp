#include "core/platform/http/tls_context.h"

#include "tests/integration/http/wire.h"

#include <gtest/gtest.h>

#include <vector>

namespace hostelry::http::testing {
namespace {

class Tls : public ::testing::Test {
protected:
    Tls() {
        fingerprint =
            make_self_signed(
                {"localhost", "127.0.0.1"}, folder.path("chain.pem"), folder.path("key.pem")
            )
                .value();
        context = TlsContext::load(folder.path("chain.pem"), folder.path("key.pem")).value();
        world.server_options.listen = {{.address = "127.0.0.1", .port = 0, .tls = context}};
        world.get("/hello", [](Exchange& exchange) {
            return Response::text(exchange.request.is_tls ? "hello over tls" : "hello");
        });
        world.get(
            "/fast", [](Exchange&) { return Response::text("fast"); }, Run::Inline
        );
        world.get("/big", [](Exchange&) { return Response::text(std::string(3'000'000, 'b')); });
        world.post("/api/echo", [](Exchange& exchange) {
            return Response::text(std::string(exchange.request.body));
        });
        world.get("/events", [](Exchange&) {
            return Response::event_stream({.topics = {"t"}, .session_key = "", .last_event_id = {}}
            );
        });
        world.start();
    }

    Wire connect() {
        auto wire = world.connect();
        wire.start_tls();
        return wire;
    }

    ScratchFolder folder;
    std::string fingerprint;
    std::shared_ptr<TlsContext> context;
    World world;
};

TEST_F(Tls, ServesRequestsPipelinesBodiesAndLongAnswers) {
    auto wire = connect();
    EXPECT_EQ(wire.ask(kHello).body, "hello over tls");
    wire.send(std::string(kHello) + "GET /fast HTTP/1.1\r\nHost: a\r\n\r\n" + std::string(kHello));
    EXPECT_EQ(wire.read_reply().body, "hello over tls");
    EXPECT_EQ(wire.read_reply().body, "fast");
    EXPECT_EQ(wire.read_reply().body, "hello over tls");
    const std::string body(40'000, 'x');
    EXPECT_EQ(
        wire.ask("POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 40000\r\n\r\n" + body).body,
        body
    );
    EXPECT_EQ(wire.ask("GET /big HTTP/1.1\r\nHost: a\r\n\r\n").body, std::string(3'000'000, 'b'));
    EXPECT_EQ(wire.ask("GET /fast HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").body, "fast");
    EXPECT_TRUE(wire.is_closed());
}

TEST_F(Tls, SendsEvents) {
    auto wire = connect();
    wire.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_FALSE(wire.read_until("retry: 2000\n\n").empty());
    world.hub.publish("t", "n", "over tls");
    EXPECT_NE(wire.read_until("\n\n").find("data: over tls"), std::string::npos);
}

TEST_F(Tls, IsNotHeldByHalfAHandshakeOrByPlainText) {
    std::vector<Wire> half;
    for (int i = 0; i < 20; ++i) {
        half.push_back(world.connect());
        half.back().send(std::string("\x16\x03\x01\x02\x00\x01\x00", 7));
    }
    auto plain = world.connect();
    plain.send(kHello);
    EXPECT_EQ(connect().ask(kHello).body, "hello over tls");
    EXPECT_EQ(plain.read_reply().status, 0) << "plain HTTP gets no answer on a TLS port";
}

TEST_F(Tls, OutlivesClientsThatVanishWhileItWrites) {
    for (int i = 0; i < 20; ++i) {
        auto wire = connect();
        wire.limit_receive_buffer(4096);
        wire.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
        wire.read_until("\r\n\r\n");
        wire.vanish();
    }
    EXPECT_EQ(connect().ask(kHello).status, 200);
}

TEST_F(Tls, UsesANewCertificateForNewConnectionsAfterAReload) {
    auto standing = connect();
    EXPECT_EQ(certificate_fingerprint(folder.path("chain.pem")).value(), fingerprint);
    const auto renewed =
        make_self_signed({"localhost"}, folder.path("chain.pem"), folder.path("key.pem")).value();
    EXPECT_NE(renewed, fingerprint);
    EXPECT_TRUE(context->reload().has_value());
    EXPECT_EQ(standing.ask(kHello).status, 200);
    EXPECT_EQ(connect().ask(kHello).status, 200);
}

TEST_F(Tls, KeepsTheOldCertificateWhenTheNewOneIsBroken) {
    std::FILE* file = std::fopen(folder.path("key.pem").c_str(), "w");
    std::fputs("no key", file);
    std::fclose(file);
    const auto reloaded = context->reload();
    ASSERT_FALSE(reloaded.has_value());
    EXPECT_EQ(reloaded.error().code, ErrorCode::Invalid);
    EXPECT_EQ(connect().ask(kHello).status, 200);
}

}  // namespace
}  // namespace hostelry::http::testing
