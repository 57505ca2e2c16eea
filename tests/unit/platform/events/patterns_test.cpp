#include "core/platform/events/delivery.h"

#include <gtest/gtest.h>

namespace hostelry::events {
namespace {

TEST(Patterns, MeanExactPrefixOrAll) {
    EXPECT_EQ(
        patterns_of({"*", "site.*", "site.created", "dns.zone_made"}),
        (std::vector<std::string>{"%", "site.%", "site.created", "dns.zone\\_made"})
    );
}

}  // namespace
}  // namespace hostelry::events
