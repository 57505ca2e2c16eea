#pragma once
// Inside this room only: one listener's next event.

#include "core/platform/events/events.h"

#include <chrono>
#include <string>
#include <vector>

namespace hostelry::events {

struct Subscriber {
    std::string name;
    std::vector<std::string> patterns;  ///< LIKE patterns
    Handler handler;
    Dispatcher::From from;
};

/// LIKE patterns of "site.created", "site.*" and "*".
std::vector<std::string> patterns_of(const std::vector<std::string>& types);

struct Delivery {
    enum class Kind {
        Nothing,  ///< no event, not yet time to try again, or another process serves this listener
        Delivered,
        Failed,      ///< will be tried again after `wait`
        Dead,        ///< put aside
        Unreachable  ///< the database is away
    } kind;
    std::chrono::milliseconds wait{};
};

/// Gives positions to new events; answers how many.
Result<std::int64_t> seal(db::Database& database);
Result<void> register_subscriber(db::Database& database, const Subscriber& subscriber);
Delivery deliver_next(
    db::Database& database, const Subscriber& subscriber, const DispatcherOptions& options
);

}  // namespace hostelry::events
