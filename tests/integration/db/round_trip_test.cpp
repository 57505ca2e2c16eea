// What travels together, and what becomes of it when something on the way fails.
#include "core/platform/db/database.h"

#include "tests/integration/db/counting_relay.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_cluster.h"
#include "tests/support/test_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace hostelry::db {
namespace {

using namespace std::chrono_literals;

constexpr auto kJobsSeen = "select count(*) as jobs from hostelry.jobs";
constexpr auto kAddJob =
    "insert into hostelry.jobs (id, tenant_id, kind, title, queue) "
    "values (gen_random_uuid(), $1, 'test.one', 'One', 'default')";
constexpr auto kAddNote = "insert into hostelry.notes values ($1)";

class RoundTrips : public ::testing::Test {
protected:
    void SetUp() override {
        client = postgres.make_tenant(postgres.root(), "client");
        neighbour = postgres.make_tenant(postgres.root(), "neighbour");
        postgres.execute("create table hostelry.notes (text text primary key)");
    }

    int trips_of(const std::function<void(Database&)>& work) {
        // The first use of a connection and of each statement is another matter.
        work(relayed);
        const int before = relay.round_trips();
        work(relayed);
        return relay.round_trips() - before;
    }
    /// Ends all connections of the serving role, as a failover does.
    void end_connections() {
        postgres.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'hostelry_app' "
            "and datname = current_database()",
            "postgres"
        );
    }
    std::string notes() {
        return postgres.value("select string_agg(text, ' ' order by text) from hostelry.notes");
    }

    testing::TestDatabase postgres;
    TenantId client, neighbour;
    testing::ScratchFolder folder;
    testing::CountingRelay relay{
        folder.path(), testing::TestCluster::get().socket() + "/.s.PGSQL.5432"};
    Database relayed{
        {.dsn = postgres.dsn() + " host=" + folder.path() + " port=5432"}, postgres.clock()};
};

TEST_F(RoundTrips, AReadOfATenantIsOne) {
    EXPECT_EQ(
        trips_of([&](Database& database) {
            database
                .read_in_tenant(
                    client,
                    [](Transaction& tx) -> Result<std::int64_t> {
                        return tx.query_one(kJobsSeen)["jobs"].integer();
                    }
                )
                .value();
        }),
        1
    );
}

TEST_F(RoundTrips, AChangeOfOneStatementIsTwo) {
    EXPECT_EQ(
        trips_of([&](Database& database) {
            database
                .in_tenant(
                    client,
                    [&](Transaction& tx) -> Result<std::int64_t> {
                        return tx.execute(kAddJob, client);
                    }
                )
                .value();
        }),
        2
    );
}

TEST_F(RoundTrips, AChangeThatNeedsNoAnswerIsOneWithItsCommit) {
    EXPECT_EQ(
        trips_of([&](Database& database) {
            EXPECT_TRUE(database.in_tenant(client, [&](Transaction& tx) -> Result<void> {
                tx.defer(kAddJob, client);
                tx.defer(kAddJob, client);
                return {};
            }));
        }),
        1
    );
    EXPECT_EQ(postgres.value("select count(*) from hostelry.jobs"), "4");
}

TEST_F(RoundTrips, WhatAsksNothingIsNone) {
    EXPECT_EQ(
        trips_of([&](Database& database) {
            EXPECT_TRUE(database.in_tenant(client, [](Transaction&) -> Result<void> { return {}; })
            );
            EXPECT_FALSE(database.in_tenant(client, [](Transaction&) -> Result<void> {
                return fail(ErrorCode::Invalid, "No.");
            }));
        }),
        0
    );
}

TEST_F(RoundTrips, AStatementIsPreparedOnTheWayOfItsFirstUse) {
    relayed.single_statement("select 1").value();
    const int before = relay.round_trips();
    relayed.single_statement("select 2").value();
    EXPECT_EQ(relay.round_trips() - before, 1);
}

TEST_F(RoundTrips, DeferredStatementsComeBeforeTheNextOne) {
    const auto seen =
        postgres.database().in_tenant(client, [&](Transaction& tx) -> Result<std::int64_t> {
            tx.defer(kAddJob, client);
            return tx.query_one(kJobsSeen)["jobs"].integer();
        });
    EXPECT_EQ(seen.value(), 1);
}

TEST_F(RoundTrips, AnyNumberOfStatementsIsDeferred) {
    EXPECT_TRUE(postgres.database().in_system([&](Transaction& tx) -> Result<void> {
        for (int i = 0; i < 1000; ++i) {
            tx.defer(kAddNote, std::to_string(i));
        }
        return {};
    }));
    EXPECT_EQ(postgres.value("select count(*) from hostelry.notes"), "1000");
}

TEST_F(RoundTrips, DeferredStatementsAreDroppedWithTheRest) {
    EXPECT_FALSE(postgres.database().in_system([](Transaction& tx) -> Result<void> {
        tx.defer(kAddNote, "a");
        return fail(ErrorCode::Invalid, "No.");
    }));
    EXPECT_TRUE(postgres.database().in_system([](Transaction& tx) -> Result<void> {
        tx.defer(kAddNote, "b");
        return {};
    }));
    EXPECT_EQ(notes(), "b");
}

TEST_F(RoundTrips, WhatADeferredStatementBreaksIsThrownWhereItTravels) {
    postgres.execute("insert into hostelry.notes values ('a')");
    bool is_beyond = false;
    const auto at_the_next_statement = [&] {
        return postgres.database().in_system([&](Transaction& tx) -> Result<void> {
            tx.defer(kAddNote, "b");
            tx.defer(kAddNote, "a");
            tx.query(kJobsSeen);
            is_beyond = true;
            return {};
        });
    };
    const auto at_commit = [&] {
        return postgres.database().in_system([&](Transaction& tx) -> Result<void> {
            tx.defer(kAddNote, "b");
            tx.defer(kAddNote, "a");
            return {};
        });
    };
    for (const auto& work :
         std::vector<std::function<Result<void>()>>{at_the_next_statement, at_commit}) {
        try {
            (void)work();
            ADD_FAILURE() << "nothing was thrown";
        } catch (const ConstraintViolation& violation) {
            EXPECT_EQ(violation.kind, ConstraintKind::Unique);
            EXPECT_EQ(violation.constraint, "notes_pkey");
        }
        EXPECT_EQ(notes(), "a");
    }
    EXPECT_FALSE(is_beyond);
    // The connection is neither in a pipeline nor in a failed transaction.
    EXPECT_EQ(postgres.database().figures().poisoned_total, 0U);
    EXPECT_EQ(postgres.database().figures().open, 1U);
    EXPECT_TRUE(postgres.database().single_statement("select 1"));
}

TEST_F(RoundTrips, AFailedStatementThatWasPreparedOnTheWayCanBeUsedAgain) {
    const auto add = [&](std::string_view text) {
        return postgres.database().in_system([&](Transaction& tx) -> Result<std::int64_t> {
            tx.defer("insert into hostelry.notes values ('first')");
            return tx.execute("insert into hostelry.notes values ($1 || '!')", text);
        });
    };
    postgres.execute("insert into hostelry.notes values ('first')");
    EXPECT_THROW(add("a"), ConstraintViolation) << "skipped before it was prepared";
    postgres.execute("delete from hostelry.notes; insert into hostelry.notes values ('b!')");
    EXPECT_THROW(add("b"), ConstraintViolation) << "failed after it was prepared";
    EXPECT_TRUE(add("c"));
    EXPECT_EQ(notes(), "b! c! first");
    EXPECT_EQ(postgres.database().figures().open, 1U);
    EXPECT_EQ(postgres.database().figures().poisoned_total, 0U);
}

TEST_F(RoundTrips, AReadSeesItsOwnTreeOnlyAndLeavesNoTenantBehind) {
    for (const auto tenant : {client, neighbour, neighbour}) {
        postgres.database()
            .in_tenant(
                tenant,
                [&](Transaction& tx) -> Result<std::int64_t> { return tx.execute(kAddJob, tenant); }
            )
            .value();
    }
    const auto seen_by = [&](TenantId tenant) {
        return postgres.database()
            .read_in_tenant(
                tenant,
                [](Transaction& tx) -> Result<std::int64_t> {
                    const auto seen = tx.query_one(kJobsSeen)["jobs"].integer();
                    EXPECT_EQ(tx.query_one(kJobsSeen)["jobs"].integer(), seen);
                    return seen;
                }
            )
            .value();
    };
    EXPECT_EQ(seen_by(client), 1);
    EXPECT_EQ(seen_by(neighbour), 2);
    EXPECT_EQ(seen_by(postgres.root()), 3);
    EXPECT_EQ(postgres.database().single_statement(kJobsSeen).value()[0]["jobs"].integer(), 0);
    EXPECT_EQ(postgres.database().figures().open, 1U);
}

TEST_F(RoundTrips, AReadThatEntersAnotherTenantSeesThatOnesRows) {
    postgres.database()
        .in_tenant(
            client,
            [&](Transaction& tx) -> Result<std::int64_t> { return tx.execute(kAddJob, client); }
        )
        .value();
    const auto seen =
        postgres.database().read_in_tenant(neighbour, [&](Transaction& tx) -> Result<std::int64_t> {
            EXPECT_EQ(tx.query_one(kJobsSeen)["jobs"].integer(), 0);
            tx.enter_tenant(client);
            return tx.query_one(kJobsSeen)["jobs"].integer();
        });
    EXPECT_EQ(seen.value(), 1);
}

TEST_F(RoundTrips, AReadChangesNothing) {
    const auto change = [&] {
        return postgres.database().read_in_tenant(
            client,
            [&](Transaction& tx) -> Result<std::int64_t> { return tx.execute(kAddJob, client); }
        );
    };
    EXPECT_THROW(change(), StatementFailed);
    EXPECT_THROW(
        postgres.database().read_in_tenant(
            client,
            [&](Transaction& tx) -> Result<void> {
                tx.defer(kAddJob, client);
                return {};
            }
        ),
        std::logic_error
    );
    EXPECT_EQ(postgres.value("select count(*) from hostelry.jobs"), "0");
    // That it may only read is the read's own: the connection writes again.
    EXPECT_EQ(postgres.database().figures().open, 1U);
    EXPECT_TRUE(postgres.database().in_system([](Transaction& tx) -> Result<void> {
        tx.execute(kAddNote, "a");
        return {};
    }));
}

TEST_F(RoundTrips, AReadOverAConnectionThatDiedIsMadeAgain) {
    const auto read = [&] {
        return postgres.database().read_in_tenant(
            client,
            [](Transaction& tx) -> Result<std::int64_t> {
                return tx.query_one(kJobsSeen)["jobs"].integer();
            }
        );
    };
    ASSERT_TRUE(read());
    end_connections();
    EXPECT_TRUE(read());
    EXPECT_EQ(postgres.database().figures().poisoned_total, 1U);
}

TEST_F(RoundTrips, AReadThatTakesTooLongIsATimeout) {
    Database impatient({.dsn = postgres.dsn(), .statement_timeout = 50ms}, postgres.clock());
    const auto late = impatient.read_in_tenant(client, [](Transaction& tx) -> Result<void> {
        tx.query("select pg_sleep(5)");
        return {};
    });
    EXPECT_EQ(late.error().code, ErrorCode::Timeout);
    EXPECT_TRUE(impatient.single_statement("select 1"));
    EXPECT_EQ(impatient.figures().poisoned_total, 0U);
}

TEST_F(RoundTrips, ADeadConnectionBeforeTheCommitLeavesNoDoubt) {
    const auto add = [&](std::string_view text) {
        return postgres.database().in_system([&](Transaction& tx) -> Result<void> {
            tx.defer(kAddNote, text);
            return {};
        });
    };
    ASSERT_TRUE(add("a"));
    end_connections();
    EXPECT_TRUE(add("b")) << "nothing had been sent when the connection was found dead";
    EXPECT_EQ(notes(), "a b");
}

TEST_F(RoundTrips, AConnectionThatEndsBeforeTheCommitIsReachedLeavesNoDoubt) {
    // The server says good-bye in place of the answer to a statement before COMMIT.
    postgres.execute(
        "create function hostelry.die() returns text language plpgsql security definer as "
        "$$ begin perform pg_terminate_backend(pg_backend_pid()); return 'x'; end $$",
        "postgres"
    );
    std::atomic<int> runs{0};
    const auto done = postgres.database().in_system([&](Transaction& tx) -> Result<void> {
        if (++runs == 1) {
            tx.defer("insert into hostelry.notes values (hostelry.die())");
        }
        tx.defer(kAddNote, "a");
        return {};
    });
    EXPECT_TRUE(done);
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(notes(), "a");
}

TEST_F(RoundTrips, ACommitThatTravelsWithItsStatementsIsInDoubtWhenItIsLost) {
    postgres.execute(
        "create function hostelry.die() returns trigger language plpgsql security definer as "
        "$$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;"
        "create constraint trigger die after insert on hostelry.notes deferrable initially "
        "deferred for each row execute function hostelry.die();",
        "postgres"
    );
    int runs = 0;
    const auto doubtful = postgres.database().in_system([&](Transaction& tx) -> Result<void> {
        ++runs;
        tx.defer(kAddNote, "a");
        return {};
    });
    ASSERT_FALSE(doubtful);
    EXPECT_EQ(doubtful.error().code, ErrorCode::Unavailable);
    EXPECT_TRUE(doubtful.error().maybe_applied);
    EXPECT_EQ(runs, 1);
}

TEST_F(RoundTrips, WhatCommitRefusesIsThrownAndTheConnectionLivesOn) {
    postgres.execute(
        "create table hostelry.replies (text text references hostelry.notes deferrable initially "
        "deferred)"
    );
    const auto reply = [&] {
        return postgres.database().in_system([](Transaction& tx) -> Result<void> {
            tx.defer("insert into hostelry.replies values ('to nothing')");
            return {};
        });
    };
    try {
        (void)reply();
        ADD_FAILURE() << "nothing was thrown";
    } catch (const ConstraintViolation& violation) {
        EXPECT_EQ(violation.kind, ConstraintKind::ForeignKey);
        EXPECT_EQ(violation.constraint, "replies_text_fkey");
    }
    EXPECT_EQ(postgres.database().figures().poisoned_total, 0U);
    EXPECT_TRUE(postgres.database().single_statement("select 1"));
}

TEST_F(RoundTrips, ADeferredStatementThatCollidesRunsTheWorkAgain) {
    postgres.execute("create table hostelry.counters as select 1 as value");
    std::atomic<int> runs{0};
    const auto done = postgres.database().in_system(
        [&](Transaction& tx) -> Result<void> {
            tx.query_one("select value from hostelry.counters");
            if (++runs == 1) {
                postgres.execute("update hostelry.counters set value = value + 10");
            }
            tx.defer("update hostelry.counters set value = value + 1");
            return {};
        },
        {.isolation = db::Isolation::RepeatableRead}
    );
    EXPECT_TRUE(done);
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(postgres.value("select value from hostelry.counters"), "12");
}

TEST_F(RoundTrips, AChangedTableUnderAPreparedReadIsNoticed) {
    const auto read = [&] {
        return postgres.database().read_in_tenant(client, [](Transaction& tx) -> Result<bool> {
            return tx.query("select * from hostelry.notes").empty();
        });
    };
    EXPECT_TRUE(read());
    postgres.execute("alter table hostelry.notes add column extra text");
    EXPECT_TRUE(read());
}

TEST_F(RoundTrips, StatementsThatTravelTogetherAreToldOneByOne) {
    std::vector<std::string> told;
    int failed = 0;
    Database watched(
        {.dsn = postgres.dsn(),
         .on_query =
             [&](const QueryFigure& figure) {
                 told.emplace_back(figure.sql);
                 failed += figure.failed ? 1 : 0;
             }},
        postgres.clock()
    );
    EXPECT_TRUE(watched.in_tenant(client, [&](Transaction& tx) -> Result<void> {
        tx.defer(kAddJob, client);
        tx.query(kJobsSeen);
        return {};
    }));
    EXPECT_EQ(told, (std::vector<std::string>{kAddJob, kJobsSeen}));
    EXPECT_EQ(failed, 0);
    told.clear();
    const auto mistaken = [&] {
        return watched.in_system([&](Transaction& tx) -> Result<void> {
            tx.defer(kAddNote, "a");
            tx.query("select no_such_column");
            return {};
        });
    };
    EXPECT_THROW(mistaken(), StatementFailed);
    EXPECT_EQ(told, (std::vector<std::string>{kAddNote, "select no_such_column"}));
    EXPECT_EQ(failed, 1);
}

}  // namespace
}  // namespace hostelry::db
