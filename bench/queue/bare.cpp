// The limit: what PostgreSQL and libpq allow with one table and nothing around it.
#include "bench/queue/figures.h"
#include "bench/queue/link.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace hostelry::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr auto kInsert =
    "with n as (insert into bare (kind, input) values ($1, '{}') returning 1) select "
    "pg_notify('bare', '') from n";
constexpr auto kInsertMany =
    "with n as (insert into bare (kind, input) select w, '{}'::jsonb from unnest($1::text[]) w "
    "returning 1) "
    "select pg_notify('bare', '') from n limit 1";
// Finishes the last claim and makes the next one in one statement and one commit.
constexpr auto kFused =
    "with done as (update bare set state = 'done', finished_at = now() where state = 'held'), "
    "next as (select id from bare where state = 'queued' and run_at <= now() order by run_at, id "
    "limit 100 "
    "for update skip locked) update bare b set state = 'held', lease = now() from next where b.id "
    "= next.id returning b.id";
constexpr auto kClaimOne =
    "with next as (select id from bare where state = 'queued' and run_at <= now() order by run_at, "
    "id limit 1 "
    "for update skip locked) update bare b set state = 'held' from next where b.id = next.id "
    "returning b.id";

void make_table(Link& link) {
    link.run("drop table if exists bare");
    link.run(
        "create table bare (id bigint generated always as identity primary key, kind text not "
        "null, input jsonb not null, "
        "state text not null default 'queued', run_at timestamptz not null default now(), lease "
        "timestamptz, "
        "finished_at timestamptz)"
    );
    link.run("create index bare_ready on bare (run_at, id) where state = 'queued'");
    link.run("create index bare_held on bare (id) where state = 'held'");
}

double singles(const std::string& dsn) {
    const auto begun = Clock::now();
    std::vector<std::thread> threads;
    for (int i = 0; i < kWriters; ++i) {
        threads.emplace_back([&] {
            Link link(dsn);
            link.prepare("insert", kInsert);
            for (int job = 0; job < kSingles / kWriters; ++job) {
                link.execute("insert", {"bench.noop"});
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    return kSingles / Seconds(Clock::now() - begun).count();
}

double batches(Link& link) {
    std::string names = "{bench.noop";
    for (int i = 1; i < kBatch; ++i) {
        names += ",bench.noop";
    }
    names += "}";
    link.prepare("many", kInsertMany);
    const auto begun = Clock::now();
    for (int i = 0; i < kBatches; ++i) {
        link.execute("many", {names.c_str()});
    }
    return kBatches * kBatch / Seconds(Clock::now() - begun).count();
}

double drain(Link& link) {
    link.prepare("fused", kFused);
    int drained = 0;
    const auto begun = Clock::now();
    while (const int claimed = link.execute("fused")) {
        drained += claimed;
    }
    return drained / Seconds(Clock::now() - begun).count();
}

double idle_start(const std::string& dsn) {
    Link writer(dsn);
    writer.prepare("insert", kInsert);
    Link reader(dsn);
    reader.run("listen bare");
    reader.prepare("claim", kClaimOne);
    std::vector<double> times;
    for (int i = 0; i < kStarts; ++i) {
        Clock::time_point claimed;
        std::thread worker([&] {
            reader.wait_for_notice();
            reader.execute("claim");
            claimed = Clock::now();
        });
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
        const auto begun = Clock::now();
        writer.execute("insert", {"bench.noop"});
        worker.join();
        times.push_back(Seconds(claimed - begun).count() * 1000);
    }
    std::ranges::nth_element(times, times.begin() + kStarts / 2);
    return times[kStarts / 2];
}

}  // namespace

Figures measure_bare(const std::string& dsn) {
    Link link(dsn);
    make_table(link);
    Figures figures{};
    figures.singles_per_second = singles(dsn);
    link.run("truncate bare");
    figures.batched_per_second = batches(link);
    figures.drained_per_second = drain(link);
    link.run("truncate bare");
    figures.idle_start_ms = idle_start(dsn);
    return figures;
}

}  // namespace hostelry::bench
