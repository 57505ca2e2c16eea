#pragma once
// Inside this room only: what a worker does beside running jobs, on a thread of its own. It keeps
// the leases of what runs, writes notes, takes over from workers that died, makes scheduled jobs
// and removes old ones.

#include "core/platform/queue/job_run.h"
#include "core/platform/queue/life_sign.h"
#include "core/platform/queue/worker.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace hostelry::queue {

class WorkerUpkeep {
public:
    struct Needs {
        db::Database& database;
        const Registry& registry;
        const Clock& clock;
        const WorkerOptions& options;
        const std::string& name;
        /// What runs here at this moment.
        std::function<std::vector<std::shared_ptr<JobRun>>()> runs;
        /// There is something to claim.
        std::function<void()> wake;
    };
    explicit WorkerUpkeep(Needs needs);
    ~WorkerUpkeep();
    WorkerUpkeep(const WorkerUpkeep&) = delete;
    WorkerUpkeep& operator=(const WorkerUpkeep&) = delete;

    /// Gives the life sign, publishes the kinds (when the database is away: as soon as it is there)
    /// and begins.
    void start();
    /// Returns when its thread has ended; leases run out from here on.
    void stop();

private:
    void tick();
    std::chrono::milliseconds pause();
    void publish();
    Result<void> publish_kinds();
    void flush_notes() const;
    void renew_leases();
    void tell_renewal(JobRun& run, const std::unordered_map<Uuid, bool>& kept);
    void give_life_sign();
    void recover();
    void bury_the_dead();
    void run_schedules();
    void remove_finished();

    Needs needs_;
    LifeSign life_sign_;
    bool is_published_ = false;  // The thread's own, once it runs.
    std::mutex mutex_;
    std::condition_variable wakes_;
    bool is_over_ = false;
    std::thread thread_;
};

}  // namespace hostelry::queue
