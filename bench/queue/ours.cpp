// The product: the queue as features use it, with tenants, row-level security and notifications.
#include "core/platform/db/listener.h"
#include "core/platform/queue/worker.h"

#include "bench/queue/figures.h"
#include "bench/queue/link.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

namespace hostelry::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;
using namespace std::chrono_literals;

class Bench {
public:
    Bench(const std::string& dsn, const std::string& owner_dsn, TenantId root)
        : owner(owner_dsn),
          database({.dsn = dsn, .connections_max = 16, .statement_timeout = 60s}, clock),
          listener(dsn),
          tenant(root) {
        registry.add({
            .name = "bench.noop",
            .title = "Nothing",
            .steps = {{
                .name = "nothing",
                .title = "Nothing",
                .run = [this](queue::StepContext&) -> Result<nlohmann::json> {
                    started = Clock::now();
                    const std::lock_guard lock(mutex);
                    ++runs;
                    ran.notify_all();
                    return nullptr;
                },
            }},
            .is_upkeep = true,
        });
        listener.start();
    }

    template <class Work>
    auto in_root(Work work) {
        auto done = database.in_tenant(tenant, work);
        if (!done) {
            std::fprintf(stderr, "%s\n", done.error().cause.c_str());
            std::exit(1);
        }
        return done;
    }

    void enqueue_one() {
        in_root([&](db::Transaction& tx) -> Result<JobId> {
            return queue::enqueue(tx, {.kind = "bench.noop", .tenant = tenant});
        });
    }

    double singles() {
        const auto begun = Clock::now();
        std::vector<std::thread> threads;
        for (int i = 0; i < kWriters; ++i) {
            threads.emplace_back([this] {
                for (int job = 0; job < kSingles / kWriters; ++job) {
                    enqueue_one();
                }
            });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        return kSingles / Seconds(Clock::now() - begun).count();
    }

    double batches() {
        const std::vector<queue::NewJob> jobs(kBatch, {.kind = "bench.noop", .tenant = tenant});
        const auto begun = Clock::now();
        for (int i = 0; i < kBatches; ++i) {
            in_root([&](db::Transaction& tx) -> Result<std::vector<JobId>> {
                return queue::enqueue_all(tx, jobs);
            });
        }
        return kBatches * kBatch / Seconds(Clock::now() - begun).count();
    }

    std::unique_ptr<queue::Worker> start_worker() {
        auto worker = std::make_unique<queue::Worker>(
            database,
            registry,
            clock,
            random,
            &listener,
            queue::WorkerOptions{.slots = 2 * kClaim, .tenant_limit = 0}
        );
        worker->start();
        return worker;
    }

    double drain() {
        const auto begun = Clock::now();
        const auto worker = start_worker();
        while (worker->figures().succeeded_total < kDrained) {
            std::this_thread::sleep_for(2ms);
        }
        const double seconds = Seconds(Clock::now() - begun).count();
        worker->stop(5s);
        return kDrained / seconds;
    }

    double idle_start() {
        const auto worker = start_worker();
        std::vector<double> times;
        for (int i = 0; i < kStarts; ++i) {
            std::this_thread::sleep_for(20ms);
            const int before = runs;
            const auto begun = Clock::now();
            enqueue_one();
            std::unique_lock lock(mutex);
            ran.wait(lock, [&] { return runs > before; });
            times.push_back(Seconds(started - begun).count() * 1000);
        }
        worker->stop(5s);
        std::ranges::nth_element(times, times.begin() + kStarts / 2);
        return times[kStarts / 2];
    }

    /// Each figure begins with an empty table, as it does for the limit.
    void clear() { owner.run("truncate hostelry.jobs cascade"); }

    Link owner;
    SystemClock clock;
    SystemRandom random;
    db::Database database;
    db::Listener listener;
    queue::Registry registry;
    const TenantId tenant;
    std::mutex mutex;
    std::condition_variable ran;
    int runs = 0;
    Clock::time_point started;
};

}  // namespace

Figures measure_ours(const std::string& dsn, const std::string& owner_dsn, TenantId tenant) {
    Bench bench(dsn, owner_dsn, tenant);
    bench.start_worker()->stop(5s);  // shows the kind to the database
    Figures figures{};
    figures.singles_per_second = bench.singles();
    bench.clear();
    figures.batched_per_second = bench.batches();
    figures.drained_per_second = bench.drain();
    bench.clear();
    figures.idle_start_ms = bench.idle_start();
    bench.clear();
    return figures;
}

}  // namespace hostelry::bench
