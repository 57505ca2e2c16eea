// The other limit of an enqueue: bare libpq writes the very rows our queue writes, into the very
// table, with its columns, indexes, triggers and policy, in one statement without a transaction.
#include "core/base/clock.h"
#include "core/base/random.h"

#include "bench/queue/figures.h"
#include "bench/queue/link.h"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace hostelry::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr auto kWriteOne =
    "insert into hostelry.jobs (id, tenant_id, kind, title, queue, is_upkeep, input) "
    "values ($1, $2, 'bench.noop', 'Nothing', 'default', true, '{}')";
constexpr auto kWriteMany =
    "insert into hostelry.jobs (id, tenant_id, kind, title, queue, is_upkeep, input) "
    "select id, $2, 'bench.noop', 'Nothing', 'default', true, '{}' from unnest($1::uuid[]) id";

class Writer {
public:
    Writer(const std::string& dsn, TenantId tenant) : tenant_(tenant.to_string()), link_(dsn) {
        link_.run(("set search_path = hostelry; set app.tenant = '" + tenant_ + "'").c_str());
        link_.prepare("one", kWriteOne);
        link_.prepare("many", kWriteMany);
    }
    void write(const char* statement, const std::string& ids) {
        link_.execute(statement, {ids.c_str(), tenant_.c_str()});
    }
    std::string id() { return new_uuid(clock_, random_).to_string(); }

private:
    const std::string tenant_;
    Link link_;
    SystemClock clock_;
    SystemRandom random_;
};

double singles(const std::string& dsn, TenantId tenant) {
    const auto begun = Clock::now();
    std::vector<std::thread> threads;
    for (int i = 0; i < kWriters; ++i) {
        threads.emplace_back([&] {
            Writer writer(dsn, tenant);
            for (int job = 0; job < kSingles / kWriters; ++job) {
                writer.write("one", writer.id());
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    return kSingles / Seconds(Clock::now() - begun).count();
}

double batches(const std::string& dsn, TenantId tenant) {
    Writer writer(dsn, tenant);
    const auto begun = Clock::now();
    for (int i = 0; i < kBatches; ++i) {
        std::string ids = "{" + writer.id();
        for (int job = 1; job < kBatch; ++job) {
            ids += "," + writer.id();
        }
        writer.write("many", ids + "}");
    }
    return kBatches * kBatch / Seconds(Clock::now() - begun).count();
}

}  // namespace

Figures measure_same_table(const std::string& dsn, TenantId tenant) {
    Link link(dsn);
    link.run(("set app.tenant = '" + tenant.to_string() + "'").c_str());
    Figures figures{};
    figures.singles_per_second = singles(dsn, tenant);
    link.run("delete from hostelry.jobs");
    figures.batched_per_second = batches(dsn, tenant);
    link.run("delete from hostelry.jobs");
    return figures;
}

}  // namespace hostelry::bench
