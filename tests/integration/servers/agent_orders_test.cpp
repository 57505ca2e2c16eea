// Plans on their way to an agent and back.
#include "tests/integration/servers/servers_world.h"

namespace hostelry::servers {
namespace {

class Orders : public ServersWorld {
protected:
    void SetUp() override {
        start_listener();
        web1 = add("web-1", "192.0.2.1");
        proof = enrol(web1);
    }
    static std::string plan_id_in(const agent::PlanOrder& order) {
        return nlohmann::json::parse(order.plan).value("plan", "");
    }
    ServerId web1;
    testing::AgentProof proof;
};

TEST_F(Orders, APlanReachesTheAgentAndItsAnswerComesBack) {
    auto agent = join(web1, proof);
    std::vector<std::string> seen;
    const auto id = fresh_plan_id();
    auto answer = apply_later(web1, plan_of(id), {.on_progress = [&](const nlohmann::json& entry) {
                                  seen.push_back(entry.value("status", ""));
                              }});
    const auto order = agent->receive_one<agent::PlanOrder>();
    ASSERT_TRUE(order);
    EXPECT_EQ(plan_id_in(*order), id);
    agent->send(agent::Progress{id, "a1", "running", ""});
    agent->send(agent::Progress{id, "a1", "changed", "made"});
    agent->send(good_result(id));
    const auto outcome = answer.get();
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ((*outcome)["results"][0]["status"], "changed");
    EXPECT_EQ(seen, (std::vector<std::string>{"running", "changed"}));
}

TEST_F(Orders, AnAgentThatTalksWithoutEndIsServedAllTheSame) {
    auto agent = join(web1, proof);
    const auto id = fresh_plan_id();
    std::atomic<bool> enough{false};
    std::thread talk([&] {
        const agent::Progress chatter{fresh_plan_id(), "a1", "running", std::string(4000, 'x')};
        while (!enough) {
            agent->send(chatter);
        }
    });
    auto answer = apply_later(web1, plan_of(id));
    EXPECT_TRUE(testing::eventually([&] {
        return postgres.value(
                   "select count(*) from hostelry.agent_commands where sent_at is not "
                   "null"
               ) == "1";
    }));
    enough = true;
    talk.join();
    agent->send(good_result(id));
    EXPECT_TRUE(answer.get());
}

TEST_F(Orders, AFailedActionBecomesItsError) {
    auto agent = join(web1, proof);
    auto answer = apply_later(web1, plan_of(fresh_plan_id()));
    const auto id = plan_id_in(*agent->receive_one<agent::PlanOrder>());
    const nlohmann::json outcome{
        {"plan", id},
        {"ok", false},
        {"results",
         {{{"id", "a1"},
           {"status", "failed"},
           {"message", "The disk is full."},
           {"ms", 1},
           {"code", "unavailable"}}}}};
    agent->send(agent::PlanResult{id, outcome.dump()});
    const auto failed = answer.get();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(failed.error().message, "The disk is full.");
}

TEST_F(Orders, WhatAnAgentSaysOfAFailureIsOneLineOfBoundedLength) {
    auto agent = join(web1, proof);
    for (const auto& [message, shown] :
         {std::pair{std::string(1999, 'x') + "\u00fc and more", std::string(1999, 'x')},
          std::pair{std::string("a\nb\tc") + '\0' + "d", std::string("a b c d")},
          std::pair{
              std::string(2'000'000, 'x'), std::string("The server's answer is too long.")}}) {
        auto answer = apply_later(web1, plan_of(fresh_plan_id()));
        const auto id = plan_id_in(*agent->receive_one<agent::PlanOrder>());
        const nlohmann::json outcome{
            {"plan", id},
            {"ok", false},
            {"results", {{{"id", "a1"}, {"status", "failed"}, {"message", message}}}}};
        agent->send(agent::PlanResult{id, outcome.dump()});
        const auto failed = answer.get();
        ASSERT_FALSE(failed);
        EXPECT_EQ(failed.error().message, shown);
    }
}

TEST_F(Orders, WhatWasNotAnsweredIsSentAgainAfterAReconnect) {
    auto agent = join(web1, proof);
    const auto id = fresh_plan_id();
    auto answer = apply_later(web1, plan_of(id));
    ASSERT_TRUE(agent->receive_one<agent::PlanOrder>());
    agent.reset();
    agent = join(web1, proof);
    const auto again = agent->receive_one<agent::PlanOrder>();
    ASSERT_TRUE(again);
    EXPECT_EQ(plan_id_in(*again), id);
    agent->send(good_result(id));
    EXPECT_TRUE(answer.get());
}

TEST_F(Orders, ASecondSessionReplacesTheFirst) {
    auto first = join(web1, proof);
    auto second = join(web1, proof);
    const auto bye = first->receive_one<agent::Bye>();
    ASSERT_TRUE(bye);
    EXPECT_EQ(bye->code, "replaced");
    const auto id = fresh_plan_id();
    auto answer = apply_later(web1, plan_of(id));
    ASSERT_TRUE(second->receive_one<agent::PlanOrder>());
    second->send(good_result(id));
    EXPECT_TRUE(answer.get());
    EXPECT_TRUE(servers.get(postgres.root(), web1)->is_online);
}

TEST_F(Orders, APlanPostedWhileTheAgentIsAwayWaitsForIt) {
    auto answer = apply_later(web1, plan_of(fresh_plan_id()));
    ASSERT_TRUE(testing::eventually([&] {
        return postgres.value("select count(*) from hostelry.agent_commands") == "1";
    }));
    auto agent = join(web1, proof);
    const auto order = agent->receive_one<agent::PlanOrder>();
    ASSERT_TRUE(order);
    agent->send(good_result(plan_id_in(*order)));
    EXPECT_TRUE(answer.get());
}

TEST_F(Orders, AnAgentThatStaysAwayIsUnavailable) {
    auto answer =
        apply_later(web1, plan_of(fresh_plan_id()), {.timeout = std::chrono::minutes{10}});
    ASSERT_TRUE(testing::eventually([&] {
        return postgres.value("select count(*) from hostelry.agent_commands") == "1";
    }));
    clock.leap(std::chrono::seconds{20});
    const auto away = answer.get();
    ASSERT_FALSE(away);
    EXPECT_EQ(away.error().code, ErrorCode::Unavailable);
    EXPECT_FALSE(away.error().maybe_applied);
    EXPECT_EQ(postgres.value("select count(*) from hostelry.agent_commands"), "0");
}

TEST_F(Orders, AServerWithoutAgentIsUnavailableAtOnce) {
    const auto web2 = add("web-2", "192.0.2.2");
    EXPECT_EQ(
        servers.apply(web2, plan_of(fresh_plan_id()), {}).error().code, ErrorCode::Unavailable
    );
}

TEST_F(Orders, TheSamePlanIsAnsweredFromTheRecord) {
    auto agent = join(web1, proof);
    const auto id = fresh_plan_id();
    auto first = apply_later(web1, plan_of(id));
    ASSERT_TRUE(agent->receive_one<agent::PlanOrder>());
    agent->send(good_result(id));
    ASSERT_TRUE(first.get());
    EXPECT_TRUE(servers.apply(web1, plan_of(id), {}));
    auto other = plan_of(id);
    other["actions"][0]["site"] = "sother00";
    EXPECT_EQ(servers.apply(web1, other, {}).error().code, ErrorCode::Conflict);
}

TEST_F(Orders, ACancelledWaitEndsAndAnUnsentPlanIsGone) {
    const auto cancelled =
        servers.apply(web1, plan_of(fresh_plan_id()), {.cancelled = [] { return true; }});
    ASSERT_FALSE(cancelled);
    EXPECT_EQ(cancelled.error().code, ErrorCode::Cancelled);
    EXPECT_EQ(postgres.value("select count(*) from hostelry.agent_commands"), "0");
}

TEST_F(Orders, ATimeoutSaysThatSomethingMayHaveHappened) {
    auto agent = join(web1, proof);
    auto answer = apply_later(web1, plan_of(fresh_plan_id()), {.timeout = std::chrono::seconds{1}});
    ASSERT_TRUE(agent->receive_one<agent::PlanOrder>());
    clock.leap(std::chrono::seconds{12});
    const auto late = answer.get();
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::Timeout);
    EXPECT_TRUE(late.error().maybe_applied);
}

TEST_F(Orders, AnAgentAnswersItsOwnPlansOnly) {
    const auto web2 = add("web-2", "192.0.2.2");
    auto agent = join(web1, proof);
    auto other = join(web2, enrol(web2));
    const auto id = fresh_plan_id();
    auto answer = apply_later(web1, plan_of(id));
    ASSERT_TRUE(agent->receive_one<agent::PlanOrder>());
    other->send(agent::Progress{id, "a1", "failed", "ha"});
    other->send(good_result(id));
    other->send(agent::Ping{1});
    ASSERT_TRUE(other->receive_one<agent::Pong>());
    EXPECT_EQ(
        postgres.value("select count(*) from hostelry.agent_commands where answered_at is not null "
                       "or progress <> '[]'"),
        "0"
    );
    agent->send(good_result(id));
    EXPECT_TRUE(answer.get());
}

TEST_F(Orders, PlansAndAnswersAreSealedInTheDatabase) {
    auto agent = join(web1, proof);
    auto plan = plan_of(fresh_plan_id());
    plan["actions"][0]["password"] = "canary-in-a-plan";
    auto answer = apply_later(web1, plan);
    const auto order = agent->receive_one<agent::PlanOrder>();
    ASSERT_TRUE(order);
    EXPECT_NE(order->plan.find("canary-in-a-plan"), std::string::npos);
    agent->send(good_result(plan_id_in(*order)));
    ASSERT_TRUE(answer.get());
    EXPECT_EQ(
        postgres.value("select count(*) from hostelry.agent_commands c where c::text like "
                       "'%canary%' or c::text like '%account.ensure%'"),
        "0"
    );
}

TEST_F(Orders, AMalformedPlanIsRefusedBeforeItIsPosted) {
    EXPECT_EQ(
        servers.apply(web1, nlohmann::json{{"actions", 5}}, {}).error().code, ErrorCode::Invalid
    );
    EXPECT_EQ(servers.apply(web1, plan_of("not-a-uuid"), {}).error().code, ErrorCode::Invalid);
}

}  // namespace
}  // namespace hostelry::servers
