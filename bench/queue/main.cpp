// Measures the job queue beside bare libpq on one durable PostgreSQL, in turn, and prints ratios
// beside their limits. Only the ratios mean something. Ends with 1 when a limit is missed. Usage:
// bench_queue [ROUNDS]
#include "core/platform/db/embedded_postgres.h"
#include "core/platform/db/migrations.h"

#include "bench/queue/figures.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace {

using hostelry::bench::Figures;

int missed = 0;

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void report(
    const char* name,
    const std::vector<Figures>& bare,
    const std::vector<Figures>& ours,
    double Figures::*figure,
    double limit,
    bool more_is_better
) {
    std::vector<double> ratios, bare_values, our_values;
    for (std::size_t i = 0; i < bare.size(); ++i) {
        ratios.push_back(ours[i].*figure / bare[i].*figure);
        bare_values.push_back(bare[i].*figure);
        our_values.push_back(ours[i].*figure);
    }
    const double ratio = median(ratios);
    const bool good = more_is_better ? ratio >= limit : ratio <= limit;
    missed += good ? 0 : 1;
    std::printf(
        "  %s %-34s %10.1f  bare libpq %10.1f  ratio %5.2f  (limit %s %.2f)\n",
        good ? "ok    " : "MISSED",
        name,
        median(our_values),
        median(bare_values),
        ratio,
        more_is_better ? ">=" : "<=",
        limit
    );
}

}  // namespace

int main(int count, char** arguments) {
    const int rounds = count > 1 ? std::atoi(arguments[1]) : 3;
    const auto state =
        std::filesystem::temp_directory_path() / ("hostelry-bench-" + std::to_string(getpid()));
    std::filesystem::create_directories(state);
    std::filesystem::permissions(state, std::filesystem::perms{0755});
    int failed = 1;
    {
        const auto postgres = hostelry::db::EmbeddedPostgres::start(
            {.state_directory = state, .shared_buffers_mb = 128}
        );
        if (!postgres) {
            std::fprintf(stderr, "%s\n", postgres.error().message.c_str());
            return 2;
        }
        const auto migrations =
            hostelry::db::read_migrations(std::string(HOSTELRY_SOURCE_DIR) + "/migrations");
        const auto ready =
            hostelry::db::ensure_database((*postgres)->dsn("postgres", "postgres"), "hostelry");
        if (!migrations || !ready ||
            !hostelry::db::Migrator((*postgres)->dsn("postgres"), *migrations).up()) {
            std::fprintf(stderr, "The database cannot be migrated.\n");
            return 2;
        }
        std::vector<Figures> bare, ours;
        for (int round = 0; round < rounds; ++round) {
            bare.push_back(hostelry::bench::measure_bare((*postgres)->dsn("postgres", "postgres")));
            ours.push_back(hostelry::bench::measure_ours((*postgres)->dsn("hostelry_app")));
        }
        report(
            "enqueue single, 8 in flight, /s", bare, ours, &Figures::singles_per_second, 0.8, true
        );
        report("enqueue batch of 1000, /s", bare, ours, &Figures::batched_per_second, 0.9, true);
        report("drain, /s", bare, ours, &Figures::drained_per_second, 0.6, true);
        report("idle start p50, ms", bare, ours, &Figures::idle_start_ms, 1.2, false);
        failed = missed > 0 ? 1 : 0;
    }
    std::filesystem::remove_all(state);
    return failed;
}
