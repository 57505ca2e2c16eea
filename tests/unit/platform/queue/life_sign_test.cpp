#include "core/platform/queue/life_sign.h"

#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace hostelry::queue {
namespace {

class LifeSigns : public ::testing::Test {
protected:
    /// A worker of another process that ends without a word.
    void let_one_die(const std::string& name) const {
        const pid_t child = fork();
        if (child == 0) {
            const auto sign = LifeSign::give(folder, name);
            _exit(sign ? 0 : 1);
        }
        int status = 0;
        waitpid(child, &status, 0);
        ASSERT_EQ(status, 0);
    }
    std::vector<std::string> dead(bool buried = true) const {
        std::vector<std::string> names;
        find_dead_workers(folder, [&](const std::string& name) {
            names.push_back(name);
            return buried;
        });
        return names;
    }

    testing::ScratchFolder scratch;
    std::filesystem::path folder = scratch.path() + "/signs";
};

TEST_F(LifeSigns, AKilledWorkerIsToldOnceItIsBuried) {
    let_one_die("machine:17:ab12");
    EXPECT_EQ(dead(false), std::vector<std::string>{"machine:17:ab12"});
    EXPECT_EQ(dead(), std::vector<std::string>{"machine:17:ab12"});
    EXPECT_TRUE(dead().empty());
}

TEST_F(LifeSigns, ALivingWorkerIsLeftAlone) {
    const auto sign = LifeSign::give(folder, "machine:18:cd34");
    ASSERT_TRUE(sign);
    EXPECT_TRUE(dead().empty());
    EXPECT_TRUE(dead().empty());
}

TEST_F(LifeSigns, AnOrderlyEndLeavesNothing) {
    { const auto sign = LifeSign::give(folder, "machine:19:ef56"); }
    EXPECT_TRUE(std::filesystem::is_empty(folder));
    EXPECT_TRUE(dead().empty());
}

TEST_F(LifeSigns, AFolderThatIsNotThereHoldsNobody) {
    EXPECT_TRUE(dead().empty());
}

}  // namespace
}  // namespace hostelry::queue
