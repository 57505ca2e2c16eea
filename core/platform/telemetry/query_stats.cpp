#include "core/platform/telemetry/query_stats.h"

namespace hostelry::telemetry {

QueryStats::QueryStats(Metrics& metrics, std::chrono::milliseconds slow, OnSlow on_slow)
    : slow_(slow), on_slow_(std::move(on_slow)) {
    const std::string name = "hostelry_db_queries_total";
    const std::string help = "Statements sent to PostgreSQL.";
    succeeded_ = metrics.counter(name, help, {{"outcome", "ok"}});
    failed_ = metrics.counter(name, help, {{"outcome", "failed"}});
    slow_count_ =
        metrics.counter("hostelry_db_slow_queries_total", "Statements over the slow limit.");
    seconds_ = metrics.histogram("hostelry_db_query_seconds", "Time of a statement.");
}

void QueryStats::record(std::string_view statement, std::chrono::microseconds took, bool failed)
    const {
    (failed ? failed_ : succeeded_).add();
    seconds_.observe(std::chrono::duration<double>(took).count());
    if (took >= slow_) {
        slow_count_.add();
        if (on_slow_) {
            on_slow_(statement, took);
        }
    }
}

}  // namespace hostelry::telemetry
