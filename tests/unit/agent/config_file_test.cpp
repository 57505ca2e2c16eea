#include "core/agent/runtime/config_file.h"

#include "tests/unit/agent/scratch.h"

#include <gtest/gtest.h>

namespace hostelry::agent {
namespace {

class ConfigFiles : public ::testing::Test {
protected:
    ConfigSwap swap(std::optional<std::string> content) {
        return {
            .service = "nginx",
            .path = scratch_ / "live/site.conf",
            .content = std::move(content),
            .check_apart = [this] { return answer(apart_); },
            .check_live = [this] { return answer(live_); },
            .make_known =
                [this] {
                    known_.push_back(scratch_.read("live/site.conf"));
                    return answer(reload_);
                },
        };
    }
    static Result<void> answer(bool fine) {
        return fine ? Result<void>{} : fail(ErrorCode::Invalid, "No.");
    }

    Scratch scratch_;
    Layout layout_ = scratch_.layout();
    bool apart_ = true;
    bool live_ = true;
    bool reload_ = true;
    std::vector<std::string> known_;
};

TEST_F(ConfigFiles, AreMadeKnownOnceAndThenLeftAlone) {
    scratch_.write("live/site.conf", "old");
    EXPECT_TRUE(*swap_config(layout_, swap("new")));
    EXPECT_EQ(scratch_.read("live/site.conf"), "new");
    EXPECT_FALSE(*swap_config(layout_, swap("new")));
    EXPECT_EQ(known_, std::vector<std::string>{"new"});
    EXPECT_FALSE(is_reload_pending(layout_, "nginx"));
}

TEST_F(ConfigFiles, AreNotTouchedWhenTheCheckApartFails) {
    scratch_.write("live/site.conf", "old");
    apart_ = false;
    EXPECT_FALSE(swap_config(layout_, swap("bad")));
    EXPECT_EQ(scratch_.read("live/site.conf"), "old");
    EXPECT_TRUE(known_.empty());
}

TEST_F(ConfigFiles, ComeBackWhenTheWholeConfigurationFails) {
    scratch_.write("live/site.conf", "old");
    live_ = false;
    EXPECT_FALSE(swap_config(layout_, swap("bad")));
    EXPECT_EQ(scratch_.read("live/site.conf"), "old");
}

TEST_F(ConfigFiles, AreGoneAgainWhenTheirServiceDoesNotTakeThem) {
    std::filesystem::create_directories(scratch_ / "live");
    reload_ = false;
    EXPECT_FALSE(swap_config(layout_, swap("new")));
    EXPECT_FALSE(scratch_.has("live/site.conf"));
}

TEST_F(ConfigFiles, AreMadeKnownAfterAKillBetweenSwapAndReload) {
    scratch_.write("live/site.conf", "new");
    ASSERT_TRUE(mark_reload_pending(layout_, "nginx"));
    EXPECT_TRUE(*swap_config(layout_, swap("new")));
    EXPECT_EQ(known_, std::vector<std::string>{"new"});
    EXPECT_FALSE(is_reload_pending(layout_, "nginx"));
}

TEST_F(ConfigFiles, AreRemovedOnce) {
    scratch_.write("live/site.conf", "old");
    EXPECT_TRUE(*swap_config(layout_, swap(std::nullopt)));
    EXPECT_FALSE(scratch_.has("live/site.conf"));
    EXPECT_FALSE(*swap_config(layout_, swap(std::nullopt)));
}

}  // namespace
}  // namespace hostelry::agent
