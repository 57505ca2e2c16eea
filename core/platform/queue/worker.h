#pragma once

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/platform/db/database.h"
#include "core/platform/db/listener.h"
#include "core/platform/queue/queue.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace hostelry::queue {

struct WorkerOptions {
    std::string name{};  ///< shown in the job; empty: host name and process id
    int slots = 8;       ///< jobs that run at once in this process, each on a thread of its own
    /// At most this many jobs of a queue run at once, over all workers (0 or missing: no limit).
    std::map<std::string, int> queue_limits{};
    /// At most this many jobs of one tenant run at once, over all workers.
    int tenant_limit = 4;
    std::chrono::milliseconds lease{
        30000};  ///< without a sign of life for this long, another worker takes over
    std::chrono::milliseconds heartbeat{8000};
    std::chrono::milliseconds poll{5000};  ///< the net under NOTIFY
    int deaths_max = 5;  ///< a job whose worker died this often at one step is quarantined
    std::chrono::days keep_finished{90};  ///< finished jobs are removed after that
    /// A folder of this machine that its workers share: in it they see which of them were killed,
    /// and take over their jobs at once. Empty: only when the lease has run out.
    std::filesystem::path life_signs{};
};

struct WorkerFigures {
    bool is_stopping;  ///< stop() was called: nothing more is claimed, no further step begins
    int running;
    std::uint64_t started_total, succeeded_total, failed_total, cancelled_total, steps_total,
        retries_total, leases_lost_total;
};

/// Claims and runs jobs, keeps their leases alive and makes scheduled jobs. As many workers as one
/// likes, in any number of processes, on one database.
class Worker {
public:
    /// `listener` (may be null: only polling) is the process's own; everything must outlive the
    /// worker.
    Worker(
        db::Database& database,
        const Registry& registry,
        const Clock& clock,
        Random& random,
        db::Listener* listener,
        WorkerOptions options = {}
    );
    ~Worker();  ///< stop() with a patience of 0
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Publishes the kinds (when the database is away: as soon as it is there) and begins to claim.
    void start();
    /// Claims nothing more, lets running steps finish for `patience`, then tells them (cancelled())
    /// and gives all leases back, so that another worker continues at once. Returns when all
    /// threads have ended.
    void stop(std::chrono::milliseconds patience);

    WorkerFigures figures() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace hostelry::queue
