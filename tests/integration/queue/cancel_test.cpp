#include "tests/integration/queue/queue_world.h"

namespace hostelry::queue {
namespace {

class Cancelling : public QueueWorld {
protected:
    Result<void> cancel(JobId id) {
        return in_root([&](db::Transaction& tx) { return JobStore{tx}.cancel(id); });
    }
};

using Lines = std::vector<std::string>;

TEST_F(Cancelling, AJobThatHasNotBegunIsCancelledAtOnce) {
    add_kind("test.a", {noting("one")});
    const auto id = enqueue_job({.kind = "test.a", .tenant = {}});
    ASSERT_TRUE(cancel(id));
    EXPECT_EQ(job(id).state, JobState::Cancelled);
    start_worker().stop(1s);
    EXPECT_TRUE(diary.lines().empty());
    EXPECT_EQ(cancel(id).error().code, ErrorCode::Conflict);
}

TEST_F(Cancelling, ARunningStepIsToldAndEverythingIsUndone) {
    Gate running;
    Step slow = noting("slow");
    slow.run = [&](StepContext& step) -> Result<nlohmann::json> {
        running.open();
        while (!step.cancelled()) {
            step.sleep_for(10s);
        }
        return fail(ErrorCode::Cancelled, "Stopped.");
    };
    slow.undo = [&](StepContext& step) -> Result<void> {
        diary.write("undo slow" + step.failure());
        return {};
    };
    add_kind("test.slow", {noting("first"), slow, noting("never")});
    start_worker({.heartbeat = 60s});  // the notification must do it
    const auto id = enqueue_job({.kind = "test.slow", .tenant = {}});
    running.pass();
    ASSERT_TRUE(cancel(id));
    const auto done = wait_until_finished(id);
    EXPECT_EQ(done.state, JobState::Cancelled);
    EXPECT_EQ(done.error, "Cancelled.");
    EXPECT_EQ(diary.lines(), (Lines{"first", "undo slow", "undo first"}));
}

TEST_F(Cancelling, AStepThatDoesNotListenIsUndoneAfterItHasFinished) {
    Gate running, go_on;
    Step deaf = noting("deaf");
    deaf.run = [&](StepContext&) -> Result<nlohmann::json> {
        running.open();
        go_on.pass();
        diary.write("deaf");
        return nullptr;
    };
    add_kind("test.deaf", {deaf});
    start_worker();
    const auto id = enqueue_job({.kind = "test.deaf", .tenant = {}});
    running.pass();
    ASSERT_TRUE(cancel(id));
    EXPECT_EQ(job(id).state, JobState::Cancelling);
    go_on.open();
    EXPECT_EQ(wait_until_finished(id).state, JobState::Cancelled);
    EXPECT_EQ(diary.lines(), (Lines{"deaf", "undo deaf"}));
}

TEST_F(Cancelling, AJobOfOnePlainStepIsCancelledWhileItRuns) {
    Gate running, go_on;
    Step deaf = noting("deaf");
    deaf.undo = nullptr;
    deaf.run = [&](StepContext&) -> Result<nlohmann::json> {
        running.open();
        go_on.pass();
        return nullptr;
    };
    add_kind("test.light", {deaf});
    start_worker();
    const auto id = enqueue_job({.kind = "test.light", .tenant = {}});
    running.pass();
    ASSERT_TRUE(cancel(id));
    go_on.open();
    EXPECT_EQ(wait_until_finished(id).state, JobState::Cancelled);
}

TEST_F(Cancelling, AWaitingJobIsUndoneAtOnce) {
    Step waiting = noting("waiting");
    waiting.run = [](StepContext& step) -> Result<nlohmann::json> { return step.again_in(1h, 1); };
    add_kind("test.waits", {noting("first"), waiting});
    start_worker();
    const auto id = enqueue_job({.kind = "test.waits", .tenant = {}});
    wait_until(id, [](const Job& now) { return now.state == JobState::Waiting; });
    ASSERT_TRUE(cancel(id));
    EXPECT_EQ(wait_until_finished(id).state, JobState::Cancelled);
    EXPECT_EQ(diary.lines(), (Lines{"first", "undo waiting", "undo first"}));
}

TEST_F(Cancelling, ANeighbourCannotSeeRetryOrCancelAJob) {
    add_kind("test.a", {noting("one")});
    const auto one = postgres.make_tenant(postgres.root(), "one");
    const auto two = postgres.make_tenant(postgres.root(), "two");
    const auto id = enqueue_job({.kind = "test.a", .tenant = one});
    const auto as_two = [&](auto work) { return postgres.database().in_tenant(two, work); };
    EXPECT_EQ(
        as_two([&](db::Transaction& tx) { return JobStore{tx}.cancel(id); }).error().code,
        ErrorCode::NotFound
    );
    EXPECT_EQ(
        as_two([&](db::Transaction& tx) { return JobStore{tx}.retry(id); }).error().code,
        ErrorCode::NotFound
    );
    EXPECT_EQ(
        as_two([&](db::Transaction& tx) { return JobStore{tx}.get(id); }).error().code,
        ErrorCode::NotFound
    );
    const auto seen = as_two([&](db::Transaction& tx) -> Result<std::size_t> {
        return JobStore{tx}.list({}).jobs.size() + JobStore{tx}.steps(id).size();
    });
    EXPECT_EQ(seen.value(), 0U);
    EXPECT_EQ(job(id).state, JobState::Queued);
}

TEST_F(Cancelling, TheListIsPagedFilteredAndNewestFirst) {
    std::vector<JobId> ids;
    for (int i = 0; i < 5; ++i) {
        ids.push_back(enqueue_job(
            {.kind = i == 2 ? "test.b" : "test.a", .tenant = {}, .subject_type = "site"}
        ));
    }
    const auto list = [&](const JobFilter& filter, std::optional<JobId> after, int limit) {
        return in_root(
                   [&](db::Transaction& tx) -> Result<JobPage> {
                       return JobStore{tx}.list(filter, after, limit);
                   }
        ).value();
    };
    std::ranges::sort(ids, std::greater{});
    const auto first = list({}, {}, 3);
    ASSERT_EQ(first.jobs.size(), 3U);
    EXPECT_EQ(first.jobs[0].id, ids[0]);
    const auto second = list({}, first.next, 3);
    ASSERT_EQ(second.jobs.size(), 2U);
    EXPECT_EQ(second.jobs[1].id, ids[4]);
    EXPECT_FALSE(second.next);
    EXPECT_EQ(list({.kind = "test.b"}, {}, 10).jobs.size(), 1U);
    EXPECT_EQ(list({.states = {JobState::Failed}}, {}, 10).jobs.size(), 0U);
    EXPECT_EQ(list({.states = {JobState::Queued}, .subject_type = "site"}, {}, 10).jobs.size(), 5U);
}

}  // namespace
}  // namespace hostelry::queue
