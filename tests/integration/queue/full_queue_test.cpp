// The statements of a worker keep their plans. Goal: a plan made while the queue was empty reads no
// more rows than it must when thousands of jobs have come. Method: the rows that PostgreSQL counts
// as read, not time.
#include "tests/integration/queue/queue_world.h"

namespace hostelry::queue {
namespace {

class AFullQueue : public QueueWorld {
protected:
    /// Through the one connection of the pool that is used one after the other.
    template <class... Params>
    db::Rows call(std::string_view sql, const Params&... params) {
        return postgres.database().single_statement(sql, params...).value();
    }

    std::vector<Uuid> claim() {
        const auto claimed = call(
            "select id from hostelry.claim_jobs('w', '{test.a}', 10, '1 minute', 0, '{}', $1, "
            "'{}')",
            Uuid{}
        );
        std::vector<Uuid> ids;
        for (const auto& row : claimed) {
            ids.push_back(row["id"].uuid());
        }
        return ids;
    }
    std::size_t complete(const std::vector<Uuid>& ids) {
        return call(
                   "select id from hostelry.complete_jobs('w', $1, $2) as t (id)",
                   ids,
                   std::vector<std::int64_t>(ids.size(), 1)
        )
            .size();
    }
    void look_ahead() { call("select hostelry.seconds_to_next_job()"); }

    std::int64_t rows_read() {
        call("select pg_stat_force_next_flush()");
        return call(
                   "select (select sum(idx_tup_read) from pg_stat_user_indexes where relname = "
                   "'jobs') + seq_tup_read as read from pg_stat_user_tables where relname = 'jobs'"
        )[0]["read"]
            .integer();
    }
    void insert(int count, const std::string& columns, const std::string& values) {
        postgres.execute(
            "insert into hostelry.jobs (id, tenant_id, kind, title, queue, " + columns +
            ") select gen_random_uuid(), '" + postgres.root().to_string() +
            "', 'test.a', '', 'default', " + values + " from generate_series(1, " +
            std::to_string(count) + ")"
        );
    }

    /// Makes the plans when the table is empty and known to be, and its indexes are not small: what
    /// misleads most.
    void meet_it_empty() {
        insert(2000, "priority", "0");
        postgres.execute("delete from hostelry.jobs");
        postgres.execute("vacuum analyze hostelry.jobs");
        complete(claim());
        look_ahead();
    }

    template <class Work>
    std::int64_t rows_read_by(Work work) {
        const auto before = rows_read();
        work();
        return rows_read() - before;
    }
};

TEST_F(AFullQueue, IsServedByPlansThatWereMadeForAnEmptyOne) {
    meet_it_empty();

    insert(5000, "state, finished_at", "'succeeded', now()");
    insert(2000, "worker, lease_until, state", "'other', now() + interval '1 hour', 'running'");
    insert(5000, "priority", "1");
    insert(5000, "run_at", "now() + interval '1 hour'");

    constexpr std::int64_t kRunning = 2000;  // looked at by each claim, for the limits
    std::vector<Uuid> ids;
    EXPECT_LT(rows_read_by([&] { ids = claim(); }), kRunning + 200);
    ASSERT_EQ(ids.size(), 10U);
    EXPECT_LT(rows_read_by([&] { EXPECT_EQ(complete(ids), 10U); }), 100);
    EXPECT_LT(rows_read_by([&] { look_ahead(); }), 100);
}

TEST_F(AFullQueue, OfOneExclusiveKeyIsNotReadOnceForEachJob) {
    meet_it_empty();
    insert(1000, "exclusive_key", "'key'");
    std::vector<Uuid> ids;
    EXPECT_LT(rows_read_by([&] { ids = claim(); }), 5000);
    EXPECT_EQ(ids.size(), 1U);
}

}  // namespace
}  // namespace hostelry::queue
