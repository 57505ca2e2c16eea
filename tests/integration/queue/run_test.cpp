// How a job runs: steps, retries, waiting, undo.
#include "tests/integration/queue/queue_world.h"

#include <atomic>

namespace hostelry::queue {
namespace {

using Lines = std::vector<std::string>;

class RunningAJob : public QueueWorld {};

TEST_F(RunningAJob, RunsItsStepsInOrderAndKeepsTheirOutputs) {
    Step last = noting("last");
    last.run = [this](StepContext& step) -> Result<nlohmann::json> {
        diary.write("last saw " + step.output_of("first").dump() + step.input().dump());
        return nullptr;
    };
    add_kind("test.three", {noting("first"), noting("second"), last});
    start_worker();
    const auto id =
        enqueue_job({.kind = "test.three", .tenant = {}, .input = nlohmann::json{{"a", 1}}});
    const auto done = wait_until_finished(id);
    EXPECT_EQ(done.state, JobState::Succeeded);
    EXPECT_EQ(done.title, "Test test.three");
    EXPECT_EQ(done.steps_done, 3);
    EXPECT_EQ(done.steps_total, 3);
    EXPECT_EQ(diary.lines(), (Lines{"first", "second", R"(last saw {"did":"first"}{"a":1})"}));
    const auto list = steps(id);
    ASSERT_EQ(list.size(), 3U);
    EXPECT_EQ(list[1].state, StepState::Done);
    EXPECT_EQ(list[1].title, "Do second");
    EXPECT_EQ(list[1].output.parse()["did"], "second");
}

TEST_F(RunningAJob, IsSeenWithItsStepsBeforeItStarts) {
    add_kind("test.three", {noting("first"), noting("second")});
    start_worker().stop(1s);
    const auto id = enqueue_job({.kind = "test.three", .tenant = {}});
    EXPECT_EQ(job(id).state, JobState::Queued);
    const auto list = steps(id);
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0].title, "Do first");
    EXPECT_EQ(list[0].state, StepState::Pending);
}

TEST_F(RunningAJob, OfOneStepNeedsNoRecordsAndStillShowsIt) {
    Step only = noting("only");
    only.undo = nullptr;
    only.run = [this](StepContext&) -> Result<nlohmann::json> {
        diary.write("only");
        return nullptr;
    };
    add_kind("test.light", {only});
    start_worker();
    const auto id = enqueue_job({.kind = "test.light", .tenant = {}});
    EXPECT_EQ(wait_until_finished(id).state, JobState::Succeeded);
    EXPECT_EQ(postgres.value("select count(*) from hostelry.job_steps"), "0");
    const auto list = steps(id);
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].state, StepState::Done);
}

TEST_F(RunningAJob, TriesARetryableErrorAgainAndThenGoesOn) {
    std::atomic<int> attempts{0};
    Step flaky = noting("flaky");
    flaky.run = [&](StepContext& step) -> Result<nlohmann::json> {
        diary.write("flaky " + std::to_string(step.attempt()));
        return ++attempts < 3 ? Result<nlohmann::json>(fail(ErrorCode::Unavailable, "Not yet."))
                              : Result<nlohmann::json>(7);
    };
    add_kind("test.flaky", {noting("first"), flaky});
    start_worker();
    const auto id = enqueue_job({.kind = "test.flaky", .tenant = {}});
    EXPECT_EQ(wait_until_finished(id).state, JobState::Succeeded);
    EXPECT_EQ(diary.lines(), (Lines{"first", "flaky 1", "flaky 2", "flaky 3"}));
    EXPECT_EQ(steps(id)[1].attempt, 3);
}

TEST_F(RunningAJob, UndoesBackwardsWhenAStepFailsForGood) {
    add_kind(
        "test.fails",
        {noting("first"),
         noting("second"),
         failing("third", ErrorCode::ProviderRefused),
         noting("never")}
    );
    start_worker();
    const auto id = enqueue_job({.kind = "test.fails", .tenant = {}});
    const auto done = wait_until_finished(id);
    EXPECT_EQ(done.state, JobState::Failed);
    EXPECT_EQ(done.error, "It is broken.");
    EXPECT_EQ(done.error_code, "provider_refused");
    EXPECT_TRUE(done.not_undone.empty());
    EXPECT_EQ(
        diary.lines(),
        (Lines{"first", "second", "third", "undo third", "undo second", "undo first"})
    );
    EXPECT_EQ(steps(id)[0].state, StepState::Undone);
    EXPECT_EQ(steps(id)[3].state, StepState::Pending);
}

TEST_F(RunningAJob, GivesUpARetryableErrorAfterItsAttempts) {
    Step hopeless = failing("hopeless", ErrorCode::Timeout);
    hopeless.attempts_max = 2;
    add_kind("test.hopeless", {noting("first"), hopeless});
    start_worker();
    const auto id = enqueue_job({.kind = "test.hopeless", .tenant = {}});
    EXPECT_EQ(wait_until_finished(id).state, JobState::Failed);
    EXPECT_EQ(
        diary.lines(), (Lines{"first", "hopeless", "hopeless", "undo hopeless", "undo first"})
    );
}

TEST_F(RunningAJob, ListsWhatCouldNotBeUndone) {
    Step stuck = noting("stuck");
    stuck.undo = [this](StepContext&) -> Result<void> {
        diary.write("undo stuck");
        return fail(ErrorCode::ProviderRefused, "The server said no.");
    };
    add_kind("test.stuck", {noting("first"), stuck, failing("third", ErrorCode::Invalid)});
    start_worker();
    const auto id = enqueue_job({.kind = "test.stuck", .tenant = {}});
    const auto done = wait_until_finished(id);
    EXPECT_EQ(done.state, JobState::Failed);
    EXPECT_EQ(done.not_undone, Lines{"Do stuck: The server said no."});
    EXPECT_EQ(diary.lines().back(), "undo first");
    EXPECT_EQ(steps(id)[1].state, StepState::UndoFailed);
}

TEST_F(RunningAJob, TriesAnUndoAgain) {
    std::atomic<int> attempts{0};
    Step first = noting("first");
    first.undo = [&](StepContext& step) -> Result<void> {
        diary.write("undo: " + step.failure());
        return ++attempts < 3 ? Result<void>(fail(ErrorCode::Unavailable, "Not yet."))
                              : Result<void>();
    };
    add_kind("test.undo", {first, failing("second", ErrorCode::Invalid)});
    start_worker();
    const auto id = enqueue_job({.kind = "test.undo", .tenant = {}});
    const auto done = wait_until_finished(id);
    EXPECT_EQ(done.error, "It is broken.") << "the reason of the failure stays the first one";
    EXPECT_TRUE(done.not_undone.empty());
    EXPECT_EQ(attempts, 3);
    const Lines because(3, "undo: It is broken.");
    EXPECT_EQ(
        diary.lines(), (Lines{"first", "second", "undo second", because[0], because[1], because[2]})
    );
}

TEST_F(RunningAJob, AnExceptionOfAStepIsAnInternalError) {
    Step broken = noting("broken");
    broken.run = [](StepContext&) -> Result<nlohmann::json> {
        throw std::runtime_error("secret detail");
    };
    add_kind("test.throws", {noting("first"), broken});
    start_worker();
    const auto done = wait_until_finished(enqueue_job({.kind = "test.throws", .tenant = {}}));
    EXPECT_EQ(done.state, JobState::Failed);
    EXPECT_EQ(done.error_code, "internal");
    EXPECT_EQ(done.error.find("secret"), std::string::npos);
    EXPECT_EQ(diary.lines().back(), "undo first");
}

TEST_F(RunningAJob, WaitsWithoutHoldingAWorkerAndRemembersWhatItHadSoFar) {
    Step polling = noting("polling");
    polling.run = [this](StepContext& step) -> Result<nlohmann::json> {
        const int looks =
            step.output_so_far().is_null() ? 0 : step.output_so_far()["looks"].get<int>();
        diary.write("look " + std::to_string(looks) + " attempt " + std::to_string(step.attempt()));
        if (looks < 2) {
            return step.again_in(100ms, {{"looks", looks + 1}});
        }
        return nlohmann::json{{"looks", looks}};
    };
    add_kind("test.polls", {polling});
    start_worker();
    const auto id = enqueue_job({.kind = "test.polls", .tenant = {}});
    EXPECT_EQ(wait_until_finished(id).state, JobState::Succeeded);
    EXPECT_EQ(diary.lines(), (Lines{"look 0 attempt 1", "look 1 attempt 1", "look 2 attempt 1"}));
    EXPECT_EQ(steps(id)[0].output.parse()["looks"], 2);
}

TEST_F(RunningAJob, KeepsNotesAndLogLinesWithinLimits) {
    Gate gate;
    Step chatty = noting("chatty");
    chatty.run = [&](StepContext& step) -> Result<nlohmann::json> {
        step.note("Waiting for\nDNS");
        step.log("first line\r\n");
        step.log(std::string(5000, 'x'));
        step.log("bad \xff\x01 bytes");
        gate.pass();
        return nullptr;
    };
    add_kind("test.chatty", {chatty});
    start_worker();
    const auto id = enqueue_job({.kind = "test.chatty", .tenant = {}});
    wait_until(id, [](const Job& now) { return now.note == "Waiting for DNS"; });
    const auto lines = in_root([&](db::Transaction& tx) -> Result<std::vector<LogLine>> {
                           return JobStore{tx}.log_lines(id);
                       }).value();
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].text, "first line");
    EXPECT_EQ(lines[0].step, "chatty");
    EXPECT_EQ(lines[1].text.size(), 2000U);
    EXPECT_EQ(lines[2].text, "bad ?  bytes");
    const auto later = in_root([&](db::Transaction& tx) -> Result<std::vector<LogLine>> {
        return JobStore{tx}.log_lines(id, lines[1].number);
    });
    EXPECT_EQ(later->size(), 1U);
    gate.open();
    EXPECT_EQ(wait_until_finished(id).state, JobState::Succeeded);
}

TEST_F(RunningAJob, HasAnIdempotencyKeyThatStaysTheSameOverAttempts) {
    std::atomic<int> attempts{0};
    Step flaky = noting("flaky");
    flaky.run = [&](StepContext& step) -> Result<nlohmann::json> {
        diary.write(step.idempotency_key());
        return ++attempts < 2 ? Result<nlohmann::json>(fail(ErrorCode::Unavailable, "Not yet."))
                              : Result<nlohmann::json>(nullptr);
    };
    add_kind("test.flaky", {flaky});
    start_worker();
    const auto id = enqueue_job({.kind = "test.flaky", .tenant = {}});
    wait_until_finished(id);
    EXPECT_EQ(diary.lines(), (Lines{id.to_string() + "/flaky", id.to_string() + "/flaky"}));
}

TEST_F(RunningAJob, CanBeTriedAgainAfterItFailed) {
    std::atomic<bool> is_mended{false};
    Step second = noting("second");
    second.run = [&](StepContext&) -> Result<nlohmann::json> {
        diary.write("second");
        return is_mended ? Result<nlohmann::json>(nullptr)
                         : Result<nlohmann::json>(fail(ErrorCode::Invalid, "Not mended."));
    };
    add_kind("test.mended", {noting("first"), second});
    start_worker();
    const auto id = enqueue_job({.kind = "test.mended", .tenant = {}});
    wait_until_finished(id);
    is_mended = true;
    ASSERT_TRUE(in_root([&](db::Transaction& tx) { return JobStore{tx}.retry(id); }));
    const auto done = wait_until_finished(id);
    EXPECT_EQ(done.state, JobState::Succeeded);
    EXPECT_EQ(done.error, "");
    EXPECT_EQ(
        diary.lines(), (Lines{"first", "second", "undo second", "undo first", "first", "second"})
    );
    const auto twice = in_root([&](db::Transaction& tx) { return JobStore{tx}.retry(id); });
    EXPECT_EQ(twice.error().code, ErrorCode::Conflict);
}

}  // namespace
}  // namespace hostelry::queue
