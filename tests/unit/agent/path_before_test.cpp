// What an undo of files goes by.

#include "core/agent/commands/files/path_before.h"

#include <gtest/gtest.h>

namespace hostelry::agent {
namespace {

TEST(PathBefore, ComesBackAsItWasKept) {
    const auto file = decode_before(encode_before({0600, std::string("a\0\xff", 3)}));
    ASSERT_TRUE(file);
    EXPECT_EQ(file->mode, mode_t{0600});
    EXPECT_EQ(file->content, std::string("a\0\xff", 3));
    const auto folder = decode_before(encode_before({0750, {}}));
    ASSERT_TRUE(folder);
    EXPECT_EQ(folder->mode, mode_t{0750});
    EXPECT_FALSE(folder->content);
    const auto nothing = decode_before(encode_before({}));
    ASSERT_TRUE(nothing);
    EXPECT_FALSE(nothing->mode);
}

TEST(PathBefore, IsNotGuessed) {
    EXPECT_FALSE(decode_before(""));
    EXPECT_FALSE(decode_before("b25l"));
    EXPECT_FALSE(decode_before(R"({"mode":420,"content":"?"})"));
}

}  // namespace
}  // namespace hostelry::agent
