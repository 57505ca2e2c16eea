// Transactions, the pool, and what becomes of their failures.
#include "core/platform/db/database.h"

#include "tests/support/test_database.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <limits>
#include <thread>

namespace hostelry::db {
namespace {

using namespace std::chrono_literals;

class Databases : public ::testing::Test {
protected:
    void SetUp() override {
        postgres.execute(
            "create table hostelry.counters (name text primary key, value bigint not null check "
            "(value >= 0))"
        );
        postgres.execute("insert into hostelry.counters values ('a', 0), ('b', 0)");
    }
    Database with(const std::function<void(DatabaseOptions&)>& change) {
        DatabaseOptions options{.dsn = postgres.dsn()};
        change(options);
        return Database{options, postgres.clock()};
    }
    /// Ends all connections of the serving role, as a failover does.
    void end_connections() {
        postgres.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'hostelry_app' "
            "and datname = current_database()",
            "postgres"
        );
    }

    testing::TestDatabase postgres;
};

TEST_F(Databases, ValuesOfAllKindsComeBackAsTheyWent) {
    const auto id = new_uuid(postgres.clock(), postgres.random());
    const TimePoint now = postgres.clock().now();
    const std::vector<std::byte> bytes{std::byte{0}, std::byte{255}, std::byte{39}};
    const std::vector<std::string> list{"a", "", R"(q"\,{})", "NULL", "zwölf"};
    const auto checked = postgres.database().in_system([&](Transaction& tx) -> Result<void> {
        const auto row = tx.query_one(
            "select $1::text as t, $2::bigint as i, $3::boolean as b, $4::uuid as u, "
            "$5::timestamptz as at, "
            "$6::bytea as bytes, $7::jsonb as j, $8::text[] as list, $9::text as nothing, "
            "$10::double precision as d, "
            "$11::uuid[] as ids, $12::text[] as empty, $13::interval = interval '1.5 seconds' as "
            "span",
            "O'Reilly \\ \n ü",
            std::numeric_limits<std::int64_t>::min(),
            true,
            id,
            now,
            bytes,
            nlohmann::json{{"a", {1, "x"}}},
            list,
            std::optional<std::string>{},
            0.1,
            std::vector<Uuid>{id},
            std::vector<std::string>{},
            1500ms
        );
        EXPECT_EQ(row["t"].text(), "O'Reilly \\ \n ü");
        EXPECT_EQ(row["i"].integer(), std::numeric_limits<std::int64_t>::min());
        EXPECT_TRUE(row["b"].boolean());
        EXPECT_EQ(row["u"].uuid(), id);
        EXPECT_EQ(row["at"].time(), now);
        EXPECT_EQ(row["bytes"].bytes(), bytes);
        EXPECT_EQ(row["j"].json()["a"][1], "x");
        EXPECT_EQ(row["list"].text_list(), list);
        EXPECT_TRUE(row["nothing"].is_null());
        EXPECT_EQ(row["nothing"].optional_text(), std::nullopt);
        EXPECT_EQ(row["d"].real(), 0.1);
        EXPECT_EQ(row["ids"].uuid_list(), std::vector<Uuid>{id});
        EXPECT_TRUE(row["empty"].text_list().empty());
        EXPECT_TRUE(row["span"].boolean());
        EXPECT_THROW(row["nothing"].text(), std::logic_error);
        EXPECT_THROW(row["t"].integer(), std::logic_error);
        EXPECT_THROW(row["missing"].text(), std::logic_error);
        return {};
    });
    EXPECT_TRUE(checked);
}

TEST_F(Databases, AnErrorRollsBackAndIsHandedThrough) {
    const auto failed = postgres.database().in_system([](Transaction& tx) -> Result<int> {
        tx.execute("update hostelry.counters set value = 9 where name = 'a'");
        return fail(ErrorCode::QuotaExceeded, "Enough.");
    });
    EXPECT_EQ(failed.error().code, ErrorCode::QuotaExceeded);
    EXPECT_EQ(postgres.value("select value from hostelry.counters where name = 'a'"), "0");
}

TEST_F(Databases, ConstraintsAreNamed) {
    const auto violation_of = [&](std::string_view sql) -> std::pair<ConstraintKind, std::string> {
        try {
            postgres.database()
                .in_tenant(
                    postgres.root(),
                    [&](Transaction& tx) -> Result<std::int64_t> { return tx.execute(sql); }
                )
                .value();
        } catch (const ConstraintViolation& violation) {
            return {violation.kind, violation.constraint};
        }
        return {ConstraintKind::Policy, "none"};
    };
    using Pair = std::pair<ConstraintKind, std::string>;
    EXPECT_EQ(
        violation_of("insert into hostelry.counters values ('a', 1)"),
        (Pair{ConstraintKind::Unique, "counters_pkey"})
    );
    EXPECT_EQ(
        violation_of("insert into hostelry.counters values ('c', -1)"),
        (Pair{ConstraintKind::Check, "counters_value_check"})
    );
    EXPECT_EQ(
        violation_of("insert into hostelry.counters values ('c', null)"),
        (Pair{ConstraintKind::NotNull, "value"})
    );
    EXPECT_EQ(
        violation_of(
            "insert into hostelry.job_steps (tenant_id, job_id, position, name, title, state) "
            "select hostelry.current_tenant(), gen_random_uuid(), 0, 'n', 't', 'done'"
        ),
        (Pair{ConstraintKind::ForeignKey, "job_steps_tenant_id_job_id_fkey"})
    );
}

TEST_F(Databases, AFailedStatementThatIsIgnoredIsNotCommittedSilently) {
    EXPECT_THROW(
        postgres.database().in_system([](Transaction& tx) -> Result<void> {
            tx.execute("update hostelry.counters set value = 5 where name = 'a'");
            try {
                tx.execute("insert into hostelry.counters values ('a', 1)");
            } catch (const ConstraintViolation&) {
                return {};
            }
            return {};
        }),
        std::logic_error
    );
    EXPECT_EQ(postgres.value("select value from hostelry.counters where name = 'a'"), "0");
}

TEST_F(Databases, MistakesInSqlAreThrownAndTheConnectionLivesOn) {
    const auto broken = [&] {
        return postgres.database().in_system([](Transaction& tx) -> Result<int> {
            tx.query("select no_such_column");
            return 1;
        });
    };
    EXPECT_THROW(broken(), StatementFailed);
    EXPECT_EQ(postgres.database().figures().poisoned_total, 0U);
    EXPECT_TRUE(postgres.database().single_statement("select 1"));
}

TEST_F(Databases, SerialisationFailuresAreTriedAgainAndNothingIsLost) {
    constexpr int kThreads = 4;
    constexpr int kEach = 10;
    std::atomic<int> attempts{0}, refused{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < kEach; ++j) {
                const auto done = postgres.database().in_system(
                    [&](Transaction& tx) -> Result<void> {
                        ++attempts;
                        const auto value =
                            tx.query_one("select value from hostelry.counters where name = 'a'"
                            )["value"]
                                .integer();
                        tx.execute(
                            "update hostelry.counters set value = $1 where name = 'a'", value + 1
                        );
                        return {};
                    },
                    {.isolation = Isolation::Serializable, .attempts_max = 12}
                );
                refused += done ? 0 : 1;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(refused, 0);
    EXPECT_GT(attempts, kThreads * kEach) << "there was no collision to try the retry on";
    EXPECT_EQ(
        postgres.value("select value from hostelry.counters where name = 'a'"),
        std::to_string(kThreads * kEach)
    );
}

TEST_F(Databases, AStatementThatTakesTooLongIsATimeout) {
    const auto late = postgres.database().in_system(
        [](Transaction& tx) -> Result<void> {
            tx.query("select pg_sleep(5)");
            return {};
        },
        {.statement_timeout = 50ms}
    );
    EXPECT_EQ(late.error().code, ErrorCode::Timeout);
    EXPECT_TRUE(postgres.database().single_statement("select pg_sleep(0.06)"))
        << "the limit was the transaction's";
}

TEST_F(Databases, ALockThatIsNotFreeInTimeIsATimeout) {
    auto impatient = with([](DatabaseOptions& options) { options.lock_timeout = 50ms; });
    const auto outer = postgres.database().in_system([&](Transaction& tx) -> Result<void> {
        tx.execute("update hostelry.counters set value = 1 where name = 'a'");
        const auto inner = impatient.in_system([](Transaction& second) -> Result<void> {
            second.execute("update hostelry.counters set value = 2 where name = 'a'");
            return {};
        });
        EXPECT_EQ(inner.error().code, ErrorCode::Timeout);
        return {};
    });
    EXPECT_TRUE(outer);
}

TEST_F(Databases, AFullPoolAnswersUnavailableInsteadOfWaitingForEver) {
    auto small = with([](DatabaseOptions& options) {
        options.connections_max = 1;
        options.wait_max = 30ms;
    });
    const auto outer = small.in_system([&](Transaction&) -> Result<void> {
        const auto inner = small.single_statement("select 1");
        EXPECT_EQ(inner.error().code, ErrorCode::Unavailable);
        EXPECT_TRUE(inner.error().retry_after);
        return {};
    });
    EXPECT_TRUE(outer);
    EXPECT_EQ(small.figures().wait_timeouts_total, 1U);
    EXPECT_EQ(small.figures().in_use, 0U);
}

TEST_F(Databases, ConnectionsThatDiedInThePoolAreReplacedUnseen) {
    auto& database = postgres.database();
    ASSERT_TRUE(database.single_statement("select 1"));
    end_connections();
    const auto after = database.in_system([](Transaction& tx) -> Result<std::int64_t> {
        return tx.query_one("select 7 as n")["n"].integer();
    });
    EXPECT_EQ(after.value(), 7);
    EXPECT_GE(database.figures().poisoned_total, 1U);
}

TEST_F(Databases, AConnectionLostInTheMiddleRunsTheWorkAgain) {
    int runs = 0;
    const auto done = postgres.database().in_system([&](Transaction& tx) -> Result<void> {
        ++runs;
        tx.execute("update hostelry.counters set value = value + 1 where name = 'a'");
        if (runs == 1) {
            end_connections();
        }
        tx.execute("update hostelry.counters set value = value + 1 where name = 'b'");
        return {};
    });
    EXPECT_TRUE(done);
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(postgres.value("select value from hostelry.counters where name = 'a'"), "1");
}

TEST_F(Databases, ACommitInDoubtIsReportedAndNeverRepeated) {
    // A deferred trigger ends the connection while COMMIT runs: the client cannot know what became
    // of it.
    postgres.execute(
        "create function hostelry.die() returns trigger language plpgsql security definer as "
        "$$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;"
        "create constraint trigger die after update on hostelry.counters deferrable initially "
        "deferred "
        "for each row execute function hostelry.die();",
        "postgres"
    );
    int runs = 0;
    const auto doubtful = postgres.database().in_system([&](Transaction& tx) -> Result<void> {
        ++runs;
        tx.execute("update hostelry.counters set value = 3 where name = 'a'");
        return {};
    });
    ASSERT_FALSE(doubtful);
    EXPECT_EQ(doubtful.error().code, ErrorCode::Unavailable);
    EXPECT_TRUE(doubtful.error().maybe_applied);
    EXPECT_EQ(runs, 1);
}

TEST_F(Databases, AnUnreachableServerIsUnavailable) {
    Database nowhere({.dsn = "host=/nonexistent user=x dbname=y"}, postgres.clock());
    const auto answer =
        nowhere.in_tenant(postgres.root(), [](Transaction&) -> Result<void> { return {}; });
    EXPECT_EQ(answer.error().code, ErrorCode::Unavailable);
    EXPECT_FALSE(answer.error().maybe_applied);
    EXPECT_EQ(nowhere.figures().open, 0U);
}

TEST_F(Databases, SlowStatementsAreTold) {
    std::atomic<int> slow{0}, all{0};
    auto watched = with([&](DatabaseOptions& options) {
        options.slow_after = 40ms;
        options.on_query = [&](const QueryFigure& figure) {
            ++all;
            slow += figure.slow ? 1 : 0;
        };
    });
    watched.single_statement("select 1").value();
    watched.single_statement("select pg_sleep(0.05)").value();
    EXPECT_EQ(all, 2);
    EXPECT_EQ(slow, 1);
}

TEST_F(Databases, AServerThatCompilesPlansDoesNotCompileOurs) {
    postgres.execute(
        "do $$ begin execute format('alter database %I set jit = on', current_database()); end $$",
        "postgres"
    );
    auto fresh = with([](DatabaseOptions&) {});
    EXPECT_EQ(fresh.single_statement("show jit").value()[0]["jit"].text(), "off");
}

TEST_F(Databases, AChangedTableUnderAPreparedStatementIsNoticed) {
    const auto read = [&] {
        return postgres.database().in_system([](Transaction& tx) -> Result<std::int64_t> {
            return tx.query_one("select * from hostelry.counters where name = 'a'")["value"]
                .integer();
        });
    };
    EXPECT_TRUE(read());
    postgres.execute("alter table hostelry.counters add column extra text");
    EXPECT_TRUE(read());
}

TEST_F(Databases, AClosedPoolRefusesAndWaitsForItsLeases) {
    auto& database = postgres.database();
    std::atomic<bool> is_inside{false};
    std::thread user([&] {
        EXPECT_TRUE(database.in_system([&](Transaction& tx) -> Result<void> {
            is_inside = true;
            tx.query("select pg_sleep(0.1)");
            return {};
        }));
    });
    while (!is_inside) {
        std::this_thread::yield();
    }
    database.close(5s);
    EXPECT_EQ(database.figures().in_use, 0U);
    EXPECT_EQ(database.single_statement("select 1").error().code, ErrorCode::Unavailable);
    user.join();
}

}  // namespace
}  // namespace hostelry::db
