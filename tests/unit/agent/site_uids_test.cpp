// The numbers that sites' users get.

#include "core/agent/runtime/accounts.h"

#include "tests/unit/agent/scratch.h"

#include <gtest/gtest.h>

namespace hostelry::agent {
namespace {

TEST(SiteUids, AreNeverGivenTwice) {
    const Scratch scratch;
    const auto layout = scratch.layout();
    const auto first = take_site_uid(layout);
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_GE(*first, kSiteUidMin);
    const auto second = take_site_uid(layout);
    ASSERT_TRUE(second);
    EXPECT_GT(*second, *first);
    EXPECT_GT(*take_site_uid(layout), *second);
}

TEST(SiteUids, BeginAgainAfterTheLastOne) {
    const Scratch scratch;
    scratch.write("state/last-uid", std::to_string(kSiteUidMax));
    const auto next = take_site_uid(scratch.layout());
    ASSERT_TRUE(next);
    EXPECT_GE(*next, kSiteUidMin);
    EXPECT_LT(*next, kSiteUidMax);
}

TEST(SiteUids, SurviveANoteThatIsNoNumber) {
    const Scratch scratch;
    scratch.write("state/last-uid", "nonsense");
    const auto next = take_site_uid(scratch.layout());
    ASSERT_TRUE(next);
    EXPECT_GE(*next, kSiteUidMin);
    EXPECT_LE(*next, kSiteUidMax);
}

}  // namespace
}  // namespace hostelry::agent
