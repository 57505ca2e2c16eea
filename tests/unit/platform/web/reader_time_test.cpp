#include "core/platform/web/reader_time.h"

#include <gtest/gtest.h>

namespace hostelry::view {
namespace {

using namespace std::chrono_literals;

// 2026-11-21 09:04:31.204 UTC
constexpr Instant kMorning{1795251871204ms};

TEST(ReaderTime, ShowsMomentsInTheReadersZone) {
    const ReaderTime berlin("Europe/Berlin", kMorning);
    EXPECT_EQ(berlin.exact(kMorning), "21 November 2026, 10:04 CET");
    EXPECT_EQ(berlin.date(kMorning), "21 Nov 2026");
    EXPECT_EQ(berlin.clock(kMorning), "10:04:31.204");
    const ReaderTime auckland("Pacific/Auckland", kMorning);
    EXPECT_EQ(auckland.exact(kMorning), "21 November 2026, 22:04 NZDT");
    EXPECT_EQ(ReaderTime::machine(kMorning), "2026-11-21T09:04:31Z");
}

TEST(ReaderTime, KnowsTheSummerTimeOfTheMomentItself) {
    EXPECT_EQ(
        ReaderTime("Europe/Berlin", kMorning).exact(kMorning - 24h * 120),
        "24 July 2026, 11:04 CEST"
    );
}

TEST(ReaderTime, ShowsSingleDigitDaysWithoutASpace) {
    EXPECT_EQ(ReaderTime("UTC", kMorning).date(kMorning - 24h * 20), "1 Nov 2026");
}

TEST(ReaderTime, ReadsAnUnknownZoneAsUtc) {
    EXPECT_EQ(ReaderTime("Mars/Olympus", kMorning).exact(kMorning), "21 November 2026, 09:04 UTC");
    EXPECT_EQ(
        ReaderTime("../../etc/passwd", kMorning).exact(kMorning), "21 November 2026, 09:04 UTC"
    );
    EXPECT_EQ(ReaderTime("", kMorning).exact(kMorning), "21 November 2026, 09:04 UTC");
}

TEST(ReaderTime, SaysHowLongAgo) {
    const ReaderTime time("UTC", kMorning);
    EXPECT_EQ(time.relative(kMorning), "just now");
    EXPECT_EQ(time.relative(kMorning - 59s), "just now");
    EXPECT_EQ(time.relative(kMorning - 60s), "1 min ago");
    EXPECT_EQ(time.relative(kMorning - 3h), "3 h ago");
    EXPECT_EQ(time.relative(kMorning - 24h * 44), "44 d ago");
    EXPECT_EQ(time.relative(kMorning - 24h * 45), "1 mo ago");
    EXPECT_EQ(time.relative(kMorning - 24h * 475), "1.3 y ago");
    EXPECT_EQ(time.relative(kMorning + 30s), "in a moment");
    EXPECT_EQ(time.relative(kMorning + 2h), "in 2 h");
}

TEST(ShowDuration, UsesTheUnitThatSuits) {
    EXPECT_EQ(show_duration(0ms), "0.0 s");
    EXPECT_EQ(show_duration(9849ms), "9.8 s");
    EXPECT_EQ(show_duration(125s), "2 min 5 s");
    EXPECT_EQ(show_duration(64min), "1 h 4 min");
    EXPECT_EQ(show_duration(47h + 59min), "47 h 59 min");
    EXPECT_EQ(show_duration(342h + 56min), "14 d 6 h");
}

TEST(ShowCount, GroupsThousands) {
    EXPECT_EQ(show_count(0), "0");
    EXPECT_EQ(show_count(999), "999");
    EXPECT_EQ(show_count(1284), "1,284");
    EXPECT_EQ(show_count(-1234567), "-1,234,567");
}

}  // namespace
}  // namespace hostelry::view
