#include "tests/support/eventually.h"
#include "tests/support/panel_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>

namespace hostelry::testing {
namespace {

class SignInTest : public ::testing::Test {
protected:
    SignInTest() {
        client = world.postgres.make_tenant(world.postgres.root(), "acme");
        world.add_user(world.postgres.root(), "superadmin", "ada@panel.test");
        world.add_user(client, "client", "carl@acme.test");
        world.open();
    }
    std::string events(const std::string& type) {
        return world.postgres.value(
            "select count(*) from hostelry.events where type = '" + type + "'"
        );
    }

    PanelWorld world;
    TenantId client;
    Browser browser{world};
};

TEST_F(SignInTest, OpensThePanelWithTheRightPassword) {
    EXPECT_EQ(browser.get("/profile").location, "/sign-in?next=%2Fprofile");
    const auto reply = browser.sign_in("ada@panel.test");
    EXPECT_EQ(reply.status, 303);
    EXPECT_EQ(reply.location, "/");
    EXPECT_EQ(browser.get("/profile").status, 200);
    EXPECT_EQ(events("session.started"), "1");
}

TEST_F(SignInTest, TakesTheAddressInAnyCase) {
    EXPECT_EQ(browser.sign_in("ADA@Panel.Test").status, 303);
}

TEST_F(SignInTest, StoresOnlyTheHashOfTheToken) {
    browser.sign_in("ada@panel.test");
    const auto token = browser.cookie("__Host-session");
    ASSERT_EQ(token.size(), 43U);
    EXPECT_EQ(
        world.postgres.value(
            "select count(*) from hostelry.sessions s where s::text like '%" + token + "%'"
        ),
        "0"
    );
}

TEST_F(SignInTest, AnswersAlikeForWrongPasswordUnknownAddressAndSuspendedPerson) {
    world.postgres.execute(
        "update hostelry.users set state = 'suspended' where email = 'carl@acme.test'"
    );
    browser.get("/sign-in");
    const auto wrong =
        browser.post("/sign-in", {{"email", "ada@panel.test"}, {"password", "not the password"}});
    const auto unknown =
        browser.post("/sign-in", {{"email", "who@panel.test"}, {"password", "not the password"}});
    const auto suspended = browser.post(
        "/sign-in", {{"email", "carl@acme.test"}, {"password", std::string(kTestPassword)}}
    );
    for (const auto& reply : {wrong, unknown, suspended}) {
        EXPECT_EQ(reply.status, 401);
        EXPECT_TRUE(reply.has("E-mail and password do not match an account."));
    }
    EXPECT_EQ(browser.cookie("__Host-session"), "");
    EXPECT_EQ(events("session.refused"), "3");
}

TEST_F(SignInTest, SpendsTheSameTimeOnUnknownAddresses) {
    const auto median_of = [&](const std::string& stem) {
        std::vector<double> times;
        for (int i = 0; i < 9; ++i) {
            const auto begin = std::chrono::steady_clock::now();
            static_cast<void>(world.auth.sign_in(
                {stem, "some wrong password"},
                {.client_address = "198.51.100." + std::to_string(i),
                 .user_agent = {},
                 .request_id = {}}
            ));
            times.push_back(
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()
            );
        }
        std::sort(times.begin(), times.end());
        return times[times.size() / 2];
    };
    crypto::spend_verification("warm");
    const double known = median_of("ada@panel.test");
    const double unknown = median_of("nobody@panel.test");
    // Generous, because test machines are busy: without the spent verification the ratio is above
    // ten.
    EXPECT_LT(known, unknown * 2.5);
    EXPECT_LT(unknown, known * 2.5);
}

TEST_F(SignInTest, KeepsTheAddressAndNeverThePasswordInTheFormThatComesBack) {
    browser.get("/sign-in");
    const auto reply =
        browser.post("/sign-in", {{"email", "ada@panel.test"}, {"password", "typed secret text"}});
    EXPECT_TRUE(reply.has("value=\"ada@panel.test\""));
    EXPECT_FALSE(reply.has("typed secret text"));
    const auto empty = browser.post("/sign-in", {{"email", ""}, {"password", ""}});
    EXPECT_EQ(empty.status, 422);
}

TEST_F(SignInTest, LimitsAttemptsAtOneAccountFromManyAddresses) {
    int limited = 0;
    for (int i = 0; i < 14; ++i) {
        browser.address = "203.0.113." + std::to_string(i + 1);
        browser.get("/sign-in");
        limited +=
            browser
                .post("/sign-in", {{"email", "ada@panel.test"}, {"password", "wrong wrong wrong"}})
                .status == 429;
    }
    EXPECT_EQ(limited, 4);
    browser.address = "203.0.113.200";
    browser.get("/sign-in");
    const auto reply = browser.post(
        "/sign-in", {{"email", "ada@panel.test"}, {"password", std::string(kTestPassword)}}
    );
    EXPECT_EQ(reply.status, 429);
    EXPECT_FALSE(reply.headers.at("retry-after").empty());
    EXPECT_EQ(Browser{world}.sign_in("carl@acme.test").status, 303);
}

TEST_F(SignInTest, LimitsAttemptsFromOneAddressWhateverProxyHeadersSay) {
    int limited = 0;
    for (int i = 0; i < 45; ++i) {
        browser.headers["x-forwarded-for"] = "198.51.100." + std::to_string(i);
        browser.get("/sign-in");
        limited +=
            browser
                .post(
                    "/sign-in", {{"email", "u" + std::to_string(i) + "@x.test"}, {"password", "p"}}
                )
                .status == 429;
    }
    EXPECT_GE(limited, 3);
}

TEST_F(SignInTest, LimitsAttemptsFromAllAddressesOfOneIpv6Subscriber) {
    int limited = 0;
    for (int i = 0; i < 45; ++i) {
        browser.address = "2a00:1450:4001:80b::" + std::to_string(i + 1);
        browser.get("/sign-in");
        limited +=
            browser
                .post(
                    "/sign-in", {{"email", "u" + std::to_string(i) + "@x.test"}, {"password", "p"}}
                )
                .status == 429;
    }
    EXPECT_GT(limited, 0);
}

TEST_F(SignInTest, LimitsAttemptsAtOneAccountHoweverItsAddressIsSpelled) {
    world.add_user(client, "client", "kim.kirk@acme.test");
    int limited = 0;
    // U+212A, the Kelvin sign, is a "k" to the database, which finds the account by it.
    for (const std::string spelling :
         {"kim.kirk", "\u212Aim.kirk", "kim.\u212Airk", "\u212Aim.\u212Air\u212A"}) {
        for (int i = 0; i < 4; ++i) {
            const auto refused = world.auth.sign_in(
                {spelling + "@acme.test", "wrong wrong wrong"},
                {.client_address = "198.51.100." + std::to_string(i),
                 .user_agent = {},
                 .request_id = {}}
            );
            limited += refused.error().code == ErrorCode::RateLimited;
        }
    }
    EXPECT_GT(limited, 0);
}

/// A person whose row another transaction holds: what was checked before it is written meanwhile.
TEST_F(SignInTest, APasswordThatWasReplacedWhileItWasCheckedOpensNothing) {
    const auto newer = crypto::hash_password("quiet marble engine");
    auto signing_in = std::future<Result<auth::NewSession>>{};
    const auto changed =
        world.postgres.database().in_tenant(client, [&](db::Transaction& tx) -> Result<void> {
            tx.execute("update hostelry.users set password_hash = $1", newer);
            signing_in = std::async(std::launch::async, [&] {
                return world.auth.sign_in({"carl@acme.test", std::string(kTestPassword)}, {});
            });
            EXPECT_TRUE(eventually([&] { return world.postgres.has_waiting_statement(); }));
            return {};
        });
    ASSERT_TRUE(changed);
    const auto session = signing_in.get();
    ASSERT_FALSE(session);
    EXPECT_EQ(session.error().code, ErrorCode::Unauthenticated);
    EXPECT_EQ(world.postgres.value("select count(*) from hostelry.sessions"), "0");
    EXPECT_EQ(events("session.refused"), "1");
    EXPECT_EQ(browser.sign_in("carl@acme.test", "quiet marble engine").status, 303);
}

TEST_F(SignInTest, LeadsBackToOwnPathsOnly) {
    EXPECT_EQ(auth::own_path_or_home("/sites?q=a"), "/sites?q=a");
    for (const auto* bad :
         {"//evil.test",
          "/\\evil.test",
          "https://evil.test",
          "javascript:alert(1)",
          "",
          "/a\r\nX: y",
          "/sign-in"}) {
        EXPECT_EQ(auth::own_path_or_home(bad), "/") << bad;
    }
    browser.get("/sign-in?next=//evil.test");
    const auto reply = browser.post(
        "/sign-in",
        {{"email", "ada@panel.test"},
         {"password", std::string(kTestPassword)},
         {"next", "//evil.test"}}
    );
    EXPECT_EQ(reply.location, "/");
}

TEST_F(SignInTest, RefusesAFormWithoutOrWithAnotherBrowsersToken) {
    Browser other{world};
    other.get("/sign-in");
    browser.get("/sign-in");
    browser.set_token(other.token());
    const http::FormPairs form{
        {"email", "ada@panel.test"}, {"password", std::string(kTestPassword)}};
    EXPECT_EQ(browser.post("/sign-in", form).status, 403);
    browser.set_token("");
    EXPECT_EQ(browser.post("/sign-in", form).status, 403);
}

TEST_F(SignInTest, PutsHostileNamesNowhere) {
    browser.get("/sign-in");
    const auto reply = browser.post(
        "/sign-in", {{"email", "<img onerror=alert(1)>;`id`$(id)"}, {"password", "x"}}
    );
    EXPECT_EQ(reply.status, 401);
    EXPECT_FALSE(reply.has("<img onerror"));
    EXPECT_EQ(
        world.postgres.value("select count(*) from hostelry.events e where e::text like '%onerror%'"
        ),
        "0"
    );
}

}  // namespace
}  // namespace hostelry::testing
