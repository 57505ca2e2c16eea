#pragma once

#include "core/base/id.h"

#include <string>

namespace hostelry::bench {

constexpr int kWriters = 8;     // enqueues in flight
constexpr int kSingles = 4000;  // jobs enqueued one by one in a round
constexpr int kBatches = 20;    // batches of a thousand in a round
constexpr int kBatch = 1000;
constexpr int kDrained = 20000;  // jobs finished in a round
constexpr int kClaim = 100;      // jobs a claim takes
constexpr int kStarts = 60;      // jobs started from idle in a round

/// The same four things, as fast as bare libpq can and as our queue does them.
struct Figures {
    double singles_per_second;
    double batched_per_second;
    double drained_per_second;
    double
        idle_start_ms;  // median, from the beginning of the enqueue to the first line of the step
};

Figures measure_bare(const std::string& dsn);
/// Enqueueing only.
Figures measure_same_table(const std::string& dsn, TenantId tenant);
Figures measure_ours(const std::string& dsn, const std::string& owner_dsn, TenantId tenant);

}  // namespace hostelry::bench
