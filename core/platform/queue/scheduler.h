#pragma once
// Inside this room only: makes the jobs of schedules that are due.

#include "core/platform/db/database.h"
#include "core/platform/queue/queue.h"

namespace hostelry::queue {

/// Writes what the program brings along; done at every start of a worker.
Result<void> publish_built_in_schedules(
    db::Database& database, const Registry& registry, TimePoint now
);
/// Answers how many jobs were made; 0 also when another worker holds the election at this moment.
Result<int> run_due_schedules(db::Database& database, TimePoint now);

}  // namespace hostelry::queue
