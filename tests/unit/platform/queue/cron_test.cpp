#include "core/platform/queue/cron.h"

#include "core/base/time.h"

#include <gtest/gtest.h>

namespace hostelry::queue {
namespace {

/// The next times of a schedule, as text.
std::vector<std::string> times(
    const std::string& schedule, const std::string& after, const std::string& zone, int count
) {
    const auto cron = Cron::parse(schedule);
    EXPECT_TRUE(cron) << schedule;
    std::vector<std::string> list;
    auto at = parse_rfc3339(after);
    for (int i = 0; i < count && at; ++i) {
        at = cron->next_after(*at, zone);
        list.push_back(at ? format_rfc3339(*at).substr(0, 16) : "never");
    }
    return list;
}

using Times = std::vector<std::string>;

TEST(Cron, FindsTheNextMinute) {
    EXPECT_EQ(
        times("* * * * *", "2026-05-01T10:00:30Z", "UTC", 2),
        (Times{"2026-05-01T10:01", "2026-05-01T10:02"})
    );
    EXPECT_EQ(
        times("*/20 * * * *", "2026-05-01T10:20:00Z", "UTC", 2),
        (Times{"2026-05-01T10:40", "2026-05-01T11:00"})
    );
    EXPECT_EQ(
        times("5,35 6-8/2 * * *", "2026-05-01T06:05:00Z", "UTC", 3),
        (Times{"2026-05-01T06:35", "2026-05-01T08:05", "2026-05-01T08:35"})
    );
}

TEST(Cron, KnowsMonthsWeekdaysAndLeapDays) {
    EXPECT_EQ(times("0 0 29 feb *", "2026-05-01T00:00:00Z", "UTC", 1), Times{"2028-02-29T00:00"});
    EXPECT_EQ(
        times("0 9 * * mon-fri", "2026-05-01T09:00:00Z", "UTC", 1), Times{"2026-05-04T09:00"}
    );
    EXPECT_EQ(times("0 9 * * 7", "2026-05-01T09:00:00Z", "UTC", 1), Times{"2026-05-03T09:00"});
    EXPECT_EQ(times("@monthly", "2026-05-01T00:00:00Z", "UTC", 1), Times{"2026-06-01T00:00"});
    EXPECT_EQ(times("0 0 31 2 *", "2026-05-01T00:00:00Z", "UTC", 1), Times{"never"});
}

TEST(Cron, TwoRestrictedDayFieldsAreAlternatives) {
    EXPECT_EQ(
        times("0 0 13 * fri", "2026-05-08T00:00:00Z", "UTC", 3),
        (Times{"2026-05-13T00:00", "2026-05-15T00:00", "2026-05-22T00:00"})
    );
}

TEST(Cron, FollowsTheClocksOfItsZone) {
    EXPECT_EQ(
        times("30 8 * * *", "2026-01-10T00:00:00Z", "Europe/Vienna", 1), Times{"2026-01-10T07:30"}
    );
    EXPECT_EQ(
        times("30 8 * * *", "2026-07-10T00:00:00Z", "Europe/Vienna", 1), Times{"2026-07-10T06:30"}
    );
    EXPECT_EQ(times("0 0 * * *", "2026-01-10T00:00:00Z", "Nowhere/Land", 1), Times{"never"});
}

TEST(Cron, ATimeInTheSpringGapHappensRightAfterItAndOnce) {
    // Vienna, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC.
    EXPECT_EQ(
        times("30 2 * * *", "2026-03-28T12:00:00Z", "Europe/Vienna", 3),
        (Times{"2026-03-29T01:00", "2026-03-30T00:30", "2026-03-31T00:30"})
    );
    EXPECT_EQ(
        times("*/30 * * * *", "2026-03-29T00:20:00Z", "Europe/Vienna", 3),
        (Times{"2026-03-29T00:30", "2026-03-29T01:00", "2026-03-29T01:30"})
    );
}

TEST(Cron, ATimeInTheAutumnHourHappensOnce) {
    // Vienna, 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC; 02:30 comes at 00:30 and at 01:30
    // UTC.
    EXPECT_EQ(
        times("30 2 * * *", "2026-10-24T12:00:00Z", "Europe/Vienna", 2),
        (Times{"2026-10-25T00:30", "2026-10-26T01:30"})
    );
}

TEST(Cron, EveryHourGoesOnThroughTheAutumnHour) {
    EXPECT_EQ(
        times("30 * * * *", "2026-10-24T23:40:00Z", "Europe/Vienna", 3),
        (Times{"2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"})
    );
}

TEST(Cron, RefusesWhatItDoesNotUnderstandAndNamesTheField) {
    for (const auto* wrong :
         {"",
          "* * * *",
          "* * * * * *",
          "60 * * * *",
          "* 24 * * *",
          "* * 0 * *",
          "* * * 13 *",
          "* * * * 8",
          "5-1 * * * *",
          "*/0 * * * *",
          "a * * * *",
          "-1 * * * *",
          "1, * * * *",
          "* * * * mon-",
          "1/-2 * * * *",
          "99999999999 * * * *",
          "@sometimes"}) {
        EXPECT_FALSE(Cron::parse(wrong)) << wrong;
    }
    EXPECT_NE(Cron::parse("0 0 1 foo *").error().message.find("month"), std::string::npos);
}

TEST(Cron, KnowsTimeZones) {
    EXPECT_TRUE(is_time_zone("Europe/Vienna"));
    EXPECT_TRUE(is_time_zone("UTC"));
    EXPECT_FALSE(is_time_zone("Europe/Atlantis"));
    EXPECT_FALSE(is_time_zone("../../etc/passwd"));
}

}  // namespace
}  // namespace hostelry::queue
