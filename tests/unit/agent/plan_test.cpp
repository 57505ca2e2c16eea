#include "core/agent/protocol/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hostelry::agent {
namespace {

constexpr const char* kId = "0192f0c1-2345-7abc-8def-0123456789ab";

std::string plan_with(const std::string& members) {
    return std::string(R"({"plan":")") + kId + "\"," + members + "}";
}

TEST(Plans, KeepTheirActionsInOrderWithTheirFacts) {
    const auto plan = parse_plan(plan_with(
        R"("dry_run":true,"actions":[{"id":"a1","do":"facts"},{"id":"b","do":"x.y","n":1}])"
    ));
    ASSERT_TRUE(plan);
    EXPECT_TRUE(plan->dry_run);
    ASSERT_EQ(plan->actions.size(), 2U);
    EXPECT_EQ(plan->actions[0].facts, "{}");
    EXPECT_EQ(plan->actions[1].facts, R"({"n":1})");
    EXPECT_EQ(parse_plan(encode_plan(*plan))->actions[1].name, "x.y");
}

TEST(Plans, RefuseWhatTheyDoNotKnow) {
    for (const char* members : {
             R"("actions":{})",
             R"("dry_run":1,"actions":[])",
             R"("actions":[],"force":true)",
             R"("actions":[7])",
             R"("actions":[{"id":"a","do":"x"},{"id":"a","do":"x"}])",
             R"("actions":[{"do":"x"}])",
             R"("actions":[{"id":"a b","do":"x"}])",
             R"("actions":[{"id":"a","do":"x;y"}])",
             R"("undo_of":"0192f0c1-2345-7abc-8def-0123456789ab","actions":[])",
             R"("undo":true,"undo_of":"../x","actions":[])",
         }) {
        EXPECT_FALSE(parse_plan(plan_with(members))) << members;
    }
    EXPECT_FALSE(parse_plan(R"({"plan":"../../etc","actions":[]})"));
    EXPECT_FALSE(parse_plan("[]"));
}

TEST(Plans, NameEveryMistakeAtOnce) {
    const auto plan = parse_plan(R"({"plan":"x","dry_run":"no","actions":[{"id":"a"}]})");
    ASSERT_FALSE(plan);
    EXPECT_THAT(
        plan.error().fields,
        ::testing::UnorderedElementsAre(
            ::testing::Field(&FieldError::field, "plan"),
            ::testing::Field(&FieldError::field, "dry_run"),
            ::testing::Field(&FieldError::field, "actions.0.do")
        )
    );
}

TEST(Plans, HaveAtMost256Actions) {
    std::string actions;
    for (int i = 0; i < 257; ++i) {
        actions += (i > 0 ? "," : "") + std::string(R"({"id":"a)") + std::to_string(i) +
                   R"(","do":"facts"})";
    }
    EXPECT_FALSE(parse_plan(plan_with("\"actions\":[" + actions + "]")));
}

TEST(Outcomes, TravelUnchanged) {
    PlanOutcome outcome;
    outcome.plan = kId;
    outcome.results = {
        {"a1", Status::Changed, "Done.", 12, "", R"({"csr_pem":"x"})", ""},
        {"a2", Status::Failed, "Broken.", 3, "", "", "timeout"},
        {"a3", Status::Skipped, "", 0, "- x", "", ""}};
    const auto back = parse_outcome(encode_outcome(outcome));
    ASSERT_TRUE(back);
    EXPECT_EQ(encode_outcome(*back), encode_outcome(outcome));
    EXPECT_FALSE(back->ok());
    EXPECT_EQ(back->failure()->id, "a2");
}

}  // namespace
}  // namespace hostelry::agent
