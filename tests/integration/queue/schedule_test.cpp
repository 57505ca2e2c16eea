// Jobs by the clock: made once, elected, caught up once.
#include "core/base/time.h"
#include "core/platform/queue/scheduler.h"

#include "tests/integration/queue/queue_world.h"

#include <thread>

namespace hostelry::queue {
namespace {

class Schedules : public QueueWorld {
protected:
    static TimePoint at(const std::string& text) { return *parse_rfc3339(text); }
    std::string next_of(const std::string& name) {
        return postgres.value(
            "select to_char(next_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from "
            "hostelry.job_schedules "
            "where name = '" +
            name + "'"
        );
    }
    std::string jobs() { return postgres.value("select count(*) from hostelry.jobs"); }
    void finish_all() {
        postgres.execute(
            "update hostelry.jobs set state = 'succeeded', finished_at = now(), worker = null, "
            "lease_until = null"
        );
    }
};

TEST_F(Schedules, MakesAJobWhenItIsDueAndNotBefore) {
    ASSERT_TRUE(in_root([&](db::Transaction& tx) {
        return ensure_schedule(
            tx,
            postgres.root(),
            {.name = "nightly",
             .kind = "test.night",
             .cron = "30 3 * * *",
             .time_zone = "Europe/Vienna",
             .input = nlohmann::json{{"a", 1}}},
            at("2026-03-28T12:00:00Z")
        );
    }));
    EXPECT_EQ(next_of("nightly"), "2026-03-29 01:30");
    EXPECT_EQ(run_due_schedules(postgres.database(), at("2026-03-29T01:29:59Z")).value(), 0);
    EXPECT_EQ(run_due_schedules(postgres.database(), at("2026-03-29T01:30:00Z")).value(), 1);
    EXPECT_EQ(next_of("nightly"), "2026-03-30 01:30");
    EXPECT_EQ(postgres.value("select kind || input from hostelry.jobs"), R"(test.night{"a": 1})");
}

TEST_F(Schedules, AMissedTimeIsCaughtUpOnceAndARunningJobIsNotDoubled) {
    ASSERT_TRUE(in_root([&](db::Transaction& tx) {
        return ensure_schedule(
            tx,
            postgres.root(),
            {.name = "hourly", .kind = "test.hour", .cron = "0 * * * *"},
            at("2026-05-01T00:10:00Z")
        );
    }));
    EXPECT_EQ(run_due_schedules(postgres.database(), at("2026-05-01T09:05:00Z")).value(), 1);
    EXPECT_EQ(next_of("hourly"), "2026-05-01 10:00");
    EXPECT_EQ(run_due_schedules(postgres.database(), at("2026-05-01T10:05:00Z")).value(), 0)
        << "the last one still runs";
    EXPECT_EQ(next_of("hourly"), "2026-05-01 11:00");
    finish_all();
    EXPECT_EQ(run_due_schedules(postgres.database(), at("2026-05-01T11:05:00Z")).value(), 1);
    EXPECT_EQ(jobs(), "2");
}

TEST_F(Schedules, ManyWorkersMakeOneJob) {
    ASSERT_TRUE(in_root([&](db::Transaction& tx) {
        return ensure_schedule(
            tx,
            postgres.root(),
            {.name = "once", .kind = "test.once", .cron = "0 0 1 1 *"},
            at("2025-06-01T00:00:00Z")
        );
    }));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            EXPECT_TRUE(run_due_schedules(postgres.database(), at("2026-05-01T00:00:00Z")));
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(jobs(), "1");
}

TEST_F(Schedules, ThoseOfTheProgramAreReplacedByThoseOfItsNextRelease) {
    Registry before, after;
    before.add_schedule({.name = "kept", .kind = "test.a", .cron = "0 3 * * *"});
    before.add_schedule({.name = "gone", .kind = "test.a", .cron = "0 3 * * *"});
    after.add_schedule({.name = "kept", .kind = "test.b", .cron = "0 3 * * *"});
    const auto names = [&] {
        return postgres.value(
            "select string_agg(name || kind, ',' order by name) from hostelry.job_schedules"
        );
    };
    ASSERT_TRUE(publish_built_in_schedules(postgres.database(), before, at("2026-05-01T00:00:00Z"))
    );
    EXPECT_EQ(names(), "gonetest.a,kepttest.a");
    ASSERT_TRUE(publish_built_in_schedules(postgres.database(), after, at("2026-05-02T12:00:00Z")));
    EXPECT_EQ(names(), "kepttest.b");
    EXPECT_EQ(next_of("kept"), "2026-05-01 03:00")
        << "an unchanged time is not put off by a restart";
}

TEST_F(Schedules, AWorkerFollowsThemByItself) {
    Step step = noting("tick");
    step.undo = nullptr;
    add_kind("test.tick", {step});
    registry.add_schedule({.name = "tick", .kind = "test.tick", .cron = "* * * * *"});
    ASSERT_TRUE(
        publish_built_in_schedules(postgres.database(), registry, postgres.clock().now() - 2min)
    );
    start_worker({.poll = 100ms});
    EXPECT_TRUE(diary.wait_for("tick"));
}

TEST_F(Schedules, RefusesWhatNeverComes) {
    const auto refused = in_root([&](db::Transaction& tx) {
        return ensure_schedule(
            tx,
            postgres.root(),
            {.name = "x", .kind = "test.a", .cron = "0 0 31 2 *"},
            postgres.clock().now()
        );
    });
    EXPECT_EQ(refused.error().code, ErrorCode::Invalid);
}

TEST_F(Schedules, OldFinishedJobsAreRemovedWithEverythingOfTheirs) {
    add_kind("test.two", {noting("one"), noting("two")});
    start_worker();
    const auto id = enqueue_job({.kind = "test.two", .tenant = {}});
    wait_until_finished(id);
    const auto remove = [&](const std::string& before) {
        return postgres.value("select hostelry.remove_finished_jobs(" + before + ", 10)");
    };
    EXPECT_EQ(remove("now() - interval '1 day'"), "0");
    EXPECT_EQ(remove("now() + interval '1 day'"), "1");
    EXPECT_EQ(jobs(), "0");
    EXPECT_EQ(postgres.value("select count(*) from hostelry.job_steps"), "0");
}

}  // namespace
}  // namespace hostelry::queue
