#include "core/platform/queue/queue.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hostelry::queue {
namespace {

Step step(const std::string& name) {
    return {
        .name = name,
        .title = name,
        .run = [](StepContext&) -> Result<nlohmann::json> { return nullptr; },
    };
}

TEST(Registry, FindsWhatWasAdded) {
    Registry registry;
    registry.add({.name = "site.deploy", .title = "Deploy", .steps = {step("a"), step("b")}});
    ASSERT_NE(registry.find("site.deploy"), nullptr);
    EXPECT_EQ(registry.find("site.deploy")->steps.size(), 2U);
    EXPECT_EQ(registry.find("site.other"), nullptr);
}

TEST(Registry, RefusesDoubledEmptyAndMalformedKinds) {
    Registry registry;
    registry.add({.name = "site.deploy", .title = "Deploy", .steps = {step("a")}});
    EXPECT_THROW(
        registry.add({.name = "site.deploy", .title = "Deploy", .steps = {step("a")}}),
        std::logic_error
    );
    EXPECT_THROW(
        registry.add({.name = "site.empty", .title = "Empty", .steps = {}}), std::logic_error
    );
    EXPECT_THROW(
        registry.add({.name = "site.twice", .title = "T", .steps = {step("a"), step("a")}}),
        std::logic_error
    );
    EXPECT_THROW(
        registry.add({.name = "Deploy", .title = "T", .steps = {step("a")}}), std::logic_error
    );
    EXPECT_THROW(
        registry.add({.name = "site.unnamed", .title = "T", .steps = {step("")}}), std::logic_error
    );
}

TEST(Registry, RefusesAScheduleThatNobodyCouldFollow) {
    Registry registry;
    registry.add_schedule({.name = "nightly", .kind = "site.check", .cron = "0 3 * * *"});
    EXPECT_THROW(
        registry.add_schedule({.name = "x", .kind = "site.check", .cron = "0 3 * *"}),
        std::logic_error
    );
    EXPECT_THROW(
        registry.add_schedule(
            {.name = "x", .kind = "site.check", .cron = "@daily", .time_zone = "Mars"}
        ),
        std::logic_error
    );
}

}  // namespace
}  // namespace hostelry::queue
