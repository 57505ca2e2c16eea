#include "core/platform/web/reader_time.h"

#include <gtest/gtest.h>

namespace hostelry::view {
namespace {

using namespace std::chrono_literals;

// 2026-11-21 09:04:31.204 UTC
constexpr Instant kNow{1795251871204ms};

TEST(ReaderTime, ShowsMomentsInTheReadersZone) {
    const ReaderTime berlin("Europe/Berlin", kNow);
    EXPECT_EQ(berlin.exact(kNow), "21 November 2026, 10:04 CET");
    EXPECT_EQ(berlin.date(kNow), "21 Nov 2026");
    EXPECT_EQ(berlin.clock(kNow), "10:04:31.204");
    const ReaderTime auckland("Pacific/Auckland", kNow);
    EXPECT_EQ(auckland.exact(kNow), "21 November 2026, 22:04 NZDT");
    EXPECT_EQ(ReaderTime::machine(kNow), "2026-11-21T09:04:31Z");
}

TEST(ReaderTime, KnowsTheSummerTimeOfTheMomentItself) {
    EXPECT_EQ(
        ReaderTime("Europe/Berlin", kNow).exact(kNow - 24h * 120), "24 July 2026, 11:04 CEST"
    );
}

TEST(ReaderTime, ShowsSingleDigitDaysWithoutASpace) {
    EXPECT_EQ(ReaderTime("UTC", kNow).date(kNow - 24h * 20), "1 Nov 2026");
}

TEST(ReaderTime, ReadsAnUnknownZoneAsUtc) {
    EXPECT_EQ(ReaderTime("Mars/Olympus", kNow).exact(kNow), "21 November 2026, 09:04 UTC");
    EXPECT_EQ(ReaderTime("../../etc/passwd", kNow).exact(kNow), "21 November 2026, 09:04 UTC");
    EXPECT_EQ(ReaderTime("", kNow).exact(kNow), "21 November 2026, 09:04 UTC");
}

TEST(ReaderTime, SaysHowLongAgo) {
    const ReaderTime time("UTC", kNow);
    EXPECT_EQ(time.relative(kNow), "just now");
    EXPECT_EQ(time.relative(kNow - 59s), "just now");
    EXPECT_EQ(time.relative(kNow - 60s), "1 min ago");
    EXPECT_EQ(time.relative(kNow - 3h), "3 h ago");
    EXPECT_EQ(time.relative(kNow - 24h * 44), "44 d ago");
    EXPECT_EQ(time.relative(kNow - 24h * 45), "1 mo ago");
    EXPECT_EQ(time.relative(kNow - 24h * 475), "1.3 y ago");
    EXPECT_EQ(time.relative(kNow + 30s), "in a moment");
    EXPECT_EQ(time.relative(kNow + 2h), "in 2 h");
}

TEST(ShowDuration, UsesTheUnitThatSuits) {
    EXPECT_EQ(show_duration(0ms), "0.0 s");
    EXPECT_EQ(show_duration(9849ms), "9.8 s");
    EXPECT_EQ(show_duration(125s), "2 min 5 s");
    EXPECT_EQ(show_duration(64min), "1 h 4 min");
}

TEST(ShowCount, GroupsThousands) {
    EXPECT_EQ(show_count(0), "0");
    EXPECT_EQ(show_count(999), "999");
    EXPECT_EQ(show_count(1284), "1,284");
    EXPECT_EQ(show_count(-1234567), "-1,234,567");
}

}  // namespace
}  // namespace hostelry::view
