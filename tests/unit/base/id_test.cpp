#include "core/base/id.h"

#include "core/base/time.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hostelry {
namespace {

class FixedClock final : public Clock {
public:
    TimePoint now() const override { return *parse_rfc3339("2026-11-21T10:04:05.123Z"); }
    std::chrono::steady_clock::time_point steady() const override { return {}; }
};

class OnesRandom final : public Random {
public:
    void fill(std::span<std::byte> bytes) override {
        std::fill(bytes.begin(), bytes.end(), std::byte{0xFF});
    }
};

TEST(Uuid, CarriesTimeVersionAndVariantOfRfc9562) {
    OnesRandom random;
    EXPECT_EQ(new_uuid(FixedClock{}, random).to_string(), "01a1fd90-2683-7fff-bfff-ffffffffffff");
}

TEST(Uuid, ParsesOnlyTheCanonicalForm) {
    EXPECT_TRUE(Uuid::parse("01890A5D-AC96-774B-BCCE-B302099A8057"));
    for (const char* bad :
         {"",
          "01890a5dac96774bbcceb302099a8057",
          "01890a5d-ac96-774b-bcce-b302099a805g",
          "{01890a5d-ac96-774b-bcce-b302099a8057}",
          "01890a5d-ac96-774b-bcce-b302099a8057 "}) {
        EXPECT_FALSE(Uuid::parse(bad)) << bad;
    }
}

TEST(Uuid, OrdersByTime) {
    SystemClock clock;
    SystemRandom random;
    const auto first = new_uuid(FixedClock{}, random);
    EXPECT_NE(first, new_uuid(clock, random));
    EXPECT_FALSE(first.is_nil());
}

TEST(Time, ReadsWhatItWritesAndWhatPostgresqlWrites) {
    const auto time = parse_rfc3339("2026-11-21T10:04:05.123Z");
    ASSERT_TRUE(time);
    EXPECT_EQ(format_rfc3339(*time), "2026-11-21T10:04:05.123Z");
    EXPECT_EQ(parse_rfc3339("2026-11-21 12:04:05.123+02"), time);
    EXPECT_EQ(parse_rfc3339("2026-11-21T04:34:05.123-05:30"), time);
}

TEST(Time, RefusesDaysThatDoNotExist) {
    for (const char* bad :
         {"2026-02-30T00:00:00Z",
          "2026-11-21T24:00:00Z",
          "2026-11-21T10:00:00",
          "soon",
          "2026-11-21"}) {
        EXPECT_FALSE(parse_rfc3339(bad)) << bad;
    }
}

}  // namespace
}  // namespace hostelry
