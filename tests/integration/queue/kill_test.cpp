// A worker is killed (-9) at every place of a job; another one takes over. The job ends once, and
// what it did to the outside world was done once.
#include "tests/integration/queue/queue_world.h"
#include "tests/support/child_process.h"
#include "tests/support/scratch_folder.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace hostelry::queue {
namespace {

struct Case {
    std::string place;
    bool fails;
};

class KilledWorkers : public QueueWorld {
protected:
    std::vector<std::string> worker_argv(const std::string& place) const {
        return {testing::queue_worker_program(), postgres.dsn(), directory.string(), place};
    }
    std::string ledger() const {
        std::ifstream file(directory / "ledger");
        return {std::istreambuf_iterator<char>(file), {}};
    }

    testing::ScratchFolder scratch;
    std::filesystem::path directory = scratch.path();
};

class KillingTheWorker : public KilledWorkers, public ::testing::WithParamInterface<Case> {};

/// Leases of half a minute, and life signs in a folder.
class KillingOneOfAMachine : public KilledWorkers {
protected:
    std::vector<std::string> worker_argv(const std::string& place) const {
        auto argv = KilledWorkers::worker_argv(place);
        argv.push_back((directory / "alive").string());
        return argv;
    }
};

TEST_P(KillingTheWorker, TheJobEndsOnceOnAnotherWorker) {
    testing::ChildProcess victim(worker_argv(GetParam().place));
    const auto id = enqueue_job(
        {.kind = "test.kill", .tenant = {}, .input = nlohmann::json{{"fail", GetParam().fails}}}
    );
    ASSERT_EQ(victim.wait(), 128 + SIGKILL) << "the worker was not killed at " << GetParam().place;
    EXPECT_FALSE(is_finished(job(id).state));

    testing::ChildProcess successor(worker_argv(""));
    const auto done = wait_until_finished(id);
    EXPECT_TRUE(done.not_undone.empty());
    if (GetParam().fails) {
        EXPECT_EQ(done.state, JobState::Failed);
        EXPECT_EQ(done.error, "It cannot be done.");
        EXPECT_EQ(ledger(), "one\ntwo\nthree\nundo three\nundo two\nundo one\n");
        EXPECT_FALSE(std::filesystem::exists(directory / "one"));
    } else {
        EXPECT_EQ(done.state, JobState::Succeeded);
        EXPECT_EQ(ledger(), "one\ntwo\nthree\n");
        EXPECT_EQ(steps(id)[2].output.parse()["did"], "three");
    }
    successor.close_input();
    EXPECT_EQ(successor.wait(), 0) << "the successor did not stop in order";
}

INSTANTIATE_TEST_SUITE_P(
    AtEveryPlace,
    KillingTheWorker,
    ::testing::Values(
        Case{"before:one", false},
        Case{"acted:one", false},
        Case{"before:two", false},
        Case{"acted:two", false},
        Case{"before:three", false},
        Case{"acted:three", false},
        Case{"undo-before:three", true},
        Case{"undo-acted:three", true},
        Case{"undo-before:two", true},
        Case{"undo-acted:two", true},
        Case{"undo-before:one", true},
        Case{"undo-acted:one", true}
    ),
    [](const auto& place) {
        std::string name = place.param.place;
        std::ranges::replace_if(
            name, [](char c) { return c == ':' || c == '-'; }, '_'
        );
        return name;
    }
);

TEST_F(KillingOneOfAMachine, ItsSuccessorDoesNotWaitForTheLease) {
    testing::ChildProcess victim(worker_argv("acted:two"));
    const auto id =
        enqueue_job({.kind = "test.kill", .tenant = {}, .input = nlohmann::json{{"fail", false}}});
    ASSERT_EQ(victim.wait(), 128 + SIGKILL);
    const auto lease_until = postgres.value("select lease_until > now() from hostelry.jobs");
    EXPECT_EQ(lease_until, "t");
    testing::ChildProcess successor(worker_argv(""));
    EXPECT_EQ(wait_until_finished(id).state, JobState::Succeeded);
    EXPECT_EQ(ledger(), "one\ntwo\nthree\n");
    successor.close_input();
    EXPECT_EQ(successor.wait(), 0);
    EXPECT_TRUE(std::filesystem::is_empty(directory / "alive")) << "an orderly end leaves no sign";
}

}  // namespace
}  // namespace hostelry::queue
