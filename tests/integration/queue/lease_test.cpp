// Who may run a job: leases, fences, poison, graceful stop.
#include "tests/integration/queue/queue_world.h"

#include <atomic>

namespace hostelry::queue {
namespace {

class Leases : public QueueWorld {};

TEST_F(Leases, AWorkerThatLostItsLeaseWritesNothingMore) {
    Gate late;
    std::atomic<int> runs{0};
    Step slow = noting("slow");
    slow.run = [&](StepContext&) -> Result<nlohmann::json> {
        const int run = ++runs;
        if (run == 1) {
            late.pass();  // stuck, and its worker gives no sign of life
        }
        diary.write("answer " + std::to_string(run));
        return run;
    };
    add_kind("test.slow", {slow, noting("after")});
    auto& stuck = start_worker({.lease = 1500ms, .heartbeat = 60s});
    const auto id = enqueue_job({.kind = "test.slow", .tenant = {}});
    wait_until(id, [](const Job& now) { return now.state == JobState::Running; });
    start_worker({.lease = 5s, .heartbeat = 200ms});
    EXPECT_EQ(wait_until_finished(id).state, JobState::Succeeded);
    late.open();
    ASSERT_TRUE(diary.wait_for("answer 1"));
    stuck.stop(5s);
    EXPECT_EQ(stuck.figures().leases_lost_total, 1U);
    EXPECT_EQ(steps(id)[0].output.text(), "2") << "the answer of the old lease must not be stored";
    EXPECT_EQ(diary.lines(), (std::vector<std::string>{"answer 2", "after", "answer 1"}));
}

TEST_F(Leases, AWorkerWithoutItsLeaseDoesNotTakeTheSameJobAgainBesideItsOldRun) {
    Gate late;
    Step stuck_step = noting("stuck");
    stuck_step.run = [&](StepContext&) -> Result<nlohmann::json> {
        late.pass();
        return nullptr;
    };
    add_kind("test.stuck", {stuck_step});
    auto& stuck = start_worker({.lease = 400ms, .heartbeat = 60s, .deaths_max = 3});
    const auto id = enqueue_job({.kind = "test.stuck", .tenant = {}});
    wait_until(id, [](const Job& now) { return now.state == JobState::Running; });
    wait_until(id, [](const Job& now) { return now.state == JobState::Queued; });
    // Several looks of its pump later the job is as it was.
    const auto fence = postgres.value("select fence from hostelry.jobs");
    std::this_thread::sleep_for(1500ms);
    EXPECT_EQ(postgres.value("select fence from hostelry.jobs"), fence);
    EXPECT_EQ(job(id).state, JobState::Queued);
    late.open();
    stuck.stop(5s);
}

TEST_F(Leases, AWorkerOutlivesASchemaThatDoesNotFitForAWhile) {
    // As when a release is rolled out beside a running one: every statement of the worker fails.
    const auto rename = [&](const std::string& from, const std::string& to) {
        for (const char* name :
             {"claim_jobs", "renew_leases", "recover_jobs", "complete_jobs", "end_leases"}) {
            postgres.execute(
                "alter function hostelry." + (from + name) + " rename to " + (to + name), "postgres"
            );
        }
    };
    Gate gate;
    std::atomic<int> runs{0};
    Step slow = noting("slow");
    slow.run = [&](StepContext&) -> Result<nlohmann::json> {
        ++runs;
        gate.pass();
        return nullptr;
    };
    add_kind("test.slow", {slow});
    add_kind("test.quick", {noting("quick")});
    start_worker({.lease = 20s, .heartbeat = 50ms, .life_signs = {}});
    const auto held = enqueue_job({.kind = "test.slow", .tenant = {}});
    wait_until(held, [](const Job& now) { return now.state == JobState::Running; });
    rename("", "old_");
    const auto waiting = enqueue_job({.kind = "test.quick", .tenant = {}});
    std::this_thread::sleep_for(300ms);  // Some heartbeats, and looks of its pump.
    EXPECT_EQ(job(waiting).state, JobState::Queued);
    gate.open();
    rename("old_", "");
    EXPECT_EQ(wait_until_finished(held).state, JobState::Succeeded);
    EXPECT_EQ(wait_until_finished(waiting).state, JobState::Succeeded);
    EXPECT_EQ(runs, 1);
}

TEST_F(Leases, ALongStepKeepsItsLease) {
    Gate gate;
    std::atomic<int> runs{0};
    Step slow = noting("slow");
    slow.run = [&](StepContext& step) -> Result<nlohmann::json> {
        ++runs;
        step.sleep_for(1500ms);
        return nullptr;
    };
    add_kind("test.slow", {slow});
    start_worker({.lease = 600ms, .heartbeat = 150ms});
    start_worker({.lease = 600ms, .heartbeat = 150ms});
    EXPECT_EQ(
        wait_until_finished(enqueue_job({.kind = "test.slow", .tenant = {}})).state,
        JobState::Succeeded
    );
    EXPECT_EQ(runs, 1);
}

TEST_F(Leases, AJobThatKillsItsWorkersIsPutAside) {
    add_kind("test.poison", {noting("one"), noting("two")});
    const auto id = enqueue_job({.kind = "test.poison", .tenant = {}});
    // As if workers died one after the other: a lease in the past, again and again.
    for (int death = 1; death <= 3; ++death) {
        postgres.execute(
            "update hostelry.jobs set worker = 'dead', lease_until = now() - interval '1 s', state "
            "= 'running', "
            "has_steps = true, current_step = 'Do two'"
        );
        postgres.execute(
            "insert into hostelry.job_steps (tenant_id, job_id, position, name, title, state) "
            "select tenant_id, id, p, n, t, s from hostelry.jobs, "
            "(values (0, 'one', 'Do one', 'done'), (1, 'two', 'Do two', 'running')) w (p, n, t, s) "
            "on conflict do nothing"
        );
        postgres.database().single_statement("select hostelry.recover_jobs(3)").value();
    }
    const auto done = job(id);
    EXPECT_EQ(done.state, JobState::Failed);
    EXPECT_TRUE(done.is_quarantined);
    EXPECT_EQ(done.not_undone, (std::vector<std::string>{"Do two", "Do one"}));
    // A person may still try it again; it goes on at the step that was not finished.
    start_worker();
    ASSERT_TRUE(in_root([&](db::Transaction& tx) { return JobStore{tx}.retry(id); }));
    EXPECT_EQ(wait_until_finished(id).state, JobState::Succeeded);
    EXPECT_EQ(diary.lines(), std::vector<std::string>{"two"});
}

TEST_F(Leases, AStoppingWorkerGivesItsJobsBackAtOnce) {
    Gate running;
    std::atomic<int> runs{0};
    Step long_step = noting("long");
    long_step.run = [&](StepContext& step) -> Result<nlohmann::json> {
        if (++runs == 1) {
            running.open();
            while (!step.cancelled()) {
                step.sleep_for(10s);
            }
            return fail(ErrorCode::Cancelled, "Stopped.");
        }
        return step.attempt();
    };
    add_kind("test.long", {noting("first"), long_step});
    auto& leaving = start_worker();
    const auto id = enqueue_job({.kind = "test.long", .tenant = {}});
    running.pass();
    leaving.stop(50ms);
    EXPECT_EQ(job(id).state, JobState::Queued);
    EXPECT_EQ(postgres.value("select count(*) from hostelry.jobs where worker is not null"), "0");
    start_worker();
    EXPECT_EQ(wait_until_finished(id).state, JobState::Succeeded);
    EXPECT_EQ(diary.lines(), std::vector<std::string>{"first"})
        << "a finished step does not run again";
    EXPECT_EQ(steps(id)[1].output.text(), "1") << "an interrupted attempt does not count";
}

TEST_F(Leases, AStoppingWorkerFinishesTheStepInHandAndBeginsNoOther) {
    Gate running, go_on;
    Step slow = noting("slow");
    slow.run = [&](StepContext&) -> Result<nlohmann::json> {
        running.open();
        go_on.pass();
        diary.write("slow");
        return nullptr;
    };
    add_kind("test.slow", {slow, noting("next")});
    auto& leaving = start_worker();
    const auto id = enqueue_job({.kind = "test.slow", .tenant = {}});
    running.pass();
    std::thread stopper([&] { leaving.stop(10s); });
    ASSERT_TRUE(testing::eventually([&] { return leaving.figures().is_stopping; }));
    go_on.open();
    stopper.join();
    EXPECT_EQ(job(id).state, JobState::Queued);
    EXPECT_EQ(steps(id)[0].state, StepState::Done);
    EXPECT_EQ(diary.lines(), std::vector<std::string>{"slow"});
}

TEST_F(Leases, AnOverdueStepIsToldToEnd) {
    Step slow = noting("slow");
    slow.timeout = 100ms;
    slow.attempts_max = 1;
    slow.run = [](StepContext& step) -> Result<nlohmann::json> {
        while (!step.cancelled()) {
            step.sleep_for(10s);
        }
        return fail(ErrorCode::Timeout, "It took too long.");
    };
    add_kind("test.slow", {slow});
    start_worker();
    const auto done = wait_until_finished(enqueue_job({.kind = "test.slow", .tenant = {}}));
    EXPECT_EQ(done.error, "It took too long.");
}

}  // namespace
}  // namespace hostelry::queue
