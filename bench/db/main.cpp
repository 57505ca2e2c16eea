// What it costs to read in a tenant, beside bare libpq twice: as a role without policies that says
// the tenant in its WHERE, and as our own role inside the tenant for good, where row-level security
// costs the same and the round trip alone is compared. Usage: bench_db [ROUNDS]
#include "core/platform/db/database.h"

#include "bench/support/cluster.h"
#include "bench/support/report.h"

#include <fmt/core.h>
#include <libpq-fe.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace hostelry;
using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr double kGoal = 1.10;
constexpr int kReads = 1000;  // of each kind in a round
constexpr auto kTenants = 50;
constexpr auto kRowsEach = 400;

constexpr auto kOne =
    "select id, kind, title, state, created_at, subject_name from hostelry.jobs "
    "where tenant_id = $1 and id = $2";
constexpr auto kPage =
    "select id, kind, title, state, created_at, subject_name from hostelry.jobs "
    "where tenant_id = $1 and id < $2 order by id desc limit 50";
constexpr auto kLastId = "ffffffff-ffff-ffff-ffff-ffffffffffff";

struct Query {
    const char* name;
    const char* sql;
    std::string id;
};

/// What one read took. On a busy machine most of the time is waiting for a processor, so the work
/// of both sides counts too.
struct Cost {
    double time_us;
    double processor_us;  // of this thread and of the server's process for it
};

class Meter {
public:
    explicit Meter(const std::string& server_process)
        : server_("/proc/" + server_process + "/schedstat"),
          began_(Clock::now()),
          processor_(processor_us()) {}

    Cost per_read() const {
        return {
            Microseconds(Clock::now() - began_).count() / kReads,
            (processor_us() - processor_) / kReads};
    }

private:
    double processor_us() const {
        timespec own{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &own);
        double server_ns = 0;
        std::ifstream(server_) >> server_ns;
        return static_cast<double>(own.tv_sec) * 1e6 +
               (static_cast<double>(own.tv_nsec) + server_ns) / 1e3;
    }

    const std::string server_;
    const Clock::time_point began_;
    const double processor_;
};

/// One prepared statement, one round trip.
class Bare {
public:
    explicit Bare(const std::string& dsn) : link_(PQconnectdb(dsn.c_str()), PQfinish) {
        check(PQexec(link_.get(), "set jit = off"));
        server_process_ = value("select pg_backend_pid()");
    }

    std::string value(const char* sql) { return PQgetvalue(check(PQexec(link_.get(), sql)), 0, 0); }
    Cost cost(const Query& query, const std::string& tenant) {
        check(PQprepare(link_.get(), query.sql, query.sql, 0, nullptr));
        const char* values[] = {tenant.c_str(), query.id.c_str()};
        const Meter meter(server_process_);
        for (int i = 0; i < kReads; ++i) {
            PGresult* answer =
                PQexecPrepared(link_.get(), query.sql, 2, values, nullptr, nullptr, 0);
            for (int row = 0; row < PQntuples(answer); ++row) {
                bytes_ += std::string(PQgetvalue(answer, row, 2)).size();
            }
            PQclear(answer);
        }
        const Cost cost = meter.per_read();
        check(PQexec(link_.get(), "deallocate all"));
        return cost;
    }
    std::size_t bytes() const { return bytes_; }

private:
    PGresult* check(PGresult* answer) {
        last_.reset(answer);
        if (PQresultStatus(answer) != PGRES_TUPLES_OK &&
            PQresultStatus(answer) != PGRES_COMMAND_OK) {
            std::fprintf(stderr, "%s", PQerrorMessage(link_.get()));
            std::exit(2);
        }
        return answer;
    }

    std::unique_ptr<PGconn, void (*)(PGconn*)> link_;
    std::unique_ptr<PGresult, void (*)(PGresult*)> last_{nullptr, PQclear};
    std::string server_process_;
    std::size_t bytes_ = 0;
};

class Ours {
public:
    explicit Ours(const std::string& dsn) : database_({.dsn = dsn, .connections_max = 1}, clock_) {
        server_process_ =
            database_.single_statement("select pg_backend_pid() as pid").value()[0]["pid"].text();
    }

    Cost cost(const Query& query, TenantId tenant) {
        const Meter meter(server_process_);
        for (int i = 0; i < kReads; ++i) {
            bytes_ += database_
                          .read_in_tenant(
                              tenant,
                              [&](db::Transaction& tx) -> Result<std::size_t> {
                                  std::size_t bytes = 0;
                                  for (const auto& row : tx.query(query.sql, tenant, query.id)) {
                                      bytes += row["title"].text().size();
                                  }
                                  return bytes;
                              }
                          )
                          .value();
        }
        return meter.per_read();
    }
    std::size_t bytes() const { return bytes_; }

private:
    SystemClock clock_;
    db::Database database_;
    std::string server_process_;
    std::size_t bytes_ = 0;
};

std::string rows_script(TenantId root) {
    return fmt::format(
        "insert into hostelry.tenants (id, parent_id, name, slug, kind) "
        "select gen_random_uuid(), '{}', 'T' || n, 't' || n, 'client' from generate_series(1, {}) "
        "n;"
        "insert into hostelry.jobs (id, tenant_id, kind, title, queue, is_upkeep, subject_name) "
        "select gen_random_uuid(), t.id, 'bench.noop', 'Job ' || n, 'default', true, 'example.com' "
        "from hostelry.tenants t cross join generate_series(1, {}) n where t.kind = 'client';"
        "analyze hostelry.jobs, hostelry.tenants, hostelry.tenant_closure; select 'done'",
        root.to_string(),
        kTenants,
        kRowsEach
    );
}

bool compare(
    const std::string& name,
    const std::vector<Cost>& ours,
    const char* limit_name,
    const std::vector<Cost>& limit
) {
    const std::string processor_name = name + ", processor";
    bench::Figure time{name, limit_name, {}, {}, kGoal, bench::Better::Less};
    bench::Figure processor{processor_name, limit_name, {}, {}, kGoal, bench::Better::Less};
    for (std::size_t i = 0; i < ours.size(); ++i) {
        time.ours.push_back(ours[i].time_us);
        time.limit.push_back(limit[i].time_us);
        processor.ours.push_back(ours[i].processor_us);
        processor.limit.push_back(limit[i].processor_us);
    }
    const bool is_quick = bench::report(time);
    return bench::report(processor) && is_quick;
}

}  // namespace

int main(int count, char** arguments) {
    const int rounds = count > 1 ? std::atoi(arguments[1]) : 5;
    const bench::Cluster cluster;
    Bare bare(cluster.dsn("postgres"));
    bare.value(rows_script(cluster.root()).c_str());
    const std::string tenant =
        bare.value("select id from hostelry.tenants where kind = 'client' order by id limit 1");
    const std::string one = bare.value(
        ("select id from hostelry.jobs where tenant_id = '" + tenant + "' limit 1").c_str()
    );
    Ours ours(cluster.dsn("hostelry_app"));

    Bare inside(cluster.dsn("hostelry_app"));
    inside.value(("select set_config('app.tenant', '" + tenant + "', false)").c_str());

    std::puts("Reads of a tenant, in microseconds");
    bool is_good = true;
    for (const Query& query :
         {Query{"one row", kOne, one}, Query{"page of 50 rows", kPage, kLastId}}) {
        std::vector<Cost> plain, policed, own;
        const auto round = [&] {
            plain.push_back(bare.cost(query, tenant));
            policed.push_back(inside.cost(query, tenant));
            own.push_back(ours.cost(query, *TenantId::parse(tenant)));
        };
        round();  // all are warm after that
        for (auto* costs : {&plain, &policed, &own}) {
            costs->clear();
        }
        for (int i = 0; i < rounds; ++i) {
            round();
        }
        is_good &= compare(query.name, own, "explicit WHERE", plain);
        is_good &= compare(query.name, own, "same policy", policed);
    }
    if (bare.bytes() != ours.bytes()) {
        std::puts("  MISSED both do not read the same");
        return 1;
    }
    return is_good ? 0 : 1;
}
