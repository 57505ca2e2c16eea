// Stopping: what runs is finished, what waits is ended, nothing new begins.
#include "tests/integration/http/wire.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace hostelry::http::testing {
namespace {

using namespace std::chrono_literals;

TEST(Drain, AnswersWhatRunsClosesWhatIsIdleAndRefusesWhatIsNew) {
    World world;
    std::promise<void> go_on;
    std::atomic<bool> runs{false};
    world.get("/slow", [&, gate = go_on.get_future().share()](Exchange&) {
        runs = true;
        gate.wait_for(20s);
        return Response::text("done");
    });
    world.get("/hello", [](Exchange&) { return Response::text("hello"); });
    world.get("/events", [](Exchange&) {
        return Response::event_stream({.topics = {"t"}, .session_key = "", .last_event_id = {}});
    });
    world.start();
    auto idle = world.connect();
    EXPECT_EQ(idle.ask("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
    auto stream = world.connect();
    stream.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_FALSE(stream.read_until("retry: 2000\n\n").empty());
    auto busy = world.connect();
    busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!runs) {
        std::this_thread::yield();
    }
    const auto port = world.server->port();
    auto stopping = std::async(std::launch::async, [&] { world.server->stop(); });
    EXPECT_TRUE(idle.is_closed());
    EXPECT_EQ(stream.read_until("\n\n"), "retry: 1000\n\n");
    EXPECT_TRUE(stream.is_closed());
    EXPECT_THROW(Wire{port}, std::runtime_error);
    EXPECT_EQ(stopping.wait_for(50ms), std::future_status::timeout) << "a request still runs";
    go_on.set_value();
    const auto reply = busy.read_reply();
    EXPECT_EQ(reply.body, "done");
    EXPECT_EQ(reply.header("connection"), "close");
    EXPECT_TRUE(busy.is_closed());
    EXPECT_EQ(stopping.wait_for(5s), std::future_status::ready);
}

TEST(Drain, CutsWhatDoesNotEndInTime) {
    World world;
    world.server_options.timeouts.drain = 200ms;
    world.get("/hello", [](Exchange&) { return Response::text("hello"); });
    world.start();
    auto half = world.connect();
    half.send("GET /hello HTTP/1.1\r\n");
    std::this_thread::sleep_for(20ms);
    const auto began = std::chrono::steady_clock::now();
    world.server->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
    EXPECT_TRUE(half.is_closed());
}

TEST(Drain, LosesNoRequestUnderLoad) {
    World world;
    world.server_options.loops = 2;
    world.dispatcher_options.rate_limits.page.count = 0;
    std::atomic<int> handled{0};
    world.get("/count", [&](Exchange&) {
        ++handled;
        return Response::text("counted");
    });
    world.start();
    const auto port = world.server->port();
    std::atomic<int> answered{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back([&] {
            try {
                while (true) {
                    Wire wire(port);
                    Reply reply;
                    while ((reply = wire.ask("GET /count HTTP/1.1\r\nHost: a\r\n\r\n")).status ==
                           200) {
                        ++answered;
                    }
                }
            } catch (const std::runtime_error&) {
                // The server is gone.
            }
        });
    }
    while (answered < 200) {
        std::this_thread::yield();
    }
    world.server->stop();
    for (auto& client : clients) {
        client.join();
    }
    EXPECT_EQ(handled, answered) << "each request that a handler saw was answered";
}

}  // namespace
}  // namespace hostelry::http::testing
