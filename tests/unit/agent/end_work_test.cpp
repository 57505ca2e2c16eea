// Ending what a site's user runs.

#include "core/agent/runtime/accounts.h"

#include "tests/unit/agent/scratch.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>

namespace hostelry::agent {
namespace {

// No user of this number exists; a range of numbers keeps tests that run at once apart.
constexpr uid_t kUids = 5000;

Account own_account() {
    const uid_t uid = kSiteUidMax - static_cast<uid_t>(getpid()) % kUids;
    return {"s7f3k2m9", uid, uid, "/nonexistent"};
}

bool runs_as(pid_t process, uid_t uid) {
    struct stat facts {};
    const std::string folder = "/proc/" + std::to_string(process);
    return stat(folder.c_str(), &facts) == 0 && facts.st_uid == uid;
}

class EndWork : public ::testing::Test {
protected:
    void SetUp() override {
        if (geteuid() != 0) {
            GTEST_SKIP() << "only root starts a program as somebody else";
        }
    }

    /// Ignores what can be ignored, as a program would that wants to stay.
    static pid_t start_stubborn(const Account& account) {
        const pid_t child = fork();
        if (child == 0) {
            signal(SIGTERM, SIG_IGN);
            become(account);
            setsid();
            while (true) {
                pause();
            }
        }
        return child;
    }

    Scratch scratch_;
    Layout layout_ = scratch_.layout();
    Account account_ = own_account();
};

TEST_F(EndWork, EndsWhatRunsAndWhatWouldStartItAnew) {
    scratch_.write("crontabs/s7f3k2m9", "* * * * * true");
    scratch_.write("crontabs/sother01", "* * * * * true");
    const pid_t child = start_stubborn(account_);
    int status = 0;
    std::thread reaper([&] { waitpid(child, &status, 0); });
    while (!runs_as(child, account_.uid)) {
        std::this_thread::yield();
    }
    const auto ended = end_work_of(layout_, account_);
    kill(child, SIGKILL);  // a failing test leaves nothing behind
    reaper.join();
    ASSERT_TRUE(ended) << ended.error().message;
    EXPECT_TRUE(*ended);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_FALSE(scratch_.has("crontabs/s7f3k2m9"));
    EXPECT_TRUE(scratch_.has("crontabs/sother01"));
    const auto again = end_work_of(layout_, account_);
    ASSERT_TRUE(again);
    EXPECT_FALSE(*again);
}

}  // namespace
}  // namespace hostelry::agent
