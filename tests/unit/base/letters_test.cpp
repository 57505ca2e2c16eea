#include "core/base/letters.h"

#include <gtest/gtest.h>

namespace hostelry {
namespace {

TEST(Letters, AreNeverCutInTwo) {
    EXPECT_EQ(cut_at_letter("abc", 3), "abc");
    EXPECT_EQ(cut_at_letter("abc", 2), "ab");
    EXPECT_EQ(cut_at_letter("a\xc3\xbc", 2), "a");
    EXPECT_EQ(cut_at_letter("a\xe2\x82\xac!", 3), "a");
    EXPECT_EQ(cut_at_letter("a\xe2\x82\xac!", 4), "a\xe2\x82\xac");
    EXPECT_EQ(cut_at_letter("\xc3\xbc", 1), "");
}

}  // namespace
}  // namespace hostelry
