// The outbox: once written, delivered in one order, whatever commits when.
#include "core/platform/events/events.h"

#include "tests/support/test_database.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pqxx/pqxx>

#include <atomic>
#include <thread>

namespace hostelry::events {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

class Events : public ::testing::Test {
protected:
    void publish_type(const std::string& type, std::optional<TenantId> tenant = {}) {
        const TenantId whose = tenant.value_or(postgres.root());
        const auto published =
            postgres.database().in_tenant(whose, [&](db::Transaction& tx) -> Result<Uuid> {
                return publish(
                    tx, {.type = type, .tenant = whose, .data = nlohmann::json{{"a", 1}}}
                );
            });
        ASSERT_TRUE(published);
    }
    Handler noting(Lines& lines) {
        return [&lines](db::Transaction&, const Event& event) -> Result<void> {
            lines.push_back(event.type);
            return {};
        };
    }
    std::vector<ListenerStatus> status() {
        return postgres.database()
            .in_system([](db::Transaction& tx) -> Result<std::vector<ListenerStatus>> {
                return listener_status(tx);
            })
            .value();
    }

    testing::TestDatabase postgres;
    DispatcherOptions quick{
        .failures_max = 3, .backoff_first = 1ms, .backoff_max = 2ms, .poll = 200ms};
};

TEST_F(Events, EachListenerGetsWhatItAskedForInOrder) {
    Lines all, sites;
    Dispatcher dispatcher(postgres.database(), nullptr, quick);
    dispatcher.subscribe("all", {"*"}, noting(all));
    dispatcher.subscribe("sites", {"site.*", "dns.zone_made"}, noting(sites));
    for (const auto* type :
         {"site.created", "user.created", "dns.zone_made", "dns.zonexmade", "site.deleted"}) {
        publish_type(type);
    }
    EXPECT_EQ(dispatcher.drain(), 8U);
    EXPECT_EQ(
        all,
        (Lines{"site.created", "user.created", "dns.zone_made", "dns.zonexmade", "site.deleted"})
    );
    EXPECT_EQ(sites, (Lines{"site.created", "dns.zone_made", "site.deleted"}));
    EXPECT_EQ(dispatcher.drain(), 0U);
    EXPECT_EQ(status()[1].behind, 0);
}

TEST_F(Events, AnEventCarriesWhoWhatAndWhere) {
    const auto client = postgres.make_tenant(postgres.root(), "client");
    const auto actor = UserId::make(postgres.clock(), postgres.random());
    const auto site = new_uuid(postgres.clock(), postgres.random());
    Uuid id;
    ASSERT_TRUE(postgres.database().in_tenant(client, [&](db::Transaction& tx) -> Result<void> {
        id = publish(
            tx,
            {.type = "site.created",
             .tenant = client,
             .actor = actor,
             .subject_type = "site",
             .subject_id = site,
             .data = nlohmann::json{{"domain", "a.example"}},
             .client_address = "192.0.2.1",
             .request_id = "r1"}
        );
        return {};
    }));
    std::optional<Event> got;
    std::int64_t seen = -1;
    Dispatcher dispatcher(postgres.database(), nullptr, quick);
    dispatcher
        .subscribe("one", {"*"}, [&](db::Transaction& tx, const Event& event) -> Result<void> {
            got = event;
            seen = tx.query_one("select count(*) as n from hostelry.tenants")["n"].integer();
            return {};
        });
    dispatcher.drain();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->id, id);
    EXPECT_EQ(got->position, 1);
    EXPECT_EQ(got->tenant, client);
    EXPECT_EQ(got->actor, actor);
    EXPECT_EQ(got->subject_id, site);
    EXPECT_EQ(got->data.parse()["domain"], "a.example");
    EXPECT_EQ(got->client_address, "192.0.2.1");
    EXPECT_EQ(seen, 1) << "the handler works in the event's tenant";
}

TEST_F(Events, ARolledBackChangeHasNoEvent) {
    const auto failed =
        postgres.database().in_tenant(postgres.root(), [&](db::Transaction& tx) -> Result<void> {
            publish(tx, {.type = "site.created", .tenant = postgres.root()});
            return fail(ErrorCode::Conflict, "No.");
        });
    EXPECT_FALSE(failed);
    EXPECT_EQ(postgres.value("select count(*) from hostelry.events"), "0");
}

TEST_F(Events, AnEventThatCommitsLateIsNotSkipped) {
    Lines lines;
    Dispatcher dispatcher(postgres.database(), nullptr, quick);
    dispatcher.subscribe("all", {"*"}, noting(lines));
    // A transaction draws its number first and commits last: the gap that cursors over sequences
    // fall into.
    pqxx::connection link(postgres.dsn());
    pqxx::work slow(link);
    slow.exec("set local app.tenant = '" + postgres.root().to_string() + "'");
    slow.exec(
        "insert into hostelry.events (id, tenant_id, type) values (gen_random_uuid(), '" +
        postgres.root().to_string() + "', 'late.one')"
    );
    publish_type("quick.one");
    dispatcher.drain();
    EXPECT_EQ(lines, Lines{"quick.one"});
    slow.commit();
    dispatcher.drain();
    EXPECT_EQ(lines, (Lines{"quick.one", "late.one"}));
}

TEST_F(Events, ConcurrentWritersAndDispatchersLoseDoubleAndReorderNothing) {
    constexpr int kWriters = 4;
    constexpr int kEach = 40;
    db::Listener listener(postgres.dsn());
    listener.start();
    postgres.execute(
        "create table hostelry.seen (number bigint generated always as identity, position bigint, "
        "writer text, place int)"
    );
    const auto remember = [](db::Transaction& tx, const Event& event) -> Result<void> {
        const auto data = event.data.parse();
        tx.execute(
            "insert into hostelry.seen (position, writer, place) values ($1, $2, $3)",
            event.position,
            event.type,
            data["place"].get<int>()
        );
        return {};
    };
    Dispatcher one(postgres.database(), &listener, quick);
    Dispatcher two(postgres.database(), &listener, quick);
    one.subscribe("audit", {"*"}, remember);
    two.subscribe("audit", {"*"}, remember);
    one.start();
    two.start();
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
        writers.emplace_back([&, writer] {
            for (int place = 0; place < kEach; ++place) {
                const auto written = postgres.database().in_tenant(
                    postgres.root(),
                    [&](db::Transaction& tx) -> Result<void> {
                        publish(
                            tx,
                            {.type = "writer.w" + std::to_string(writer),
                             .tenant = postgres.root(),
                             .data = nlohmann::json{{"place", place}}}
                        );
                        return {};
                    }
                );
                EXPECT_TRUE(written);
            }
        });
    }
    for (auto& writer : writers) {
        writer.join();
    }
    const auto all = std::to_string(kWriters * kEach);
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (postgres.value("select count(*) from hostelry.seen") != all &&
           std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(20ms);
    }
    one.stop();
    two.stop();
    EXPECT_EQ(postgres.value("select count(*) from hostelry.seen"), all);
    EXPECT_EQ(postgres.value("select count(distinct position) from hostelry.seen"), all);
    EXPECT_EQ(postgres.value("select max(position) from hostelry.seen"), all)
        << "positions have no gaps";
    EXPECT_EQ(
        postgres.value(
            "select count(*) from (select position, lag(position) over (order by number) as before "
            "from hostelry.seen) s where before > position"
        ),
        "0"
    );
    EXPECT_EQ(
        postgres.value("select count(*) from (select place, lag(place) over (partition by writer "
                       "order by number) "
                       "as before from hostelry.seen) s where before >= place"),
        "0"
    ) << "what one writer wrote in a row arrives in a row";
}

TEST_F(Events, AFailingListenerTriesAgainThenPutsTheEventAsideAndGoesOn) {
    Lines taken;
    std::atomic<int> attempts{0};
    db::Listener listener(postgres.dsn());
    Dispatcher dispatcher(postgres.database(), &listener, quick);
    dispatcher
        .subscribe("picky", {"*"}, [&](db::Transaction& tx, const Event& event) -> Result<void> {
            if (event.type == "bad.event") {
                ++attempts;
                tx.execute("update hostelry.tenants set name = 'half done'");
                return fail(ErrorCode::Internal, "I do not like it.");
            }
            taken.push_back(event.type);
            return {};
        });
    publish_type("bad.event");
    publish_type("good.event");
    listener.start();
    dispatcher.start();
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (status().empty() || status()[0].position < 2) {
        ASSERT_LT(std::chrono::steady_clock::now(), until);
        std::this_thread::sleep_for(10ms);
    }
    dispatcher.stop();
    EXPECT_EQ(attempts, 3);
    EXPECT_EQ(taken, Lines{"good.event"});
    EXPECT_EQ(status()[0].dead_letters, 1);
    EXPECT_EQ(
        postgres.value(
            "select listener || ' ' || failures || ' ' || error from hostelry.event_dead_letters"
        ),
        "picky 3 I do not like it. "
    );
    EXPECT_EQ(
        postgres.value("select count(*) from hostelry.tenants where name = 'half done'"), "0"
    );
}

TEST_F(Events, AnExceptionOfAListenerCountsAsAFailure) {
    int attempts = 0;
    Dispatcher dispatcher(postgres.database(), nullptr, quick);
    dispatcher.subscribe("throws", {"*"}, [&](db::Transaction& tx, const Event&) -> Result<void> {
        ++attempts;
        tx.execute("select no_such_column from hostelry.tenants");
        return {};
    });
    publish_type("some.event");
    dispatcher.drain();
    EXPECT_EQ(attempts, 1);
    EXPECT_EQ(dispatcher.figures().failed_total, 1U);
    EXPECT_EQ(postgres.value("select failures from hostelry.event_listeners"), "1");
}

TEST_F(Events, AListenerThatBeginsNowDoesNotGetThePast) {
    publish_type("old.event");
    Lines nothing, lines;
    {
        Dispatcher before(postgres.database(), nullptr, quick);
        before.subscribe("first", {"*"}, noting(nothing));
        before.drain();
    }
    Dispatcher dispatcher(postgres.database(), nullptr, quick);
    dispatcher.subscribe("late", {"*"}, noting(lines), Dispatcher::From::Now);
    dispatcher.drain();
    publish_type("new.event");
    dispatcher.drain();
    EXPECT_EQ(lines, Lines{"new.event"});
}

TEST_F(Events, WhatIsWrittenCannotBeChangedDeletedOrTruncated) {
    publish_type("site.created");
    for (const auto* role : {"hostelry_app", "hostelry_owner"}) {
        for (const auto* statement :
             {"update hostelry.events set type = 'x.y'",
              "delete from hostelry.events",
              "truncate hostelry.events"}) {
            const std::string script = "select set_config('app.tenant', '" +
                                       postgres.root().to_string() + "', false); " + statement;
            EXPECT_THROW(postgres.execute(script, role), pqxx::sql_error)
                << role << ": " << statement;
        }
    }
    EXPECT_EQ(postgres.value("select type from hostelry.events"), "site.created");
}

TEST_F(Events, ANeighbourSeesNoEvent) {
    const auto one = postgres.make_tenant(postgres.root(), "one");
    const auto two = postgres.make_tenant(postgres.root(), "two");
    publish_type("site.created", one);
    const auto seen_by = [&](TenantId tenant) {
        return postgres.database()
            .in_tenant(
                tenant,
                [](db::Transaction& tx) -> Result<std::int64_t> {
                    return tx.query_one("select count(*) as n from hostelry.events")["n"].integer();
                }
            )
            .value();
    };
    EXPECT_EQ(seen_by(one), 1);
    EXPECT_EQ(seen_by(two), 0);
    EXPECT_EQ(seen_by(postgres.root()), 1);
}

}  // namespace
}  // namespace hostelry::events
