#include "tests/support/panel_world.h"

#include <gtest/gtest.h>

namespace hostelry::testing {
namespace {

class SessionTest : public ::testing::Test {
protected:
    SessionTest() {
        reseller = world.postgres.make_tenant(world.postgres.root(), "north", "reseller");
        client = world.postgres.make_tenant(reseller, "acme");
        stranger = world.postgres.make_tenant(world.postgres.root(), "other", "reseller");
        ada = world.add_user(world.postgres.root(), "superadmin", "ada@panel.test");
        rita = world.add_user(reseller, "reseller", "rita@north.test");
        world.open();
    }
    bool is_in(Browser& browser) { return browser.get("/profile").status == 200; }
    users::Caller operator_of_root() { return users::operator_caller(world.postgres.root()); }

    PanelWorld world;
    TenantId reseller, client, stranger;
    users::User ada, rita;
};

TEST_F(SessionTest, EndsWhenIdleSoonerForStaff) {
    Browser staff{world};
    Browser other{world};
    staff.sign_in("ada@panel.test");
    other.sign_in("rita@north.test");
    world.clock.advance(std::chrono::minutes{16});
    EXPECT_FALSE(is_in(staff));
    EXPECT_TRUE(is_in(other));
    world.clock.advance(std::chrono::minutes{31});
    EXPECT_FALSE(is_in(other));
}

TEST_F(SessionTest, LivesOnWhileUsedButNotBeyondTwelveHours) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    for (int i = 0; i < 35; ++i) {
        world.clock.advance(std::chrono::minutes{20});
        ASSERT_TRUE(is_in(browser)) << i;
    }
    world.clock.advance(std::chrono::minutes{21});
    EXPECT_FALSE(is_in(browser));
}

TEST_F(SessionTest, EndsAtSignOutAndTheOldCookieOpensNothing) {
    Browser browser{world};
    browser.sign_in("ada@panel.test");
    const auto token = browser.cookie("__Host-session");
    const auto reply = browser.on("/profile").post("/sign-out", {});
    EXPECT_EQ(reply.location, "/sign-in?from=sign-out");
    EXPECT_EQ(browser.cookie("__Host-session"), "");
    browser.set_cookie("__Host-session", token);
    EXPECT_FALSE(is_in(browser));
}

TEST_F(SessionTest, EndsEverywhereWithANewPasswordASuspensionAndADeletion) {
    Browser first{world};
    Browser second{world};
    first.sign_in("rita@north.test");
    second.sign_in("rita@north.test");
    auto reply = first.on("/profile")
                     .post(
                         "/profile/password",
                         {{"current_password", std::string(kTestPassword)},
                          {"new_password", "quiet marble engine"}}
                     );
    EXPECT_EQ(reply.status, 303);
    EXPECT_FALSE(is_in(first));
    EXPECT_FALSE(is_in(second));
    EXPECT_EQ(first.sign_in("rita@north.test").status, 401);
    EXPECT_EQ(first.sign_in("rita@north.test", "quiet marble engine").status, 303);

    ASSERT_TRUE(world.users.suspend(operator_of_root(), rita.id));
    EXPECT_FALSE(is_in(first));
    ASSERT_TRUE(world.users.resume(operator_of_root(), rita.id));
    EXPECT_FALSE(is_in(first)) << "a resumed person signs in again";
    EXPECT_EQ(first.sign_in("rita@north.test", "quiet marble engine").status, 303);
    ASSERT_TRUE(world.users.remove(operator_of_root(), rita.id));
    EXPECT_FALSE(is_in(first));
}

TEST_F(SessionTest, EndsWhenATenantAboveIsSuspended) {
    world.add_user(client, "client", "carl@acme.test");
    Browser browser{world};
    browser.sign_in("carl@acme.test");
    ASSERT_TRUE(is_in(browser));
    world.postgres.execute(
        "update hostelry.tenants set state = 'suspended' where id = '" + reseller.to_string() + "'"
    );
    EXPECT_FALSE(is_in(browser));
    EXPECT_EQ(browser.sign_in("carl@acme.test").status, 401);
}

TEST_F(SessionTest, TellsTheStreamsWhichSessionsEnded) {
    Browser browser{world};
    browser.sign_in("ada@panel.test");
    const auto key = world.postgres.value("select id from hostelry.sessions");
    EXPECT_TRUE(world.auth.ended_sessions({key}).empty());
    browser.on("/profile").post("/sign-out", {});
    EXPECT_EQ(
        world.auth.ended_sessions({key, "rubbish"}), (std::vector<std::string>{key, "rubbish"})
    );
}

TEST_F(SessionTest, ActsOnlyInDescendantsOfTheHome) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    browser.on("/profile");
    EXPECT_EQ(browser.post("/acting-tenant", {{"tenant", client.to_string()}}).status, 303);
    EXPECT_EQ(
        world.postgres.value("select acting_tenant_id from hostelry.sessions"), client.to_string()
    );
    const auto foreign = browser.post("/acting-tenant", {{"tenant", stranger.to_string()}});
    const auto root =
        browser.post("/acting-tenant", {{"tenant", world.postgres.root().to_string()}});
    const auto made_up =
        browser.post("/acting-tenant", {{"tenant", "01900000-0000-7000-8000-000000000000"}});
    EXPECT_EQ(foreign.status, 404);
    EXPECT_EQ(root.status, 404);
    EXPECT_EQ(made_up.status, 404);
    EXPECT_EQ(
        world.postgres.value("select acting_tenant_id from hostelry.sessions"), client.to_string()
    );
    EXPECT_EQ(browser.post("/acting-tenant", {{"tenant", reseller.to_string()}}).status, 303);
}

TEST_F(SessionTest, FallsBackHomeWhenTheActingTenantIsGone) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    browser.on("/profile").post("/acting-tenant", {{"tenant", client.to_string()}});
    world.postgres.execute(
        "update hostelry.tenants set state = 'deleted' where id = '" + client.to_string() + "'"
    );
    http::Request request;
    request.headers.add("cookie", "__Host-session=" + browser.cookie("__Host-session"));
    const auto principal = world.auth.authenticate(request);
    ASSERT_TRUE(principal && *principal);
    EXPECT_EQ((*principal)->tenant, reseller);
}

TEST_F(SessionTest, TwoOfOneCookieAreNobody) {
    Browser browser{world};
    browser.sign_in("ada@panel.test");
    http::Request request;
    const auto pair = "__Host-session=" + browser.cookie("__Host-session");
    request.headers.add("cookie", pair + "; " + pair);
    const auto principal = world.auth.authenticate(request);
    ASSERT_TRUE(principal);
    EXPECT_FALSE(*principal);
}

}  // namespace
}  // namespace hostelry::testing
