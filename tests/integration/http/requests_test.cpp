// Whole requests over real sockets: keep-alive, order, bodies, limits and everything that must
// close a connection.
#include "tests/integration/http/wire.h"
#include "tests/support/eventually.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace hostelry::http::testing {
namespace {

using namespace std::chrono_literals;

/// Lets a handler wait until the test says go on.
class Gate {
public:
    void open() {
        const std::lock_guard lock(mutex_);
        is_open_ = true;
        condition_.notify_all();
    }
    void pass() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        condition_.notify_all();
        condition_.wait_for(lock, 20s, [this] { return is_open_; });
    }
    void await_waiting(int count) {
        std::unique_lock lock(mutex_);
        condition_.wait_for(lock, 20s, [this, count] { return waiting_ >= count; });
    }

private:
    std::mutex mutex_;
    std::condition_variable condition_;
    bool is_open_ = false;
    int waiting_ = 0;
};

class Requests : public ::testing::Test {
protected:
    Requests() {
        world.get("/hello", [](Exchange&) { return Response::text("hello"); });
        world.get(
            "/fast", [](Exchange&) { return Response::text("fast"); }, Run::Inline
        );
        world.get("/slow", [this](Exchange&) {
            gate.pass();
            return Response::text("slow");
        });
        world.post("/api/echo", [](Exchange& exchange) {
            return Response::text(std::string(exchange.request.body));
        });
    }
    ~Requests() override { gate.open(); }

    Gate gate;
    World world;
};

TEST_F(Requests, AreAnsweredOnOneConnectionOneAfterTheOther) {
    world.start();
    auto wire = world.connect();
    for (int i = 0; i < 100; ++i) {
        const auto reply = wire.ask(i % 2 == 0 ? kHello : "GET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
        ASSERT_EQ(reply.status, 200);
        ASSERT_EQ(reply.body, i % 2 == 0 ? "hello" : "fast");
    }
}

TEST_F(Requests, KeepTheirOrderWhenPipelinedAcrossInlineAndWorkerRoutes) {
    world.start();
    auto wire = world.connect();
    std::string bytes;
    for (int i = 0; i < 60; ++i) {
        bytes += i % 3 == 0 ? kHello : "GET /fast HTTP/1.1\r\nHost: a\r\n\r\n";
    }
    wire.send(bytes);
    for (int i = 0; i < 60; ++i) {
        ASSERT_EQ(wire.read_reply().body, i % 3 == 0 ? "hello" : "fast") << i;
    }
}

TEST_F(Requests, AreAnsweredWhenTheyComeByteByByte) {
    world.start();
    auto wire = world.connect();
    for (const char byte : std::string(kHello)) {
        wire.send(std::string_view(&byte, 1));
    }
    EXPECT_EQ(wire.read_reply().body, "hello");
}

TEST_F(Requests, AreAnsweredWhenThePeerHasFinishedSending) {
    world.start();
    auto wire = world.connect();
    wire.send(kHello);
    wire.finish_sending();
    EXPECT_EQ(wire.read_reply().body, "hello");
    EXPECT_TRUE(wire.is_closed());
}

TEST_F(Requests, ForHeadGetTheHeadOnly) {
    world.get("/streamed", [](Exchange&) {
        return Response::stream("text/plain", [](std::size_t) { return std::string("x"); });
    });
    world.start();
    auto wire = world.connect();
    wire.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto head = wire.read_until("\r\n\r\n");
    EXPECT_NE(head.find("Content-Length: 5"), std::string::npos);
    wire.send("HEAD /streamed HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_NE(wire.read_until("\r\n\r\n").find("200 OK"), std::string::npos);
    EXPECT_EQ(wire.ask(kHello).body, "hello") << "no byte of a body may stand between";
}

TEST_F(Requests, CarryTheirBodyWhole) {
    world.start();
    auto wire = world.connect();
    const std::string body(3000, 'b');
    EXPECT_EQ(
        wire.ask("POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n" + body).body,
        body
    );
    EXPECT_EQ(wire.ask(kHello).body, "hello");
}

TEST_F(Requests, WithChunkedBodiesAreDecodedAndCloseTheConnection) {
    world.start();
    auto wire = world.connect();
    const auto reply = wire.ask(
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n5\r\ndefgh\r\n0\r\n\r\n" +
        std::string(kHello)
    );
    EXPECT_EQ(reply.body, "abcdefgh");
    EXPECT_EQ(reply.header("connection"), "close");
    EXPECT_TRUE(wire.is_closed());
}

TEST_F(Requests, WithABadChunkAreRefused) {
    world.start();
    for (const auto* chunks :
         {"x\r\n",
          "3;a=b\r\nabc\r\n",
          "3\nabc\r\n",
          "3\r\nabcd\r\n",
          "-1\r\n",
          "0\r\nA: b\r\n\r\n"}) {
        auto wire = world.connect();
        const auto reply = wire.ask(
            std::string("POST /api/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            ) +
            chunks
        );
        EXPECT_EQ(reply.status, 400) << chunks;
        EXPECT_TRUE(wire.is_closed()) << chunks;
    }
}

TEST_F(Requests, WithAShortBodyAreRefused) {
    world.start();
    auto wire = world.connect();
    wire.send("POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    wire.finish_sending();
    EXPECT_EQ(wire.read_reply().status, 400);
    EXPECT_TRUE(wire.is_closed());
}

TEST_F(Requests, ThatAreMalformedGetTheirStatusAndTheEnd) {
    world.start();
    const std::pair<std::string, int> cases[] = {
        {"GET /hello HTTP/1.1\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\nHost: a\n\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        {"POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
         "chunked\r\n\r\nabc",
         400},
        {"POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
         400},
        {"POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
        {"POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc", 400},
        {"POST /api/echo HTTP/1.1\r\nHost: a\r\n\r\n", 411},
        {"POST /api/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
        {"POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: magic\r\n\r\n", 417},
        {"GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 400},
        {"GET /hello HTTP/9.9\r\nHost: a\r\n\r\n", 505},
        {"BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"OPTIONS /hello HTTP/1.1\r\nHost: a\r\n\r\n", 405},
        {"GET http://a/hello HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: a\r\nX: a\x01z\r\n\r\n", 400},
        {"GET /a/../hello HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /a/%2e%2e/hello HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /hello%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /hello?a=%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"\x16\x03\x01\x02", 400},
        {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
        {"GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(9000, 'a') + "\r\n\r\n", 431},
    };
    for (const auto& [bytes, status] : cases) {
        auto wire = world.connect();
        const auto reply = wire.ask(bytes);
        EXPECT_EQ(reply.status, status) << bytes.substr(0, 200);
        EXPECT_EQ(reply.header("connection"), "close") << bytes.substr(0, 200);
        EXPECT_TRUE(wire.is_closed()) << bytes.substr(0, 200);
    }
    EXPECT_EQ(world.ask(kHello).status, 200);
}

TEST_F(Requests, HiddenInAnUnreadBodyAreNeverServed) {
    world.add(
        {.method = Method::Post,
         .path = "/closed",
         .permission = "self",
         .access = Access::SignedIn,
         .csrf = Csrf::Token,
         .rate = RateClass::Page,
         .handler = [](Exchange&) { return Response::text("never"); }}
    );
    world.start();
    const std::string hidden(kHello);
    const auto length = "Content-Length: " + std::to_string(hidden.size()) + "\r\n\r\n" + hidden;
    const auto too_long = "Content-Length: 70000\r\n\r\n" + hidden;
    for (const auto& bytes :
         {"POST /nowhere HTTP/1.1\r\nHost: a\r\n" + length,
          "POST /hello HTTP/1.1\r\nHost: a\r\n" + length,
          "GET /hello HTTP/1.1\r\nHost: a\r\n" + length,
          "POST /closed HTTP/1.1\r\nHost: a\r\n" + too_long,
          "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n" + hidden}) {
        auto wire = world.connect();
        const auto reply = wire.ask(bytes);
        EXPECT_GE(reply.status, 400) << bytes.substr(0, 60);
        EXPECT_TRUE(wire.is_closed()) << bytes.substr(0, 60) << wire.rest();
    }
}

TEST_F(Requests, WithALargeBodyAreSpooledAndArriveWhole) {
    world.add(
        {.method = Method::Post,
         .path = "/api/upload",
         .permission = "self",
         .access = Access::SignedIn,
         .csrf = Csrf::None,
         .rate = RateClass::Api,
         .handler =
             [](Exchange& exchange) {
                 std::size_t sum = 0;
                 for (const char byte : exchange.request.body) {
                     sum += static_cast<unsigned char>(byte);
                 }
                 return Response::text(
                     std::to_string(exchange.request.body.size()) + ":" + std::to_string(sum)
                 );
             },
         .max_body = 8 * 1024 * 1024}
    );
    world.start();
    auto wire = world.connect();
    std::string body;
    std::size_t sum = 0;
    for (std::size_t i = 0; i < 3'000'000; ++i) {
        body += static_cast<char>(i * 7 % 251);
        sum += i * 7 % 251;
    }
    const auto reply = wire.ask(
        "POST /api/upload HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer k-ada\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body
    );
    EXPECT_EQ(reply.body, std::to_string(body.size()) + ":" + std::to_string(sum));
    EXPECT_EQ(wire.ask(kHello).body, "hello");
    // Nobody signed in: refused from the head, before a byte of the body is asked for.
    EXPECT_EQ(
        world.ask("POST /api/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n").status,
        401
    );
}

TEST_F(Requests, ThatExpectAContinueGetItOnlyWhenTheyMaySend) {
    world.start();
    auto wire = world.connect();
    wire.send(
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    );
    EXPECT_EQ(wire.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(wire.ask("abc").body, "abc");
    auto large = world.connect();
    const auto reply = large.ask(
        "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\nExpect: "
        "100-continue\r\n\r\n"
    );
    EXPECT_EQ(reply.status, 413) << "an anonymous body has at most 64 KiB";
    EXPECT_TRUE(large.is_closed());
}

TEST_F(Requests, FromHttp10AreAnsweredAndTheConnectionCloses) {
    world.start();
    auto wire = world.connect();
    EXPECT_EQ(wire.ask("GET /hello HTTP/1.0\r\n\r\n").body, "hello");
    EXPECT_TRUE(wire.is_closed());
}

TEST_F(Requests, WaitForNobodyElse) {
    world.start();
    auto slow = world.connect();
    slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    gate.await_waiting(1);
    EXPECT_EQ(world.ask(kHello).body, "hello");
    gate.open();
    EXPECT_EQ(slow.read_reply().body, "slow");
}

TEST_F(Requests, BeyondTheQueueGet503AtOnce) {
    world.server_options.workers = 1;
    world.server_options.workers_awake = 1;
    world.server_options.limits.queue = 1;
    world.start();
    std::vector<Wire> busy;
    busy.push_back(world.connect());
    busy[0].send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    gate.await_waiting(1);
    busy.push_back(world.connect());
    busy[1].send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    while (figure(world.metrics, "hostelry_http_queue") < 1) {
        std::this_thread::yield();
    }
    auto wire = world.connect();
    const auto reply = wire.ask(kHello);
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.header("retry-after"), "1");
    EXPECT_TRUE(wire.is_closed());
    EXPECT_EQ(world.ask("GET /fast HTTP/1.1\r\nHost: a\r\n\r\n").body, "fast")
        << "the loop still serves";
    EXPECT_EQ(figure(world.metrics, "hostelry_http_overload_total"), 1);
    gate.open();
    EXPECT_EQ(busy[0].read_reply().body, "slow");
    EXPECT_EQ(busy[1].read_reply().body, "slow");
}

TEST_F(Requests, ThatWaitTooLongInTheQueueGet503WithoutRunning) {
    world.server_options.workers = 1;
    world.server_options.workers_awake = 1;
    world.server_options.timeouts.queue = 100ms;
    world.start();
    auto first = world.connect();
    first.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    gate.await_waiting(1);
    EXPECT_EQ(world.ask(kHello).status, 503);
    gate.open();
    EXPECT_EQ(first.read_reply().body, "slow");
}

TEST_F(Requests, AreServedByMoreWorkersWhenHandlersBlock) {
    world.server_options.workers = 16;
    world.server_options.workers_awake = 1;
    world.start();
    std::vector<Wire> wires;
    for (int i = 0; i < 12; ++i) {
        wires.push_back(world.connect());
        wires.back().send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    gate.await_waiting(12);
    EXPECT_EQ(figure(world.metrics, "hostelry_http_workers_running"), 12);
    gate.open();
    for (auto& wire : wires) {
        EXPECT_EQ(wire.read_reply().body, "slow");
    }
}

TEST_F(Requests, FromClientsThatVanishHarmNobody) {
    world.start();
    for (int i = 0; i < 50; ++i) {
        auto wire = world.connect();
        wire.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        if (i % 2 == 0) {
            wire.vanish();
        }
        if (i == 3) {
            gate.open();
        }
    }
    EXPECT_EQ(world.ask(kHello).body, "hello");
}

TEST_F(Requests, OnAConnectionThatIsClosedHereButHeldByAForkedProcessAreNotReported) {
    // As every program that the panel runs holds its descriptors from fork to exec.
    world.server_options.timeouts.closing = std::chrono::milliseconds{20};
    world.start();
    auto wire = world.connect();
    EXPECT_EQ(wire.ask(kHello).status, 200);
    std::array<int, 2> release{};
    ASSERT_EQ(::pipe2(release.data(), O_CLOEXEC), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        char byte = 0;
        ::close(release[1]);
        static_cast<void>(::read(release[0], &byte, 1));
        ::_exit(0);
    }
    EXPECT_EQ(wire.ask("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status, 200);
    EXPECT_TRUE(hostelry::testing::eventually([&] {
        return figure(world.metrics, "hostelry_http_connections") == 0;
    }));
    // The child's copy keeps the socket open, so this arrives at a connection that is gone.
    wire.send("x");
    EXPECT_EQ(world.ask(kHello).status, 200);
    EXPECT_EQ(world.ask(kHello).status, 200);
    ::close(release[1]);
    ::waitpid(child, nullptr, 0);
    ::close(release[0]);
}

TEST_F(Requests, ThatThrowGetA500AndTheConnectionLives) {
    world.get("/broken", [](Exchange&) -> Response { throw std::runtime_error("secret detail"); });
    world.start();
    auto wire = world.connect();
    const auto reply = wire.ask("GET /broken HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.body.find("secret detail"), std::string::npos);
    EXPECT_EQ(wire.ask(kHello).body, "hello");
}

TEST_F(Requests, GetLongAnswersAndFilesWhole) {
    ScratchFolder folder;
    const std::string content(5'000'000, 'f');
    {
        std::FILE* file = std::fopen(folder.path("big").c_str(), "wb");
        std::fwrite(content.data(), 1, content.size(), file);
        std::fclose(file);
    }
    world.get("/body", [&](Exchange&) { return Response::text(content); });
    world.get("/file", [&](Exchange&) {
        return Response::file(folder.path("big"), "application/octet-stream", "big.bin").value();
    });
    world.get("/chunks", [&](Exchange&) {
        auto left = std::make_shared<int>(20);
        return Response::stream("text/plain; charset=utf-8", [left](std::size_t max) {
            return (*left)-- > 0 ? std::string(max, 'c') : std::string();
        });
    });
    world.start();
    auto wire = world.connect();
    wire.limit_receive_buffer(16 * 1024);
    EXPECT_EQ(wire.ask("GET /body HTTP/1.1\r\nHost: a\r\n\r\n").body, content);
    EXPECT_EQ(wire.ask("GET /file HTTP/1.1\r\nHost: a\r\n\r\n").body, content);
    EXPECT_EQ(
        wire.ask("GET /chunks HTTP/1.1\r\nHost: a\r\n\r\n").body, std::string(20 * 256 * 1024, 'c')
    );
    EXPECT_EQ(wire.ask(kHello).body, "hello");
}

TEST_F(Requests, WhoseStreamedAnswerFailsAreCut) {
    world.get("/cut", [](Exchange&) {
        return Response::stream(
            "text/plain",
            [](std::size_t) -> Result<std::string> { return fail(ErrorCode::Internal, "x"); },
            100
        );
    });
    world.start();
    auto wire = world.connect();
    wire.send("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_FALSE(wire.read_until("\r\n\r\n").empty());
    EXPECT_TRUE(wire.is_closed());
}

}  // namespace
}  // namespace hostelry::http::testing
