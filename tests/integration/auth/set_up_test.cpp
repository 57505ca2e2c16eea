#include "tests/support/panel_world.h"

#include <gtest/gtest.h>

namespace hostelry::testing {
namespace {

class SetUpTest : public ::testing::Test {
protected:
    SetUpTest() { world.open(); }
    std::string link() {
        const auto url = world.auth.setup_url("https://panel.test");
        return url && *url ? (*url)->substr(std::string("https://panel.test").size()) : "";
    }
    static http::FormPairs person() {
        return {
            {"company", "Northlight Hosting"},
            {"name", "Ada Byron"},
            {"email", "ada@panel.test"},
            {"password", "quiet marble engine"},
            {"time_zone", "Europe/Berlin"}};
    }

    PanelWorld world;
    Browser browser{world};
};

TEST_F(SetUpTest, MakesTheFirstSuperadminAndSignsThemIn) {
    const auto path = link();
    ASSERT_TRUE(path.starts_with("/setup/"));
    EXPECT_EQ(browser.get(path).status, 200);
    const auto reply = browser.post(path, person());
    EXPECT_EQ(reply.status, 303);
    EXPECT_EQ(browser.get("/profile").status, 200);
    EXPECT_EQ(
        world.postgres.value("select name from hostelry.tenants where kind = 'root'"),
        "Northlight Hosting"
    );
    EXPECT_EQ(
        world.postgres.value("select role || ' ' || time_zone from hostelry.users"),
        "superadmin Europe/Berlin"
    );
    EXPECT_EQ(
        world.postgres.value("select count(*) from hostelry.events where type = 'panel.set_up'"),
        "1"
    );
}

TEST_F(SetUpTest, WorksOnceAndNoLinkIsMadeAfterwards) {
    const auto path = link();
    browser.get(path);
    ASSERT_EQ(browser.post(path, person()).status, 303);
    Browser other{world};
    const auto again = other.get(path);
    EXPECT_EQ(again.status, 404);
    EXPECT_TRUE(again.has("This link is no longer valid"));
    other.get("/sign-in");
    auto second = person();
    second[2].second = "eve@panel.test";
    EXPECT_EQ(other.post(path, second).status, 404);
    EXPECT_EQ(world.postgres.value("select count(*) from hostelry.users"), "1");
    EXPECT_EQ(link(), "");
}

TEST_F(SetUpTest, NewLinksReplaceOlderOnesAndAllExpire) {
    const auto first = link();
    const auto second = link();
    EXPECT_EQ(browser.get(first).status, 404);
    EXPECT_EQ(browser.get(second).status, 200);
    world.clock.advance(std::chrono::hours{24 * 8});
    EXPECT_EQ(browser.get(second).status, 404);
}

TEST_F(SetUpTest, KeepsWhatWasTypedAndMakesNothingFromBadInput) {
    const auto path = link();
    browser.get(path);
    const auto reply = browser.post(
        path,
        {{"company", "North \"& light\""},
         {"name", " "},
         {"email", "not an address"},
         {"password", "short"},
         {"time_zone", "Mars/Base"}}
    );
    EXPECT_EQ(reply.status, 422);
    EXPECT_TRUE(
        reply.has("North &quot;&amp; light&quot;") || reply.has("North &#34;&amp; light&#34;")
    );
    EXPECT_TRUE(reply.has("not an address"));
    EXPECT_FALSE(reply.has("\"short\""));
    EXPECT_EQ(world.postgres.value("select count(*) from hostelry.users"), "0");
    EXPECT_EQ(browser.post(path, person()).status, 303) << "the link is still good";
}

TEST_F(SetUpTest, RefusesFieldsNobodyOffers) {
    const auto path = link();
    browser.get(path);
    auto form = person();
    form.emplace_back("role", "superadmin");
    EXPECT_EQ(browser.post(path, form).status, 422);
}

TEST_F(SetUpTest, LimitsGuesses) {
    link();
    int limited = 0;
    for (int i = 0; i < 40; ++i) {
        limited += browser.get("/setup/guess" + std::to_string(i)).status == 429;
    }
    EXPECT_EQ(limited, 10);
    EXPECT_EQ(browser.get("/password/guess").status, 429);
}

TEST_F(SetUpTest, TakesTheFormOfAPageWithoutReferrersWhoseOriginIsNull) {
    const auto path = link();
    browser.get(path);
    browser.headers = {{"origin", "null"}, {"sec-fetch-site", "cross-site"}};
    EXPECT_EQ(browser.post(path, person()).status, 403);
    browser.headers = {{"origin", "null"}};
    EXPECT_EQ(browser.post(path, person()).status, 403);
    browser.headers = {{"origin", "null"}, {"sec-fetch-site", "same-origin"}};
    EXPECT_EQ(browser.post(path, person()).status, 303);
}

TEST_F(SetUpTest, LinksDoNotLeakByReferrer) {
    const auto path = link();
    http::Inflight inflight;
    inflight.request.path = path;
    inflight.peer = *http::IpAddress::parse("192.0.2.1");
    world.dispatcher->consider(inflight, {});
    const auto answer = world.dispatcher->answer(inflight);
    EXPECT_NE(answer.fixed_headers.find("Referrer-Policy: no-referrer"), std::string::npos);
}

TEST_F(SetUpTest, PasswordLinksWorkOnce) {
    const auto user = world.add_user(world.postgres.root(), "superadmin", "ada@panel.test");
    const auto caller = users::operator_caller(world.postgres.root());
    const auto older = world.users.make_password_link(caller, user.id);
    const auto newer = world.users.make_password_link(caller, user.id);
    ASSERT_TRUE(older && newer);
    const auto path = newer->url.substr(std::string("https://panel.test").size());
    EXPECT_EQ(browser.get(older->url.substr(std::string("https://panel.test").size())).status, 404);
    EXPECT_EQ(browser.get(path).status, 200);
    EXPECT_EQ(browser.post(path, {{"password", "short"}}).status, 422);
    EXPECT_EQ(
        browser.post(path, {{"password", "quiet marble engine"}}).location, "/sign-in?from=password"
    );
    EXPECT_EQ(browser.post(path, {{"password", "another long one"}}).status, 404);
    EXPECT_EQ(browser.sign_in("ada@panel.test", "quiet marble engine").status, 303);
}

}  // namespace
}  // namespace hostelry::testing
