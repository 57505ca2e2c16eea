#pragma once
// The role that runs jobs, schedules and event listeners.

#include "core/app/backlog.h"
#include "core/app/features.h"
#include "core/app/platform.h"
#include "core/platform/events/events.h"
#include "core/platform/queue/queue.h"
#include "core/platform/queue/worker.h"

#include <chrono>
#include <memory>

namespace hostelry::app {

class WorkerRole {
public:
    WorkerRole(Platform& platform, Features& features);
    ~WorkerRole();
    WorkerRole(const WorkerRole&) = delete;
    WorkerRole& operator=(const WorkerRole&) = delete;

    Result<void> start();
    /// Running steps get `patience` to finish; then leases are given back.
    void stop(std::chrono::milliseconds patience);

private:
    Platform& platform_;
    Features& features_;
    Backlog backlog_;
    queue::Registry registry_;
    std::unique_ptr<queue::Worker> worker_;
    std::unique_ptr<events::Dispatcher> dispatcher_;
    std::vector<telemetry::Metrics::Registration> figures_;
};

}  // namespace hostelry::app
