// The database is killed (-9) under a running job: it recovers, and the job goes on where it was.
#include "core/platform/db/embedded_postgres.h"
#include "core/platform/db/listener.h"
#include "core/platform/db/migrations.h"
#include "core/platform/queue/job_store.h"
#include "core/platform/queue/worker.h"

#include "tests/support/scratch_folder.h"
#include "tests/support/test_database.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <thread>

namespace hostelry::queue {
namespace {

using namespace std::chrono_literals;

class KillingTheDatabase : public ::testing::Test {
protected:
    KillingTheDatabase() {
        state.open_for_others();
        auto started =
            db::EmbeddedPostgres::start({.state_directory = state.path(), .connections_max = 30});
        if (!started) {
            throw std::runtime_error(started.error().message + started.error().cause);
        }
        postgres = std::move(*started);
        EXPECT_TRUE(db::ensure_database(postgres->dsn("postgres", "postgres"), "hostelry"));
        db::Migrator(
            postgres->dsn("postgres"), db::read_migrations(testing::migrations_directory()).value()
        )
            .up()
            .value();
        database = std::make_unique<db::Database>(
            db::DatabaseOptions{.dsn = postgres->dsn("hostelry_app")}, clock
        );
        root = TenantId::make(clock, random);
        database->single_statement("select hostelry.create_root_tenant($1, 'Root', 'root')", root)
            .value();
    }
    ~KillingTheDatabase() override {
        database.reset();
        postgres.reset();
    }

    std::optional<Job> look(JobId id) {
        const auto found = database->in_tenant(root, [&](db::Transaction& tx) -> Result<Job> {
            return JobStore{tx}.get(id);
        });
        return found ? std::optional{*found} : std::nullopt;
    }

    testing::ScratchFolder state;
    SystemClock clock;
    SystemRandom random;
    std::unique_ptr<db::EmbeddedPostgres> postgres;
    std::unique_ptr<db::Database> database;
    TenantId root;
};

TEST_F(KillingTheDatabase, DuringEveryStepTheJobStillEndsOnceWithNothingDoneTwice) {
    constexpr int kSteps = 3;
    std::atomic<int> acts[kSteps] = {};
    std::atomic<bool> was_killed[kSteps] = {};
    Registry registry;
    JobKind kind{.name = "test.killdb", .title = "Outlive the database"};
    for (int i = 0; i < kSteps; ++i) {
        kind.steps.push_back({
            .name = "step" + std::to_string(i),
            .title = "Step",
            .run = [&, i](StepContext&) -> Result<nlohmann::json> {
                if (acts[i] == 0) {
                    ++acts[i];
                }
                if (!was_killed[i].exchange(true)) {
                    kill(postgres->process_id(), SIGKILL);
                }
                return i;
            },
            .undo = [](StepContext&) -> Result<void> { return {}; },
        });
    }
    registry.add(std::move(kind));
    db::Listener listener(postgres->dsn("hostelry_app"));
    listener.start();
    Worker worker(
        *database,
        registry,
        clock,
        random,
        &listener,
        {.lease = 20s, .heartbeat = 500ms, .poll = 500ms}
    );
    worker.start();
    const auto id = database
                        ->in_tenant(
                            root,
                            [&](db::Transaction& tx) -> Result<JobId> {
                                return enqueue(tx, {.kind = "test.killdb", .tenant = root});
                            }
                        )
                        .value();
    const auto until = std::chrono::steady_clock::now() + 90s;
    std::optional<Job> job;
    while ((!job || !is_finished(job->state)) && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(100ms);
        job = look(id);
    }
    ASSERT_TRUE(job);
    EXPECT_EQ(job->state, JobState::Succeeded) << job->error;
    for (int i = 0; i < kSteps; ++i) {
        EXPECT_TRUE(was_killed[i]);
        EXPECT_EQ(acts[i], 1);
    }
    worker.stop(5s);
    listener.stop();
}

}  // namespace
}  // namespace hostelry::queue
