#pragma once
// A database, kinds of jobs that write down what they do, and workers with short leases.

#include "core/platform/db/listener.h"
#include "core/platform/queue/job_store.h"
#include "core/platform/queue/queue.h"
#include "core/platform/queue/worker.h"

#include "tests/support/eventually.h"
#include "tests/support/test_database.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace hostelry::queue {

using namespace std::chrono_literals;

/// What happened, in order; safe for all threads, and can be waited for.
class Diary {
public:
    void write(std::string line) {
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::move(line));
        written_.notify_all();
    }
    std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }
    /// False when the line did not come within ten seconds.
    bool wait_for(const std::string& line) {
        std::unique_lock lock(mutex_);
        return written_.wait_for(lock, 10s, [&] {
            return std::find(lines_.begin(), lines_.end(), line) != lines_.end();
        });
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable written_;
    std::vector<std::string> lines_;
};

/// Something a test opens for a step that waits.
class Gate {
public:
    void open() {
        const std::lock_guard lock(mutex_);
        is_open_ = true;
        opened_.notify_all();
    }
    bool pass() {
        std::unique_lock lock(mutex_);
        return opened_.wait_for(lock, 20s, [&] { return is_open_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable opened_;
    bool is_open_ = false;
};

class QueueWorld : public ::testing::Test {
protected:
    QueueWorld() : listener(postgres.dsn()) { listener.start(); }

    ~QueueWorld() override {
        workers.clear();
        listener.stop();
    }

    /// A step that notes its name and answers it.
    Step noting(const std::string& name) {
        return {
            .name = name,
            .title = "Do " + name,
            .run = [this, name](StepContext&) -> Result<nlohmann::json> {
                diary.write(name);
                return nlohmann::json{{"did", name}};
            },
            .undo = [this, name](StepContext&) -> Result<void> {
                diary.write("undo " + name);
                return {};
            },
            .backoff_first = 10ms,
            .backoff_max = 20ms,
        };
    }
    Step failing(const std::string& name, ErrorCode code) {
        Step step = noting(name);
        step.run = [this, name, code](StepContext&) -> Result<nlohmann::json> {
            diary.write(name);
            return fail(code, "It is broken.");
        };
        return step;
    }

    void add_kind(
        const std::string& name, std::vector<Step> steps, const std::string& queue = "default"
    ) {
        registry.add(
            {.name = name, .title = "Test " + name, .queue = queue, .steps = std::move(steps)}
        );
    }

    Worker& start_worker(WorkerOptions options = {}) {
        options.poll = std::min<std::chrono::milliseconds>(options.poll, 500ms);
        workers.push_back(std::make_unique<Worker>(
            postgres.database(), registry, postgres.clock(), postgres.random(), &listener, options
        ));
        workers.back()->start();
        return *workers.back();
    }

    JobId enqueue_job(NewJob job) {
        if (job.tenant.is_nil()) {
            job.tenant = postgres.root();
        }
        return postgres.database()
            .in_tenant(
                job.tenant, [&](db::Transaction& tx) -> Result<JobId> { return enqueue(tx, job); }
            )
            .value();
    }

    template <class Work>
    auto in_root(Work work) {
        return postgres.database().in_tenant(postgres.root(), work);
    }

    Job job(JobId id) {
        return in_root(
                   [&](db::Transaction& tx) -> Result<Job> { return JobStore{tx}.get(id); }
        ).value();
    }
    std::vector<JobStep> steps(JobId id) {
        return in_root(
                   [&](db::Transaction& tx) -> Result<std::vector<JobStep>> {
                       return JobStore{tx}.steps(id);
                   }
        ).value();
    }

    /// Looks again whenever a job changes; fails the test after 20 s.
    Job wait_until(JobId id, const std::function<bool(const Job&)>& reached) {
        const auto until = std::chrono::steady_clock::now() + 20s;
        for (;;) {
            const Job now = job(id);
            if (reached(now) || std::chrono::steady_clock::now() > until) {
                EXPECT_TRUE(reached(now))
                    << "it stays " << state_name(now.state) << ": " << now.error;
                return now;
            }
            std::this_thread::sleep_for(5ms);
        }
    }
    Job wait_until_finished(JobId id) {
        return wait_until(id, [](const Job& now) { return is_finished(now.state); });
    }

    testing::TestDatabase postgres;
    db::Listener listener;
    Registry registry;
    Diary diary;
    std::vector<std::unique_ptr<Worker>> workers;
};

}  // namespace hostelry::queue
