// What a client may hold, and for how long: each deadline and limit, shortened.
#include "tests/integration/http/wire.h"

#include <gtest/gtest.h>

#include <thread>

namespace hostelry::http::testing {
namespace {

using namespace std::chrono_literals;

class Deadlines : public ::testing::Test {
protected:
    Deadlines() {
        world.get("/hello", [](Exchange&) { return Response::text("hello"); });
        world.get("/big", [](Exchange&) { return Response::text(std::string(8'000'000, 'b')); });
        world.post("/api/echo", [](Exchange& exchange) {
            return Response::text(std::string(exchange.request.body));
        });
    }

    World world;
};

TEST_F(Deadlines, EndAHeadThatDripsIn) {
    world.server_options.timeouts.head = 300ms;
    world.start();
    auto wire = world.connect();
    wire.send("GET /hello HTTP/1.1\r\n");
    std::atomic<bool> done{false};
    // Each byte comes well inside the deadline; together they must not prolong it.
    std::thread dripper([&] {
        while (!done) {
            wire.send("X");
            std::this_thread::sleep_for(20ms);
        }
    });
    const auto began = std::chrono::steady_clock::now();
    const auto reply = wire.read_reply();
    done = true;
    dripper.join();
    EXPECT_EQ(reply.status, 408);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
}

TEST_F(Deadlines, EndABodyThatStalls) {
    world.server_options.timeouts.body = 200ms;
    world.start();
    auto wire = world.connect();
    wire.send("POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
    EXPECT_EQ(wire.read_reply().status, 408);
    EXPECT_TRUE(wire.is_closed());
}

TEST_F(Deadlines, EndIdleConnectionsButNotBusyOnes) {
    world.server_options.timeouts.idle = 300ms;
    world.start();
    auto idle = world.connect();
    auto busy = world.connect();
    EXPECT_EQ(idle.ask(kHello).status, 200);
    for (int i = 0; i < 10; ++i) {
        ASSERT_EQ(busy.ask(kHello).status, 200);
        std::this_thread::sleep_for(60ms);
    }
    EXPECT_TRUE(idle.is_closed(1s));
}

TEST_F(Deadlines, DropAReaderThatDoesNotRead) {
    world.server_options.timeouts.flush = 200ms;
    world.start();
    auto wire = world.connect();
    wire.limit_receive_buffer(4096);
    wire.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    while (world.server->connections() > 0) {
        std::this_thread::sleep_for(10ms);
        ASSERT_EQ(world.ask(kHello).status, 200) << "others are served meanwhile";
    }
}

TEST_F(Deadlines, KeepHalfSentAndIdleConnectionsFromHarmingOthers) {
    world.server_options.workers = 2;
    world.server_options.limits.connections_per_address = 1000;
    world.start();
    std::vector<Wire> open;
    for (int i = 0; i < 300; ++i) {
        open.push_back(world.connect());
        open.back().send(i % 2 == 0 ? "GET /hello HTTP/1.1\r\nHo" : "");
    }
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(world.ask(kHello).body, "hello");
    EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
}

TEST_F(Deadlines, LimitConnectionsForEachAddress) {
    world.server_options.limits.connections_per_address = 3;
    world.start();
    std::vector<Wire> open;
    for (int i = 0; i < 3; ++i) {
        open.push_back(world.connect());
        ASSERT_EQ(open.back().ask(kHello).status, 200);
    }
    EXPECT_TRUE(world.connect().is_closed());
    EXPECT_EQ(Wire(world.server->port(), "127.0.0.2").ask(kHello).status, 200);
    open.clear();
    while (world.server->connections() > 0) {
        std::this_thread::yield();
    }
    EXPECT_EQ(world.ask(kHello).status, 200);
}

TEST_F(Deadlines, LimitConnectionsInAll) {
    world.server_options.limits.connections = 2;
    world.start();
    auto one = world.connect();
    auto two = world.connect();
    ASSERT_EQ(one.ask(kHello).status, 200);
    ASSERT_EQ(two.ask(kHello).status, 200);
    EXPECT_TRUE(world.connect().is_closed());
}

TEST_F(Deadlines, LimitRequestsOnAConnection) {
    world.server_options.limits.requests_per_connection = 3;
    world.start();
    auto wire = world.connect();
    EXPECT_EQ(wire.ask(kHello).header("connection"), std::nullopt);
    EXPECT_EQ(wire.ask(kHello).header("connection"), std::nullopt);
    EXPECT_EQ(wire.ask(kHello).header("connection"), "close");
    EXPECT_TRUE(wire.is_closed());
}

TEST_F(Deadlines, HoldWithEveryLimitAtOne) {
    world.server_options.workers = 1;
    world.server_options.workers_awake = 1;
    world.server_options.timeouts.closing = 20ms;
    world.server_options.limits = {
        .connections = 1,
        .connections_per_address = 1,
        .requests_per_connection = 1,
        .requests_per_turn = 1,
        .queue = 1,
        .stream_backlog_bytes = 1,
    };
    world.start();
    for (int i = 0; i < 20; ++i) {
        auto wire = world.connect();
        const auto reply = wire.ask(kHello);
        ASSERT_EQ(reply.body, "hello") << reply.head;
        ASSERT_TRUE(wire.is_closed());
        while (world.server->connections() > 0) {
            std::this_thread::yield();
        }
    }
}

}  // namespace
}  // namespace hostelry::http::testing
