#include "core/features/audit/audit.h"

#include "tests/support/panel_world.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace hostelry::testing {
namespace {

using http::Method;

class AuditTest : public ::testing::Test {
protected:
    AuditTest() {
        root = world.postgres.root();
        north = world.postgres.make_tenant(root, "north", "reseller");
        south = world.postgres.make_tenant(root, "south", "reseller");
        world.add_user(root, "superadmin", "ada@panel.test");
        world.add_user(north, "reseller", "rita@north.test");
        world.add_user(south, "reseller", "sam@south.test");
        audit.add_routes(world.router);
        audit.add_listeners(dispatcher);
        world.open();
    }

    audit::AuditVerdict verdict() {
        auto found = audit.verify();
        EXPECT_TRUE(found) << found.error().cause;
        return found.value_or(audit::AuditVerdict{});
    }
    /// As somebody with the database's superuser would: triggers off, the row edited.
    void tamper(const std::string& sql) {
        world.postgres.execute("set session_replication_role = replica; " + sql, "postgres");
    }

    PanelWorld world;
    hostelry::testing::ScratchFolder folder;
    crypto::Sealer sealer = *crypto::Sealer::from_file_or_new(folder.path("key"), world.random);
    audit::Audit audit{{world.postgres.database(), world.clock, sealer, world.shell}};
    events::Dispatcher dispatcher{world.postgres.database(), nullptr};
    TenantId root, north, south;
};

TEST_F(AuditTest, RecordsEveryEventOnceInItsTenantAndVerifies) {
    EXPECT_EQ(dispatcher.drain(), 3U);
    EXPECT_EQ(dispatcher.drain(), 0U);
    EXPECT_EQ(
        world.postgres.value(
            "select string_agg(type, ' ' order by position) from hostelry.audit_entries"
        ),
        "user.created user.created user.created"
    );
    const auto found = verdict();
    EXPECT_TRUE(found.intact) << found.problem;
    EXPECT_EQ(found.verified_to, 3);
    EXPECT_EQ(found.entries, 3);
}

TEST_F(AuditTest, KeepsTheNameOfWhoActedAfterTheyAreGone) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    dispatcher.drain();
    const auto id = UserId::parse(
        world.postgres.value("select id from hostelry.users where email = 'rita@north.test'")
    );
    ASSERT_TRUE(world.users.remove(users::operator_caller(root), *id));
    dispatcher.drain();
    EXPECT_EQ(
        world.postgres.value(
            "select actor_name from hostelry.audit_entries where type = 'session.started'"
        ),
        "rita"
    );
    EXPECT_TRUE(verdict().intact);
}

TEST_F(AuditTest, CannotBeChangedByTheServingRoleOrTheOwner) {
    dispatcher.drain();
    for (const auto* role : {"hostelry_app", "hostelry_owner"}) {
        for (const auto* sql :
             {"update hostelry.audit_entries set type = 'x.y'",
              "delete from hostelry.audit_entries",
              "truncate hostelry.audit_entries"}) {
            // The serving role sees rows of a tenant only; it has no right at all here.
            EXPECT_ANY_THROW(world.postgres.execute(sql, role)) << role << ": " << sql;
        }
    }
    EXPECT_TRUE(verdict().intact);
}

TEST_F(AuditTest, NamesAnEditedEntry) {
    dispatcher.drain();
    tamper("update hostelry.audit_entries set data = '{}' where position = 2");
    const auto found = verdict();
    EXPECT_FALSE(found.intact);
    EXPECT_EQ(found.verified_to, 1);
    EXPECT_NE(found.problem.find("entry 2"), std::string::npos) << found.problem;
    EXPECT_NE(found.problem.find("changed"), std::string::npos) << found.problem;
}

TEST_F(AuditTest, NamesEveryMemberThatIsEdited) {
    dispatcher.drain();
    for (const auto* edit :
         {"actor_name = 'other'",
          "at = at + interval '1 second'",
          "client_address = '1.2.3.4'",
          "request_id = 'r'",
          "subject_id = null",
          "subject_type = 'site'",
          "actor_id = gen_random_uuid()",
          "event_id = gen_random_uuid()"}) {
        world.postgres.execute(
            "drop table if exists hostelry_copy; create table hostelry_copy as select * from "
            "hostelry.audit_entries where position = 2",
            "postgres"
        );
        tamper(std::string("update hostelry.audit_entries set ") + edit + " where position = 2");
        EXPECT_FALSE(verdict().intact) << edit;
        tamper(
            "delete from hostelry.audit_entries where position = 2; insert into "
            "hostelry.audit_entries select * from hostelry_copy"
        );
        EXPECT_TRUE(verdict().intact) << edit;
    }
}

TEST_F(AuditTest, NamesWhereAnEntryWasTakenOut) {
    dispatcher.drain();
    tamper("delete from hostelry.audit_entries where position = 2");
    const auto found = verdict();
    EXPECT_FALSE(found.intact);
    EXPECT_EQ(found.verified_to, 1);
    EXPECT_NE(found.problem.find("entry 3"), std::string::npos) << found.problem;
}

TEST_F(AuditTest, NamesACutEnd) {
    dispatcher.drain();
    tamper("delete from hostelry.audit_entries where position = 3");
    const auto found = verdict();
    EXPECT_FALSE(found.intact);
    EXPECT_NE(found.problem.find("cut off"), std::string::npos) << found.problem;
}

TEST_F(AuditTest, NamesARewrittenChainBecauseItsHeadCannotBeSigned) {
    dispatcher.drain();
    // The attacker knows the code: takes the last entry out and writes the head that fits.
    tamper(
        "delete from hostelry.audit_entries where position = 3; update hostelry.audit_head set "
        "position = 2, entries = 2, "
        "hash = (select hash from hostelry.audit_entries where position = 2)"
    );
    const auto found = verdict();
    EXPECT_FALSE(found.intact);
    EXPECT_NE(found.problem.find("signature"), std::string::npos) << found.problem;
}

TEST_F(AuditTest, NamesAnOlderStateThatWasPutBack) {
    dispatcher.drain();
    world.postgres.execute(
        "create table hostelry_old_head as select * from hostelry.audit_head", "postgres"
    );
    world.add_user(north, "reseller", "late@north.test");
    dispatcher.drain();
    tamper(
        "delete from hostelry.audit_entries where position = 4; delete from hostelry.audit_head; "
        "insert into hostelry.audit_head select * from hostelry_old_head"
    );
    const auto found = verdict();
    EXPECT_FALSE(found.intact);
    EXPECT_NE(found.problem.find("older state"), std::string::npos) << found.problem;
}

TEST_F(AuditTest, ShowsEachTenantOnlyItsOwnTree) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    dispatcher.drain();
    const auto page = browser.get("/audit");
    EXPECT_EQ(page.status, 200);
    EXPECT_TRUE(page.has("Signed in"));
    EXPECT_FALSE(page.has("sam"));
    const auto foreign = world.postgres.value(
        "select position from hostelry.audit_entries where tenant_id = '" + south.to_string() + "'"
    );
    const auto there = browser.get("/audit/" + foreign);
    const auto nowhere = browser.get("/audit/999999");
    EXPECT_EQ(there.status, 404);
    EXPECT_EQ(nowhere.status, 404);
    EXPECT_EQ(browser.call(Method::Get, "/api/v1/audit/" + foreign).status, 404);
    const auto listed = browser.call(Method::Get, "/api/v1/audit").json();
    for (const auto& item : listed.at("items")) {
        EXPECT_EQ(item["tenant"], north.to_string());
    }
    EXPECT_EQ(browser.get("/audit/verification").status, 403) << "the chain is the provider's";
}

TEST_F(AuditTest, FiltersByActorTypeSubjectTimeAndWords) {
    Browser browser{world};
    browser.sign_in("ada@panel.test");
    dispatcher.drain();
    const auto ada =
        world.postgres.value("select id from hostelry.users where email = 'ada@panel.test'");
    const auto count = [&](const std::string& query) {
        return browser.call(Method::Get, "/api/v1/audit?" + query).json()["items"].size();
    };
    EXPECT_EQ(count("actor=" + ada), 1U);
    EXPECT_EQ(count("type=user"), 3U);
    EXPECT_EQ(count("type=user.created"), 3U);
    EXPECT_EQ(count("type=use"), 0U);
    EXPECT_EQ(count("subject=" + ada), 1U);
    EXPECT_EQ(count("q=192.0.2"), 1U);
    EXPECT_EQ(count("q=%25"), 0U) << "a percent sign is a letter";
    EXPECT_EQ(count("until=2020-01-01"), 0U);
    EXPECT_EQ(count("since=2020-01-01"), 4U);
}

TEST_F(AuditTest, ListRefusesWhatItDoesNotUnderstandAndNamesIt) {
    Browser browser{world};
    browser.sign_in("ada@panel.test");
    for (const auto& [field, value] :
         {std::pair<std::string, std::string>{"next", "1"},
          {"before", "1"},
          {"actor", "ada"},
          {"subject", "ada"},
          {"since", "yesterday"},
          {"until", "2020-13-01"},
          {"q", std::string(201, 'x')},
          {"type", std::string(101, 'x')},
          {"after", "first"}}) {
        const auto refused = browser.get("/api/v1/audit?" + field + "=" + value);
        EXPECT_EQ(refused.status, 422) << field << value;
        EXPECT_EQ(refused.json()["errors"][0]["field"], field) << value;
    }
    EXPECT_EQ(browser.get("/audit?since=yesterday&next=1").status, 200)
        << "a page is never refused";
}

TEST_F(AuditTest, ListGoesOnBehindTheFirstAnswer) {
    dispatcher.drain();
    tamper(
        "insert into hostelry.audit_entries (tenant_id, position, event_id, at, type, data, "
        "previous_hash, hash) select '" +
        root.to_string() +
        "', n, gen_random_uuid(), now(), 'user.created', '{}', '', '' from generate_series(4, 201) "
        "n"
    );
    Browser browser{world};
    browser.sign_in("ada@panel.test");
    const auto first = browser.get("/api/v1/audit").json();
    EXPECT_EQ(first["items"].size(), 200U);
    ASSERT_EQ(first["next"], "2");
    const auto rest = browser.get("/api/v1/audit?after=2").json();
    ASSERT_EQ(rest["items"].size(), 1U);
    EXPECT_EQ(rest["items"][0]["position"], 1);
    EXPECT_TRUE(rest["next"].is_null());
}

TEST_F(AuditTest, ShowsPagesOfListEntryAndVerification) {
    Browser browser{world};
    browser.sign_in("ada@panel.test");
    dispatcher.drain();
    EXPECT_TRUE(browser.get("/audit").has("Nobody has verified the chain"));
    EXPECT_EQ(browser.get("/audit/1").status, 200);
    const auto checked = browser.get("/audit/verification");
    EXPECT_TRUE(checked.has("Chain verified up to entry 4."));
    EXPECT_TRUE(browser.get("/audit").has("Chain verified up to entry 4."));
    tamper("update hostelry.audit_entries set actor_name = 'x' where position = 1");
    EXPECT_TRUE(browser.get("/audit/verification").has("was changed after it was written"));
    EXPECT_EQ(browser.call(Method::Get, "/api/v1/audit/verification").json()["intact"], false);
}

TEST_F(AuditTest, HostileTextStaysText) {
    ASSERT_TRUE(world.users.create(
        users::operator_caller(north),
        {.tenant = {},
         .name = "<img src=x onerror=alert(1)>{{7*7}}",
         .email = "eve@north.test",
         .role = "reseller",
         .password = {}}
    ));
    dispatcher.drain();
    Browser browser{world};
    browser.sign_in("ada@panel.test");
    const auto list = browser.get("/audit");
    const auto entry = browser.get("/audit/4");
    EXPECT_FALSE(list.has("<img src=x"));
    EXPECT_FALSE(entry.has("<img src=x"));
    EXPECT_TRUE(entry.has("onerror"));
}

}  // namespace
}  // namespace hostelry::testing
