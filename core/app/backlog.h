#pragma once
// What waits in the database, for /metrics. The figures are those of the last few seconds, so that
// being asked often costs nothing.

#include "core/base/clock.h"
#include "core/base/lock_guarded.h"
#include "core/platform/db/database.h"

#include <chrono>
#include <optional>

namespace hostelry::app {

class Backlog {
public:
    Backlog(db::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

    /// NaN while the database does not answer.
    double queued();
    double events_behind();

private:
    struct Read {
        double queued = 0;
        double events_behind = 0;
        std::optional<std::chrono::steady_clock::time_point> at;
    };
    Read latest();
    Read read();

    db::Database& database_;
    const Clock& clock_;
    LockGuarded<Read> last_;
};

}  // namespace hostelry::app
