// Server-sent events over real sockets: topics, resume, slow readers, the end of a session.
#include "tests/integration/http/wire.h"

#include <gtest/gtest.h>

#include <thread>

namespace hostelry::http::testing {
namespace {

using namespace std::chrono_literals;

class Streams : public ::testing::Test {
protected:
    Streams() {
        world.add(
            {.method = Method::Get,
             .path = "/events",
             .permission = "self",
             .access = Access::SignedIn,
             .csrf = Csrf::None,
             .rate = RateClass::Page,
             .handler =
                 [](Exchange& exchange) {
                     EventSubscription subscription;
                     subscription.topics = {
                         "tenant:1", "tenant:1:" + exchange.request.query("more").value_or("x")};
                     subscription.session_key = exchange.signed_in().session_key;
                     if (const auto last = exchange.request.header("last-event-id")) {
                         subscription.last_event_id = std::string(*last);
                     }
                     return Response::event_stream(std::move(subscription));
                 }}
        );
    }

    Wire open(const std::string& more_headers = {}) {
        auto wire = world.connect();
        wire.send(
            "GET /events?more=jobs HTTP/1.1\r\nHost: a\r\nCookie: __Host-session=s-ada\r\n" +
            more_headers + "\r\n"
        );
        EXPECT_NE(wire.read_until("\r\n\r\n").find("text/event-stream"), std::string::npos);
        EXPECT_EQ(wire.read_until("\n\n"), "retry: 2000\n\n");
        return wire;
    }

    static std::string id_of(const std::string& event) {
        const auto begin = event.find("id: ") + 4;
        return event.substr(begin, event.find('\n', begin) - begin);
    }

    World world;
};

TEST_F(Streams, GetWhatIsPublishedToTheirTopicsAndNothingElse) {
    world.start();
    auto wire = open();
    world.hub.publish("tenant:2", "job", "not ours");
    world.hub.publish("tenant:1", "job", "one\ntwo\r\nthree");
    world.hub.publish("tenant:1:jobs", "site", "four");
    const auto first = wire.read_until("\n\n");
    EXPECT_NE(first.find("event: job\ndata: one\ndata: two\ndata: three\n"), std::string::npos)
        << first;
    EXPECT_NE(wire.read_until("\n\n").find("event: site\ndata: four\n"), std::string::npos);
}

TEST_F(Streams, NeedASignIn) {
    world.start();
    EXPECT_EQ(world.ask("GET /events HTTP/1.1\r\nHost: a\r\n\r\n").status, 401);
}

TEST_F(Streams, ResumeWithoutAGapOrADouble) {
    world.start();
    std::string last;
    {
        auto wire = open();
        world.hub.publish("tenant:1", "n", "1");
        last = id_of(wire.read_until("\n\n"));
    }
    for (int i = 2; i <= 20; ++i) {
        world.hub.publish(i % 2 == 0 ? "tenant:1" : "tenant:1:jobs", "n", std::to_string(i));
    }
    auto wire = open("Last-Event-ID: " + last + "\r\n");
    world.hub.publish("tenant:1", "n", "21");
    for (int i = 2; i <= 21; ++i) {
        EXPECT_NE(
            wire.read_until("\n\n").find("data: " + std::to_string(i) + "\n"), std::string::npos
        ) << i;
    }
}

TEST_F(Streams, BeginWhereThePageWasMade) {
    world.start();
    const auto made = world.hub.last_event_id();
    world.hub.publish("tenant:1", "job", "before the stream");
    auto wire = open("Last-Event-ID: " + made + "\r\n");
    EXPECT_NE(wire.read_until("\n\n").find("before the stream"), std::string::npos);
    world.hub.publish("tenant:1", "job", "after it");
    EXPECT_NE(wire.read_until("\n\n").find("after it"), std::string::npos);
}

TEST_F(Streams, ResumeExactlyWhileEventsArePublished) {
    world.dispatcher_options.rate_limits.page.count = 0;
    world.start();
    std::atomic<int> seen{0};
    std::atomic<int> published{0};
    std::atomic<bool> done{false};
    auto wire = open();
    std::thread publisher([&] {
        while (!done) {
            world.hub.publish("tenant:1", "n", std::to_string(++published));
            // Paced, so that events fall into the moments in which a stream begins.
            std::this_thread::sleep_for(20us);
            // The ring holds 256; nobody may fall further behind here.
            while (published - seen > 200 && !done) {
                std::this_thread::yield();
            }
        }
    });
    std::string last;
    const auto read_one = [&] {
        const auto event = wire.read_until("\n\n");
        last = id_of(event);
        EXPECT_NE(event.find("data: " + std::to_string(seen + 1) + "\n"), std::string::npos)
            << event << " after " << seen;
        ++seen;
    };
    for (int connection = 0; connection < 100 && !HasFailure(); ++connection) {
        // Past what was there when the stream began: a double would come right after that.
        for (const int until = published + 5; seen < until && !HasFailure();) {
            read_one();
        }
        auto next = open("Last-Event-ID: " + last + "\r\n");
        wire.swap(next);
    }
    done = true;
    publisher.join();
}

TEST_F(Streams, AreToldToReloadWhenTooMuchWasMissed) {
    world.start();
    auto wire = open();
    world.hub.publish("tenant:1", "n", "1");
    const auto last = id_of(wire.read_until("\n\n"));
    for (int i = 0; i < 400; ++i) {
        world.hub.publish("tenant:1", "n", "many");
    }
    for (const auto& id : {last, std::string("of-another-process-1")}) {
        auto late = world.connect();
        late.send(
            "GET /events HTTP/1.1\r\nHost: a\r\nCookie: __Host-session=s-ada\r\nLast-Event-ID: " +
            id + "\r\n\r\n"
        );
        EXPECT_FALSE(late.read_until("retry: 2000\n\n").empty());
        EXPECT_EQ(late.read_until("\n\n"), "event: resync\ndata: \n\n");
    }
}

TEST_F(Streams, ThatDoNotReadAreDroppedAndOthersGetAllOfIt) {
    world.start();
    auto stuck = world.connect();
    stuck.limit_receive_buffer(4096);
    stuck.send("GET /events HTTP/1.1\r\nHost: a\r\nCookie: __Host-session=s-ada\r\n\r\n");
    auto good = open();
    while (world.hub.streams() < 2) {
        std::this_thread::yield();
    }
    const std::string payload(8 * 1024, 'p');
    for (int i = 0; i < 300; ++i) {
        world.hub.publish("tenant:1", "n", payload);
        EXPECT_FALSE(good.read_until("\n\n").empty()) << i;
    }
    EXPECT_EQ(world.hub.streams(), 1U);
    EXPECT_EQ(figure(world.metrics, "hostelry_http_slow_readers_total"), 1);
}

TEST_F(Streams, ReachHundredsOfReadersInOrder) {
    world.server_options.limits.connections_per_address = 2000;
    world.dispatcher_options.rate_limits.page.count = 0;
    world.start();
    std::vector<Wire> wires;
    for (int i = 0; i < 300; ++i) {
        wires.push_back(open());
        if (i % 3 == 0) {
            wires.pop_back();  // Some leave again; nobody else may miss an event for that.
        }
    }
    for (int i = 0; i < 5; ++i) {
        world.hub.publish("tenant:1", "n", "event " + std::to_string(i));
    }
    for (auto& wire : wires) {
        for (int i = 0; i < 5; ++i) {
            ASSERT_NE(
                wire.read_until("\n\n").find("data: event " + std::to_string(i) + "\n"),
                std::string::npos
            );
        }
    }
}

TEST_F(Streams, EndWithTheirSession) {
    world.server_options.timeouts.session_check = 50ms;
    world.start();
    auto told = open();
    world.hub.end_session("session-of-ada");
    EXPECT_EQ(told.read_until("\n\n"), "retry: 1000\n\n");
    EXPECT_TRUE(told.is_closed());
    auto asked = open();
    world.authenticator.session_ended = true;
    EXPECT_EQ(asked.read_until("\n\n"), "retry: 1000\n\n");
    EXPECT_TRUE(asked.is_closed());
    EXPECT_EQ(world.hub.streams(), 0U);
}

TEST_F(Streams, GetACommentWhenNothingHappens) {
    world.server_options.timeouts.stream_comment = 50ms;
    world.start();
    auto wire = open();
    EXPECT_EQ(wire.read_until("\n\n"), ":\n\n");
    EXPECT_EQ(wire.read_until("\n\n"), ":\n\n");
}

}  // namespace
}  // namespace hostelry::http::testing
