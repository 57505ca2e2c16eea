#include "core/platform/telemetry/metrics.h"

#include "core/platform/telemetry/query_stats.h"
#include "core/platform/telemetry/readiness.h"

#include <gtest/gtest.h>

namespace hostelry::telemetry {
namespace {

using namespace std::chrono_literals;

bool has(const Metrics& metrics, const std::string& line) {
    return ("\n" + metrics.serialize()).find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, AreWrittenInTheFormatOfPrometheus) {
    Metrics metrics;
    const auto counter = metrics.counter("things_total", "Things.", {{"kind", "good"}});
    counter.add();
    counter.add(2);
    metrics.gauge("level", "Level.").set(1.5);
    metrics.histogram("seconds", "Time.", {}, {0.1, 1}).observe(0.5);
    EXPECT_TRUE(has(metrics, "# TYPE things_total counter"));
    EXPECT_TRUE(has(metrics, "things_total{kind=\"good\"} 3"));
    EXPECT_TRUE(has(metrics, "level 1.5"));
    EXPECT_TRUE(has(metrics, "seconds_bucket{le=\"0.1\"} 0"));
    EXPECT_TRUE(has(metrics, "seconds_bucket{le=\"1\"} 1"));
    EXPECT_TRUE(has(metrics, "seconds_count 1"));
}

TEST(Metrics, GiveTheSameFigureForTheSameName) {
    Metrics metrics;
    metrics.counter("things_total", "Things.").add();
    metrics.counter("things_total", "Things.").add();
    EXPECT_TRUE(has(metrics, "things_total 2"));
}

TEST(Metrics, ReadAGaugeOnlyAsLongAsItIsRegistered) {
    Metrics metrics;
    double value = 1;
    auto registration = metrics.gauge_from("pool", "Pool.", {}, [&] { return value; });
    EXPECT_TRUE(has(metrics, "pool 1"));
    value = 2;
    EXPECT_TRUE(has(metrics, "pool 2"));
    registration.reset();
    value = 3;
    EXPECT_FALSE(has(metrics, "pool 3"));
}

TEST(Readiness, NamesWhatIsMissing) {
    Readiness readiness;
    EXPECT_TRUE(readiness.is_ready());
    readiness.set("database", false);
    readiness.set("http", true);
    EXPECT_EQ(readiness.missing(), std::vector<std::string>{"database"});
    readiness.set("database", true);
    EXPECT_TRUE(readiness.is_ready());
}

TEST(QueryStats, CountStatementsAndTellTheSlowOnes) {
    Metrics metrics;
    std::string slow;
    const QueryStats stats(metrics, 100ms, [&](std::string_view statement, auto) {
        slow = statement;
    });
    stats.record("select fast", 1ms, false);
    stats.record("select wrong", 1ms, true);
    EXPECT_EQ(slow, "");
    stats.record("select slow", 100ms, false);
    EXPECT_EQ(slow, "select slow");
    EXPECT_TRUE(has(metrics, "hostelry_db_queries_total{outcome=\"ok\"} 2"));
    EXPECT_TRUE(has(metrics, "hostelry_db_queries_total{outcome=\"failed\"} 1"));
    EXPECT_TRUE(has(metrics, "hostelry_db_slow_queries_total 1"));
}

}  // namespace
}  // namespace hostelry::telemetry
