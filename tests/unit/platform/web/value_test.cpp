#include "core/platform/web/components/value.h"

#include <gtest/gtest.h>

namespace hostelry::view {
namespace {

TEST(SizeValue, TakesTheUnitThatFits) {
    EXPECT_EQ(show_bytes(0), "0 B");
    EXPECT_EQ(show_bytes(999), "999 B");
    EXPECT_EQ(show_bytes(12'345'678), "12.3 MB");
    EXPECT_EQ(show_bytes(98'765'432'109), "98.8 GB");
    EXPECT_EQ(show_bytes(123'456'789'012), "123 GB");
    EXPECT_EQ(show_bytes(-1), "0 B");
    EXPECT_EQ(size_value(1'500).text, "1.5");
    EXPECT_EQ(size_value(1'500).unit, "KB");
}

}  // namespace
}  // namespace hostelry::view
