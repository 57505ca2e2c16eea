#include "core/app/worker_role.h"

namespace hostelry::app {

WorkerRole::WorkerRole(Platform& platform, Features& features)
    : platform_(platform), features_(features), backlog_(platform.database(), platform.clock()) {}

WorkerRole::~WorkerRole() {
    stop(std::chrono::milliseconds::zero());
}

Result<void> WorkerRole::start() {
    TRY(features_.start_work());
    features_.add_jobs(registry_);
    dispatcher_ = std::make_unique<events::Dispatcher>(platform_.database(), &platform_.listener());
    features_.add_listeners(*dispatcher_);
    queue::WorkerOptions options;
    options.slots = static_cast<int>(platform_.config().worker.threads);
    options.tenant_limit = static_cast<int>(platform_.config().worker.jobs_per_tenant);
    options.life_signs = platform_.config().state_dir + "/workers";
    worker_ = std::make_unique<queue::Worker>(
        platform_.database(),
        registry_,
        platform_.clock(),
        platform_.random(),
        &platform_.listener(),
        options
    );
    worker_->start();
    dispatcher_->start();
    const auto figure = [this](const char* name, const char* help, auto read) {
        figures_.push_back(platform_.metrics().gauge_from(name, help, {}, [this, read] {
            return static_cast<double>(read(worker_->figures()));
        }));
    };
    figure("hostelry_jobs_running", "Jobs that run in this process", [](const auto& f) {
        return f.running;
    });
    figure("hostelry_jobs_succeeded_total", "Jobs that succeeded", [](const auto& f) {
        return f.succeeded_total;
    });
    figure("hostelry_jobs_failed_total", "Jobs that failed for good", [](const auto& f) {
        return f.failed_total;
    });
    figure("hostelry_jobs_cancelled_total", "Jobs that were cancelled", [](const auto& f) {
        return f.cancelled_total;
    });
    figure("hostelry_job_retries_total", "Steps that were tried again", [](const auto& f) {
        return f.retries_total;
    });
    figure("hostelry_job_leases_lost_total", "Jobs taken over by others", [](const auto& f) {
        return f.leases_lost_total;
    });
    figures_.push_back(platform_.metrics().gauge_from(
        "hostelry_jobs_queued",
        "Jobs of all tenants that wait for a worker; NaN while the database is away.",
        {},
        [this] { return backlog_.queued(); }
    ));
    figures_.push_back(platform_.metrics().gauge_from(
        "hostelry_events_behind",
        "Events that the slowest listener has not seen; NaN while the database is away.",
        {},
        [this] { return backlog_.events_behind(); }
    ));
    platform_.readiness().set("worker", true);
    return {};
}

void WorkerRole::stop(std::chrono::milliseconds patience) {
    platform_.readiness().set("worker", false);
    figures_.clear();
    if (worker_) {
        worker_->stop(patience);
        worker_.reset();
        features_.stop_work(patience);
    }
    if (dispatcher_) {
        dispatcher_->stop();
        dispatcher_.reset();
    }
}

}  // namespace hostelry::app
