#pragma once

#include "core/platform/telemetry/metrics.h"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace hostelry::telemetry {

/// What the database room reports for each statement: counts and times by outcome, and the slow
/// ones by name. The statement itself never becomes a label; `on_slow` gets it for the log.
class QueryStats {
public:
    using OnSlow = std::function<void(std::string_view statement, std::chrono::microseconds took)>;

    QueryStats(Metrics& metrics, std::chrono::milliseconds slow, OnSlow on_slow);

    void record(std::string_view statement, std::chrono::microseconds took, bool failed) const;

private:
    Counter succeeded_;
    Counter failed_;
    Counter slow_count_;
    Histogram seconds_;
    std::chrono::milliseconds slow_;
    OnSlow on_slow_;
};

}  // namespace hostelry::telemetry
