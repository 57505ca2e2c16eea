// How an agent gets its certificate, and what a certificate opens.
#include "tests/integration/servers/servers_world.h"

namespace hostelry::servers {
namespace {

class AgentEnrolment : public ServersWorld {
protected:
    void SetUp() override {
        start_listener();
        web1 = add("web-1", "192.0.2.1");
        web2 = add("web-2", "192.0.2.2");
    }
    static std::string bye_code(const std::optional<agent::Message>& message) {
        const auto* bye = message ? std::get_if<agent::Bye>(&*message) : nullptr;
        return bye == nullptr ? "no bye" : bye->code;
    }
    ServerId web1, web2;
};

TEST_F(AgentEnrolment, GivesACertificateForATokenOnceOnly) {
    const auto token = open_token(web1);
    const auto first = try_enrol(web1, token);
    ASSERT_TRUE(first.answer);
    const auto* enrolled = std::get_if<agent::Enrolled>(&*first.answer);
    ASSERT_NE(enrolled, nullptr);
    EXPECT_EQ(agent::read_certificate(enrolled->certificate_pem)->common_name, web1.to_string());
    EXPECT_EQ(bye_code(try_enrol(web1, token).answer), "refused");
}

TEST_F(AgentEnrolment, RefusesWrongForeignAndExpiredTokens) {
    EXPECT_EQ(bye_code(try_enrol(web1, "wrong").answer), "refused");
    EXPECT_EQ(bye_code(try_enrol(web1, "").answer), "protocol");
    EXPECT_EQ(bye_code(try_enrol(web1, open_token(web2)).answer), "refused");
    EXPECT_EQ(
        bye_code(try_enrol(web1, open_token(web1, std::chrono::seconds{-1})).answer), "refused"
    );
    EXPECT_EQ(bye_code(try_enrol(ServerId{new_uuid(clock, random)}, "x").answer), "refused");
}

TEST_F(AgentEnrolment, WithoutACertificateNothingElseIsPossible) {
    testing::FakeAgent stranger(listener.port());
    stranger.send(hello_of(web1));
    EXPECT_EQ(bye_code(stranger.receive()), "refused");
    EXPECT_FALSE(stranger.receive());
}

TEST_F(AgentEnrolment, OneAddressDoesNotTakeTheSeatsOfAllOthers) {
    const auto proof = enrol(web1);
    std::vector<std::unique_ptr<testing::FakeAgent>> silent;
    while (silent.size() < AgentListener::Options{}.strangers_of_one_max) {
        silent.push_back(std::make_unique<testing::FakeAgent>(listener.port()));
        ASSERT_TRUE(silent.back()->connected());
    }
    EXPECT_FALSE(testing::FakeAgent(listener.port()).connected());
    testing::FakeAgent agent(listener.port(), proof, "127.0.0.2");
    agent.send(hello_of(web1));
    EXPECT_TRUE(agent.receive_one<agent::Welcome>());
}

TEST_F(AgentEnrolment, ACertificateOpensItsOwnServerOnly) {
    const auto proof = enrol(web1);
    enrol(web2);
    testing::FakeAgent impostor(listener.port(), proof);
    impostor.send(hello_of(web2));
    EXPECT_EQ(bye_code(impostor.receive()), "refused");
    EXPECT_EQ(
        postgres.value("select count(*) from hostelry.servers where last_seen_at is not null"), "0"
    );
}

TEST_F(AgentEnrolment, RefusesCertificatesOfAnotherAuthority) {
    const auto other = agent::create_agent_ca("Somebody", clock.now()).value();
    const auto request = agent::create_agent_request(web1.to_string()).value();
    const auto forged =
        agent::issue_agent_certificate(
            other, request.csr_pem, web1.to_string(), clock.now(), std::chrono::hours{24}
        )
            .value();
    testing::FakeAgent impostor(listener.port(), testing::AgentProof{forged, request.key_pem});
    impostor.send(hello_of(web1));
    EXPECT_FALSE(impostor.receive());
    EXPECT_EQ(listener.connected(), 0U);
}

TEST_F(AgentEnrolment, ANewCertificateEndsTheOldOne) {
    const auto before = enrol(web1);
    const auto after = enrol(web1);
    testing::FakeAgent old(listener.port(), before);
    old.send(hello_of(web1));
    EXPECT_EQ(bye_code(old.receive()), "refused");
    EXPECT_TRUE(join(web1, after)->connected());
}

TEST_F(AgentEnrolment, ARenewedCertificateWorksBesideTheOldOneUntilItIsUsed) {
    const auto before = enrol(web1);
    auto agent = join(web1, before);
    const auto request = agent::create_agent_request(web1.to_string()).value();
    agent->send(agent::Renew{request.csr_pem});
    const auto renewed = agent->receive_one<agent::Renewed>();
    ASSERT_TRUE(renewed);
    agent.reset();
    join(web1, before).reset();
    join(web1, {renewed->certificate_pem, request.key_pem}).reset();
    testing::FakeAgent old(listener.port(), before);
    old.send(hello_of(web1));
    EXPECT_EQ(bye_code(old.receive()), "refused");
}

TEST_F(AgentEnrolment, RevokingEndsTheSessionAndTheCertificate) {
    const auto proof = enrol(web1);
    auto agent = join(web1, proof);
    ASSERT_TRUE(postgres.database()
                    .in_tenant(postgres.root(), [&](db::Transaction& tx) -> Result<void> {
                        ServerStore(tx).revoke_agent(web1);
                        return {};
                    }));
    EXPECT_TRUE(agent->receive_one<agent::Bye>());
    testing::FakeAgent again(listener.port(), proof);
    again.send(hello_of(web1));
    EXPECT_EQ(bye_code(again.receive()), "refused");
}

TEST_F(AgentEnrolment, AnOversizeFrameEndsTheConnection) {
    auto agent = join(web1, enrol(web1));
    agent->send_raw(std::string("\x7f\xff\xff\xff", 4));
    const auto bye = agent->receive_one<agent::Bye>();
    ASSERT_TRUE(bye);
    EXPECT_EQ(bye->code, "protocol");
    EXPECT_FALSE(agent->receive());
}

TEST_F(AgentEnrolment, AStrangersFirstFrameIsSmall) {
    testing::FakeAgent stranger(listener.port());
    std::string frame("\x00\x20\x00\x00", 4);
    frame += std::string(66'000, ' ');
    stranger.send_raw(frame);
    EXPECT_EQ(bye_code(stranger.receive()), "protocol");
}

TEST_F(AgentEnrolment, HeartbeatsBecomeTheStatus) {
    auto agent = join(web1, enrol(web1));
    agent::Sample sample;
    sample.cpu_percent = 12.5;
    sample.load_1 = 0.25;
    agent->send(agent::Heartbeat{sample});
    agent->send(agent::Ping{7});
    EXPECT_EQ(agent->receive_one<agent::Pong>()->number, 7);
    const auto server = servers.get(postgres.root(), web1).value();
    EXPECT_TRUE(server.is_online);
    ASSERT_TRUE(server.status);
    EXPECT_EQ(server.status->parse().value("cpu_percent", 0.0), 12.5);
    agent.reset();
    EXPECT_TRUE(testing::eventually([&] { return !servers.get(postgres.root(), web1)->is_online; })
    );
}

TEST_F(AgentEnrolment, FactsThatAreNoObjectAreWorthNothing) {
    const auto proof = enrol(web1);
    testing::FakeAgent agent(listener.port(), proof);
    auto hello = hello_of(web1);
    hello.facts = R"({"x": ")" + std::string(300'000, 'x') + "\"}";
    agent.send(hello);
    EXPECT_TRUE(agent.receive_one<agent::Welcome>());
    EXPECT_EQ(servers.get(postgres.root(), web1)->facts.text(), "{}");
}

}  // namespace
}  // namespace hostelry::servers
