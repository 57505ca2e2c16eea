// The agent's side of the connection against a panel of the test's own, over TLS on loopback.

#include "core/agent/runtime/session.h"

#include "core/agent/runtime/enrolment.h"
#include "core/agent/runtime/panel_link.h"

#include "tests/integration/agent/test_panel.h"
#include "tests/unit/agent/scratch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <signal.h>

#include <atomic>
#include <future>
#include <latch>

namespace hostelry::agent {

struct WaitFacts {
    std::string name;
};

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::WaitFacts>() {
    using hostelry::agent::WaitFacts;
    static const Description kDescription{"WaitFacts", {field<&WaitFacts::name>("name")}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

using namespace std::chrono_literals;

std::atomic<int> runs{0};

/// Counts its runs; stands for real work.
class Count final : public WithoutUndo<Command> {
public:
    explicit Count(WaitFacts /*facts*/) {}
    void check(Problems& /*problems*/) const override {}
    Result<Outcome> preview(Host& /*host*/) const override { return unchanged("Counted."); }
    Result<Outcome> apply(Host& /*host*/, const Memory& /*memory*/) const override {
        ++runs;
        return changed("Counted.");
    }
};

class AgentConnection : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        signal(SIGPIPE, SIG_IGN);
        sigset_t signals;
        sigemptyset(&signals);
        sigaddset(&signals, SIGTERM);
        sigaddset(&signals, SIGINT);
        pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    }

    AgentConnection() {
        registry_.add<Count, WaitFacts>("count");
        runs = 0;
    }

    PanelAddress address(const TestPanel& panel) const { return {"127.0.0.1", panel.port()}; }

    Identity identity(const TestPanel& panel, std::chrono::hours life = 720h) const {
        const auto request = *create_agent_request("server-1");
        return {
            address(panel),
            "server-1",
            request.key_pem,
            *issue_agent_certificate(ca_, request.csr_pem, "server-1", now_, life),
            ca_.certificate_pem};
    }

    /// The daemon in a thread of its own, stopped by SIGTERM as systemd would.
    std::future<int> start(const Identity& identity) {
        return std::async(std::launch::async, [this, identity] {
            return run_daemon(
                {.layout = layout_,
                 .clock = clock_,
                 .random = random_,
                 .runner = runner_,
                 .facts = [] { return std::string(R"({"cpu":{"count":2}})"); },
                 .sample = [] { return Sample{}; },
                 .version = "1.2.3",
                 .boot_id = "boot"},
                identity
            );
        });
    }
    static void stop(std::future<int>& daemon) {
        kill(getpid(), SIGTERM);
        EXPECT_EQ(daemon.get(), 0);
    }

    static PanelConnection welcome(TestPanel& panel) {
        auto connection = panel.accept();
        if (!connection) {
            throw std::runtime_error("no handshake");
        }
        connection->next_of<Hello>();
        connection->send(Welcome{});
        return std::move(*connection);
    }

    static std::string plan(int number) {
        return R"({"plan":"0192f0c1-2345-7abc-8def-0123456789a)" + std::to_string(number) +
               R"(","actions":[{"id":"a1","do":"count"}]})";
    }

    Scratch scratch_;
    Layout layout_ = scratch_.layout();
    SystemClock clock_;
    SystemRandom random_;
    TimePoint now_ = clock_.now();
    KeyAndCertificate ca_ = *create_agent_ca("test", now_);
    KeyAndCertificate leaf_ = *issue_panel_certificate(ca_, now_, 24h);
    Registry registry_;
    PlanRunner runner_{registry_, layout_, clock_};
};

TEST_F(AgentConnection, EnrolsWithATokenAtThePanelWithTheGivenFingerprint) {
    TestPanel panel(leaf_, ca_);
    auto enrolled = std::async(std::launch::async, [&] {
        return enrol(
            {address(panel),
             "server-1",
             "the token",
             read_certificate(ca_.certificate_pem)->fingerprint}
        );
    });
    auto connection = panel.accept();
    ASSERT_TRUE(connection);
    EXPECT_EQ(connection->agent_name(), "");
    const auto order = connection->next_of<Enrol>();
    EXPECT_EQ(order.token, "the token");
    connection->send(Enrolled{
        *issue_agent_certificate(ca_, order.csr_pem, order.server_id, now_, 720h),
        ca_.certificate_pem});
    const auto identity = enrolled.get();
    ASSERT_TRUE(identity) << identity.error().message;
    EXPECT_EQ(read_certificate(identity->certificate_pem)->common_name, "server-1");
}

TEST_F(AgentConnection, GivesItsTokenToNoOtherPanel) {
    TestPanel panel(leaf_, ca_);
    auto enrolled = std::async(std::launch::async, [&] {
        return enrol({address(panel), "server-1", "the token", "sha256:" + std::string(64, '0')});
    });
    const auto connection = panel.accept();
    EXPECT_FALSE(connection);
    EXPECT_EQ(enrolled.get().error().code, ErrorCode::Unauthenticated);
}

TEST_F(AgentConnection, RefusesAnAnswerWithAnotherAuthorityOrAnothersCertificate) {
    const auto other_ca = *create_agent_ca("other", now_);
    for (const bool other_authority : {true, false}) {
        TestPanel panel(leaf_, ca_);
        auto enrolled = std::async(std::launch::async, [&] {
            return enrol(
                {address(panel),
                 "server-1",
                 "t",
                 read_certificate(ca_.certificate_pem)->fingerprint}
            );
        });
        auto connection = panel.accept();
        ASSERT_TRUE(connection);
        const auto order = connection->next_of<Enrol>();
        connection->send(Enrolled{
            *issue_agent_certificate(
                ca_, order.csr_pem, other_authority ? "server-1" : "server-2", now_, 720h
            ),
            other_authority ? other_ca.certificate_pem : ca_.certificate_pem});
        EXPECT_FALSE(enrolled.get());
    }
}

TEST_F(AgentConnection, SaysWhyThePanelRefusesAToken) {
    TestPanel panel(leaf_, ca_);
    auto enrolled = std::async(std::launch::async, [&] {
        return enrol(
            {address(panel), "server-1", "t", read_certificate(ca_.certificate_pem)->fingerprint}
        );
    });
    auto connection = panel.accept();
    ASSERT_TRUE(connection);
    connection->next_of<Enrol>();
    connection->send(Bye{"refused", "This token was used before."});
    EXPECT_THAT(enrolled.get().error().message, ::testing::HasSubstr("was used before"));
}

TEST_F(AgentConnection, TalksToNobodyWhoIsNotThePanel) {
    const auto other_ca = *create_agent_ca("other", now_);
    const auto own = identity(TestPanel(leaf_, ca_));
    // An agent's own certificate, stolen: it may only ever play a client.
    const KeyAndCertificate stolen{own.key_pem, own.certificate_pem};
    const auto expired = *issue_panel_certificate(ca_, now_ - 48h, 24h);
    const auto foreign = *issue_panel_certificate(other_ca, now_, 24h);
    for (const auto* leaf : {&stolen, &expired, &foreign}) {
        TestPanel panel(*leaf, ca_);
        auto linked = std::async(std::launch::async, [&] {
            const auto mine = identity(panel);
            return PanelLink::connect(mine.panel, {mine.ca_pem, {}}, &mine, 10s).error().code;
        });
        EXPECT_FALSE(panel.accept());
        EXPECT_EQ(linked.get(), ErrorCode::Unauthenticated);
    }
}

TEST_F(AgentConnection, ShowsItsNameGreetsAndSendsHeartbeats) {
    TestPanel panel(leaf_, ca_);
    auto daemon = start(identity(panel));
    auto connection = panel.accept();
    ASSERT_TRUE(connection);
    EXPECT_EQ(connection->agent_name(), "server-1");
    const auto hello = connection->next_of<Hello>();
    EXPECT_EQ(hello.server_id, "server-1");
    EXPECT_EQ(hello.facts, R"({"cpu":{"count":2}})");
    connection->send(Welcome{.heartbeat_seconds = 1});
    connection->next_of<Heartbeat>();
    const auto ping = connection->next_of<Ping>();
    connection->send(Pong{ping.number});
    connection->next_of<Heartbeat>();
    EXPECT_THAT(*read_status(layout_), ::testing::HasSubstr("\"connected\":true"));
    stop(daemon);
    EXPECT_EQ(connection->next_of<Bye>().code, "stopping");
}

TEST_F(AgentConnection, CarriesOutAPlanOnceHoweverOftenItIsSent) {
    TestPanel panel(leaf_, ca_);
    auto daemon = start(identity(panel));
    {
        auto connection = welcome(panel);
        connection.send(PlanOrder{plan(1), 60});
        EXPECT_EQ(connection.next_of<Progress>().status, "running");
        EXPECT_EQ(connection.next_of<Progress>().status, "changed");
        EXPECT_TRUE(parse_outcome(connection.next_of<PlanResult>().result)->ok());
        connection.send(PlanOrder{plan(1), 60});
        EXPECT_TRUE(parse_outcome(connection.next_of<PlanResult>().result)->ok());
    }
    // The connection broke; the agent comes back by itself and still knows.
    auto connection = welcome(panel);
    connection.send(PlanOrder{plan(1), 60});
    EXPECT_TRUE(parse_outcome(connection.next_of<PlanResult>().result)->ok());
    EXPECT_EQ(runs, 1);
    stop(daemon);
}

TEST_F(AgentConnection, AnswersAPlanItCannotRead) {
    TestPanel panel(leaf_, ca_);
    auto daemon = start(identity(panel));
    auto connection = welcome(panel);
    connection.send(PlanOrder{R"({"plan":"x","actions":[]})", 60});
    const auto result = connection.next_of<PlanResult>();
    EXPECT_EQ(result.plan, "x");
    EXPECT_EQ(parse_outcome(result.result)->failure()->code, "invalid");
    stop(daemon);
}

TEST_F(AgentConnection, EndsASessionThatBreaksTheProtocolAndComesBack) {
    TestPanel panel(leaf_, ca_);
    auto daemon = start(identity(panel));
    {
        auto connection = welcome(panel);
        connection.send_bytes(std::string("\x00\x00\x00\x02[]", 6));
        EXPECT_EQ(connection.next_of<Bye>().code, "protocol");
        EXPECT_FALSE(connection.next());
    }
    welcome(panel);
    stop(daemon);
}

TEST_F(AgentConnection, RenewsItsCertificateForANewKeyBeforeItEnds) {
    TestPanel panel(leaf_, ca_);
    // Issued long ago: less than a third of its life is left.
    auto old = identity(panel);
    const auto request = *create_agent_request("server-1");
    old.key_pem = request.key_pem;
    old.certificate_pem =
        *issue_agent_certificate(ca_, request.csr_pem, "server-1", now_ - 700h, 720h);
    ASSERT_TRUE(save_identity(layout_, old));
    auto daemon = start(old);
    auto connection = welcome(panel);
    const auto renew = connection.next_of<Renew>();
    const auto fresh = *issue_agent_certificate(ca_, renew.csr_pem, "server-1", now_, 720h);
    connection.send(Renewed{fresh, ca_.certificate_pem});
    connection.send(PlanOrder{plan(2), 60});
    connection.next_of<PlanResult>();  // what came before it has been handled
    const auto stored = *load_identity(layout_);
    EXPECT_EQ(stored->certificate_pem, fresh);
    EXPECT_NE(stored->key_pem, old.key_pem);
    stop(daemon);
}

TEST_F(AgentConnection, TakesNoRenewedCertificateItDidNotAskFor) {
    TestPanel panel(leaf_, ca_);
    const auto own = identity(panel);
    ASSERT_TRUE(save_identity(layout_, own));
    auto daemon = start(own);
    auto connection = welcome(panel);
    const auto foreign = identity(panel);
    connection.send(Renewed{foreign.certificate_pem, ca_.certificate_pem});
    connection.send(PlanOrder{plan(3), 60});
    connection.next_of<PlanResult>();
    EXPECT_EQ((*load_identity(layout_))->certificate_pem, own.certificate_pem);
    stop(daemon);
}

}  // namespace
}  // namespace hostelry::agent
