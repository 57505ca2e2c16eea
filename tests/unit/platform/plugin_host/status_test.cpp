#include "core/platform/plugin_host/status.h"

#include "hostelry/abi.h"

#include <gtest/gtest.h>

using namespace hostelry;
using namespace hostelry::plugin_host;

namespace {

TEST(AStatus, BecomesTheErrorOfTheTable) {
    EXPECT_EQ(error_code(HOSTELRY_AUTH), ErrorCode::ProviderRefused);
    EXPECT_EQ(error_code(HOSTELRY_TRANSIENT), ErrorCode::ProviderUnavailable);
    EXPECT_EQ(error_code(HOSTELRY_DEADLINE), ErrorCode::Timeout);
    EXPECT_EQ(error_code(99), ErrorCode::Internal);
    EXPECT_EQ(error_code(-1), ErrorCode::Internal);
}

TEST(AProblem, ThatBreaksItsSchemaIsNotShown) {
    for (const auto* problem : {"", "[]", "{}", R"({"message":7})", R"({"message":""})", "\xff"}) {
        const auto error = to_error(HOSTELRY_INVALID, problem, "a");
        EXPECT_EQ(error.code, ErrorCode::Invalid);
        EXPECT_EQ(error.message, "A plugin gave no reason.") << problem;
    }
}

TEST(AProblem, OfOursIsReadBackAlike) {
    Error error{
        ErrorCode::ProviderUnavailable, "Gone.", {}, {}, std::chrono::milliseconds(9), true};
    const auto again = to_error(status_of(error), to_problem(error), "a");
    EXPECT_EQ(again.code, error.code);
    EXPECT_EQ(again.message, error.message);
    EXPECT_EQ(again.retry_after, error.retry_after);
    EXPECT_TRUE(again.maybe_applied);
}

TEST(AProblem, OfABugIsKeptForTheLog) {
    const auto error =
        to_error(HOSTELRY_INTERNAL, R"({"message":"null pointer"})", "org.example x");
    EXPECT_EQ(error.message, "A plugin failed.");
    EXPECT_NE(error.cause.find("null pointer"), std::string::npos);
}

}  // namespace
