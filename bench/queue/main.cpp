// Measures the job queue beside bare libpq on one durable PostgreSQL, in turn, and prints ratios
// beside their limits. Only the ratios mean something. Ends with 1 when a limit is missed. Usage:
// bench_queue [ROUNDS]
#include "bench/queue/figures.h"
#include "bench/support/cluster.h"
#include "bench/support/report.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

using namespace hostelry::bench;

struct Rounds {
    std::string_view limit_name;
    std::vector<Figures> limit;
};

bool compare(
    std::string_view name,
    const std::vector<Figures>& ours,
    const Rounds& rounds,
    double Figures::*value,
    double goal,
    Better better = Better::More
) {
    Figure figure{name, rounds.limit_name, {}, {}, goal, better};
    for (std::size_t i = 0; i < ours.size(); ++i) {
        figure.ours.push_back(ours[i].*value);
        figure.limit.push_back(rounds.limit[i].*value);
    }
    return report(figure);
}

}  // namespace

int main(int count, char** arguments) {
    const int rounds = count > 1 ? std::atoi(arguments[1]) : 3;
    const Cluster cluster;
    Rounds bare{"bare libpq", {}};
    Rounds same{"same rows by bare libpq", {}};
    std::vector<Figures> ours;
    for (int round = 0; round < rounds; ++round) {
        bare.limit.push_back(measure_bare(cluster.dsn("postgres", "postgres")));
        ours.push_back(
            measure_ours(cluster.dsn("hostelry_app"), cluster.dsn("postgres"), cluster.root())
        );
        same.limit.push_back(measure_same_table(cluster.dsn("hostelry_app"), cluster.root()));
    }
    std::puts(
        "Job queue beside bare libpq on a table of seven columns and three indexes, and beside the "
        "same rows by bare\nlibpq: ours have 35 columns, nine indexes, checks, triggers and a "
        "policy, and of a job in a batch about\nthree quarters of the server's work go into those, "
        "so that line alone says what the queue itself costs."
    );
    bool is_good = true;
    const auto single = &Figures::singles_per_second;
    const auto batch = &Figures::batched_per_second;
    is_good &= compare("enqueue single, 8 in flight, /s", ours, bare, single, 0.8);
    is_good &= compare("enqueue single, 8 in flight, /s", ours, same, single, 0.8);
    is_good &= compare("enqueue batch of 1000, /s", ours, bare, batch, 0.9);
    is_good &= compare("enqueue batch of 1000, /s", ours, same, batch, 0.9);
    is_good &= compare("drain, /s", ours, bare, &Figures::drained_per_second, 0.6);
    is_good &=
        compare("idle start p50, ms", ours, bare, &Figures::idle_start_ms, 1.2, Better::Less);
    return is_good ? 0 : 1;
}
