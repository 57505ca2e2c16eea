#include "tests/support/eventually.h"
#include "tests/support/panel_world.h"

#include <gtest/gtest.h>

#include <future>

namespace hostelry::testing {
namespace {

using http::Method;
using nlohmann::json;

class UsersTest : public ::testing::Test {
protected:
    UsersTest() {
        root = world.postgres.root();
        north = world.postgres.make_tenant(root, "north", "reseller");
        acme = world.postgres.make_tenant(north, "acme");
        south = world.postgres.make_tenant(root, "south", "reseller");
        ada = world.add_user(root, "superadmin", "ada@panel.test");
        adam = world.add_user(root, "admin", "adam@panel.test");
        rita = world.add_user(north, "reseller", "rita@north.test");
        sam = world.add_user(south, "reseller", "sam@south.test");
        carl = world.add_user(acme, "client", "carl@acme.test");
        world.open();
    }
    static std::string api(const users::User& user) {
        return "/api/v1/users/" + user.id.to_string();
    }
    std::string state() {
        return world.postgres.value(
            "select string_agg(email || role || state || coalesce(password_hash, '') || name, ' ' "
            "order by email) "
            "from hostelry.users"
        );
    }

    PanelWorld world;
    TenantId root, north, acme, south;
    users::User ada, adam, rita, sam, carl;
};

TEST_F(UsersTest, CreatesAPersonWithAOneTimeLink) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    EXPECT_EQ(browser.get("/users/new?tenant=" + acme.to_string()).status, 200);
    const auto reply = browser.post(
        "/users",
        {{"tenant", acme.to_string()},
         {"name", "Nina <b>"},
         {"email", "nina@acme.test"},
         {"role", "client"},
         {"time_zone", "Europe/Berlin"},
         {"_key", "k1"}}
    );
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(reply.has("https://panel.test/password/"));
    EXPECT_TRUE(reply.has("Nina &lt;b&gt;"));
    EXPECT_EQ(
        world.postgres.value("select tenant_id from hostelry.users where email = 'nina@acme.test'"),
        acme.to_string()
    );
}

TEST_F(UsersTest, MakesOnePersonOfAFormThatIsSentTwice) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    browser.on("/users/new");
    const http::FormPairs form{
        {"name", "Nina"},
        {"email", "nina@north.test"},
        {"role", "reseller"},
        {"time_zone", "UTC"},
        {"_key", "k1"}};
    EXPECT_EQ(browser.post("/users", form).status, 200);
    EXPECT_EQ(browser.post("/users", form).status, 200);
    EXPECT_EQ(world.postgres.value("select count(*) from hostelry.users where name = 'Nina'"), "1");
}

TEST_F(UsersTest, KeepsWhatWasTypedAndNamesTheFields) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    const auto before = state();
    const auto reply = browser.on("/users/new")
                           .post(
                               "/users",
                               {{"name", "Typed Name"},
                                {"email", "no address"},
                                {"role", "reseller"},
                                {"time_zone", "Mars/Base"}}
                           );
    EXPECT_EQ(reply.status, 422);
    EXPECT_TRUE(reply.has("value=\"Typed Name\""));
    EXPECT_TRUE(reply.has("value=\"no address\""));
    EXPECT_TRUE(reply.has("id=\"email-e\""));
    EXPECT_TRUE(reply.has("id=\"time_zone-e\""));
    EXPECT_EQ(state(), before);
}

TEST_F(UsersTest, SaysNothingAboutWhoseAddressItIs) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    const auto reply = browser.on("/users/new")
                           .post(
                               "/users",
                               {{"name", "Nina"},
                                {"email", "SAM@south.test"},
                                {"role", "reseller"},
                                {"time_zone", "UTC"}}
                           );
    EXPECT_EQ(reply.status, 409);
    EXPECT_TRUE(reply.has("This address cannot be used."));
}

TEST_F(UsersTest, NeighboursCannotSeeChangeOrDeleteAnybody) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    browser.on("/users");
    const auto before = state();
    const auto made_up = "/api/v1/users/01900000-0000-7000-8000-000000000000";
    for (const auto& target : {api(sam), api(ada), api(adam)}) {
        const json change{{"name", "Changed"}};
        for (const auto& [foreign, random] : {
                 std::pair{browser.call(Method::Get, target), browser.call(Method::Get, made_up)},
                 std::pair{
                     browser.call(Method::Patch, target, change),
                     browser.call(Method::Patch, made_up, change)},
                 std::pair{
                     browser.call(Method::Delete, target), browser.call(Method::Delete, made_up)},
                 std::pair{
                     browser.call(Method::Post, target + "/suspension"),
                     browser.call(Method::Post, std::string(made_up) + "/suspension")},
                 std::pair{
                     browser.call(Method::Post, target + "/password-link"),
                     browser.call(Method::Post, std::string(made_up) + "/password-link")},
             }) {
            EXPECT_EQ(foreign.status, 404);
            EXPECT_EQ(foreign.json()["detail"], random.json()["detail"]);
        }
    }
    EXPECT_EQ(state(), before);
    EXPECT_EQ(world.postgres.value("select count(*) from hostelry.password_links"), "0");
    const auto list = browser.call(Method::Get, "/api/v1/users").json();
    EXPECT_EQ(list["items"].size(), 2U) << "rita and carl";
    EXPECT_FALSE(browser.get("/users").has("sam@south.test"));
    EXPECT_FALSE(browser.get("/users?q=sam").has("sam@south.test"));
    EXPECT_FALSE(browser.get("/users?tenant=" + south.to_string()).has("sam@south.test"));
}

TEST_F(UsersTest, NobodyClimbsAboveTheirRank) {
    Browser admin{world};
    admin.sign_in("adam@panel.test");
    admin.on("/users");
    const auto before = state();
    EXPECT_EQ(admin.call(Method::Patch, api(ada), {{"name", "Mine"}}).status, 403);
    EXPECT_EQ(admin.call(Method::Post, api(ada) + "/password-link").status, 403);
    EXPECT_EQ(admin.call(Method::Post, api(ada) + "/suspension").status, 403);
    EXPECT_EQ(admin.call(Method::Delete, api(ada)).status, 403);
    EXPECT_EQ(admin.call(Method::Patch, api(adam), {{"role", "superadmin"}}).status, 409)
        << "one's own role";
    const json climber{{"name", "Eve"}, {"email", "eve@panel.test"}, {"role", "superadmin"}};
    EXPECT_EQ(admin.call(Method::Post, "/api/v1/users", climber).status, 403);

    Browser reseller{world};
    reseller.sign_in("rita@north.test");
    reseller.on("/users");
    for (const auto* role : {"superadmin", "admin"}) {
        const json person{{"name", "Eve"}, {"email", "eve@north.test"}, {"role", role}};
        EXPECT_EQ(reseller.call(Method::Post, "/api/v1/users", person).status, 403) << role;
        EXPECT_EQ(reseller.call(Method::Patch, api(carl), {{"role", role}}).status, 403) << role;
    }
    EXPECT_EQ(reseller.call(Method::Patch, api(carl), {{"role", "reseller"}}).status, 422)
        << "wrong account for it";
    const json elsewhere{
        {"name", "Eve"},
        {"email", "eve@s.test"},
        {"role", "reseller"},
        {"tenant", south.to_string()}};
    EXPECT_EQ(reseller.call(Method::Post, "/api/v1/users", elsewhere).status, 404);

    Browser client{world};
    client.sign_in("carl@acme.test");
    client.on("/profile");
    EXPECT_EQ(client.call(Method::Get, "/api/v1/users").status, 403);
    EXPECT_EQ(client.call(Method::Post, "/api/v1/users", climber).status, 403);
    EXPECT_EQ(client.get("/users").status, 403);
    EXPECT_EQ(state(), before);
}

TEST_F(UsersTest, TheDatabaseItselfRefusesStaffOutsideTheRoot) {
    const auto outcome = [&] {
        world.postgres.execute(
            "update hostelry.users set role = 'superadmin' where email = 'rita@north.test'"
        );
    };
    EXPECT_ANY_THROW(outcome());
}

TEST_F(UsersTest, TheLastSuperadminStays) {
    const auto operator_caller = users::operator_caller(root);
    for (const auto& refused :
         {world.users.remove(operator_caller, ada.id),
          world.users.suspend(operator_caller, ada.id).map([](const auto&) {})}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
    }
    world.add_user(root, "superadmin", "bea@panel.test");
    EXPECT_TRUE(world.users.remove(operator_caller, ada.id));
}

TEST_F(UsersTest, NobodySuspendsOrDeletesThemselves) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    browser.on("/users");
    EXPECT_EQ(browser.call(Method::Delete, api(rita)).status, 409);
    EXPECT_EQ(browser.call(Method::Post, api(rita) + "/suspension").status, 409);
}

TEST_F(UsersTest, RefusesMembersThatNobodyOffersAndValuesOfWrongTypes) {
    Browser browser{world};
    browser.sign_in("ada@panel.test");
    browser.on("/users");
    const json base{{"name", "Eve"}, {"email", "eve@panel.test"}, {"role", "admin"}};
    for (const auto& [name, value] :
         {std::pair<std::string, json>{"state", "active"},
          {"verified", true},
          {"password_hash", "x"},
          {"password", true},
          {"password", 0},
          {"password", json::array()},
          {"name", nullptr}}) {
        auto body = base;
        body[name] = value;
        EXPECT_EQ(browser.call(Method::Post, "/api/v1/users", body).status, 422) << name << value;
    }
    EXPECT_EQ(browser.call(Method::Post, "/api/v1/users", base).status, 201);
}

TEST_F(UsersTest, ListRefusesWhatItDoesNotUnderstandAndNamesIt) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    for (const auto& [field, value] :
         {std::pair<std::string, std::string>{"next", "1"},
          {"state", "gone"},
          {"tenant", "acme"},
          {"q", std::string(300, 'x')},
          {"after", "-1"},
          {"after", "1000001"},
          {"after", "first"}}) {
        const auto refused = browser.get("/api/v1/users?" + field + "=" + value);
        EXPECT_EQ(refused.status, 422) << field << value;
        EXPECT_EQ(refused.json()["errors"][0]["field"], field) << value;
    }
    EXPECT_EQ(browser.get("/users?state=gone&next=1").status, 200) << "a page is never refused";
}

TEST_F(UsersTest, ListFiltersAndGoesOnBehindTheFirstAnswer) {
    world.postgres.execute(
        "insert into hostelry.users (tenant_id, id, email, name, role, time_zone, locale, "
        "sessions_valid_from, created_at) select '" +
            acme.to_string() +
            "', gen_random_uuid(), 'p' || n || '@acme.test', 'p' || n, 'client', 'UTC', 'en', "
            "now(), now() from generate_series(1, 201) n",
        "postgres"
    );
    Browser browser{world};
    browser.sign_in("rita@north.test");
    const auto first = browser.get("/api/v1/users").json();
    EXPECT_EQ(first["items"].size(), 200U);
    ASSERT_EQ(first["next"], "200");
    const auto rest = browser.get("/api/v1/users?after=200").json();
    EXPECT_EQ(rest["items"].size(), 3U) << "203 with rita and carl";
    EXPECT_TRUE(rest["next"].is_null());
    const auto here = browser.get("/api/v1/users?q=rita&state=active&tenant=" + north.to_string());
    EXPECT_EQ(here.json()["items"].size(), 1U);
}

TEST_F(UsersTest, DeletesOnlyWhenTheAddressIsTyped) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    const auto path = "/users/" + carl.id.to_string() + "/deletion";
    EXPECT_EQ(browser.on(path).post(path, {{"name", "something else"}}).status, 422);
    EXPECT_EQ(browser.on(path).post(path, {{"name", "carl@acme.test"}}).location, "/users");
    EXPECT_EQ(
        world.postgres.value("select count(*) from hostelry.users where email = 'carl@acme.test'"),
        "0"
    );
}

TEST_F(UsersTest, SuspendsWithAWayBack) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    const auto path = "/users/" + carl.id.to_string();
    EXPECT_EQ(browser.on(path).post(path + "/suspension", {}).status, 303);
    EXPECT_TRUE(browser.get(path).has("Suspended"));
    EXPECT_EQ(browser.on(path).post(path + "/resumption", {}).status, 303);
    EXPECT_TRUE(browser.get(path).has("Active"));
    EXPECT_EQ(
        world.postgres.value("select string_agg(type, ' ' order by number) from hostelry.events "
                             "where type like 'user.%ed' and actor_id is not null"),
        "user.suspended user.resumed"
    );
}

TEST_F(UsersTest, EveryPageShowsAndWantsItsToken) {
    Browser browser{world};
    browser.sign_in("ada@panel.test");
    const auto path = "/users/" + rita.id.to_string();
    for (const auto& page :
         {std::string("/users"),
          std::string("/users/new"),
          path,
          path + "/edit",
          path + "/deletion",
          std::string("/profile")}) {
        EXPECT_EQ(browser.get(page).status, 200) << page;
    }
    browser.set_token("forged");
    EXPECT_EQ(browser.post(path, {{"name", "Changed"}}).status, 403);
    EXPECT_EQ(browser.call(Method::Delete, api(rita)).status, 403);
}

TEST_F(UsersTest, ChangesOnesOwnProfileOnly) {
    Browser browser{world};
    browser.sign_in("carl@acme.test");
    EXPECT_EQ(
        browser.on("/profile")
            .post("/profile", {{"name", "Carl C."}, {"time_zone", "Asia/Tokyo"}, {"locale", "en"}})
            .status,
        303
    );
    EXPECT_TRUE(browser.get("/profile").has("Carl C."));
    EXPECT_EQ(
        browser.on("/profile")
            .post(
                "/profile",
                {{"name", "Carl"}, {"time_zone", "UTC"}, {"locale", "en"}, {"role", "superadmin"}}
            )
            .status,
        422
    );
    const auto wrong =
        browser.on("/profile")
            .post(
                "/profile/password",
                {{"current_password", "not it at all"}, {"new_password", "quiet marble engine"}}
            );
    EXPECT_EQ(wrong.status, 422);
    EXPECT_TRUE(wrong.has("This is not your current password."));
}

TEST_F(UsersTest, APasswordThatWasReplacedMeanwhileIsNoLongerTheCurrentOne) {
    const auto newer = crypto::hash_password("quiet marble engine");
    auto changing = std::future<Result<void>>{};
    const auto changed =
        world.postgres.database().in_tenant(acme, [&](db::Transaction& tx) -> Result<void> {
            tx.execute("update hostelry.users set password_hash = $1", newer);
            changing = std::async(std::launch::async, [&] {
                auto caller = users::operator_caller(acme);
                caller.user = carl.id;
                return world.users.change_password(
                    caller, acme, {std::string(kTestPassword), "what an intruder wants"}
                );
            });
            EXPECT_TRUE(eventually([&] { return world.postgres.has_waiting_statement(); }));
            return {};
        });
    ASSERT_TRUE(changed);
    const auto refused = changing.get();
    ASSERT_FALSE(refused);
    ASSERT_EQ(refused.error().fields.size(), 1U);
    EXPECT_EQ(refused.error().fields.front().field, "current_password");
    EXPECT_EQ(
        world.postgres.value("select password_hash from hostelry.users where email = "
                             "'carl@acme.test'"),
        newer
    );
}

TEST_F(UsersTest, NobodyMovesIntoAnAccountThatIsBeingDeleted) {
    auto creating = std::future<Result<users::User>>{};
    ASSERT_TRUE(world.postgres.database().in_tenant(root, [&](db::Transaction& tx) -> Result<void> {
        tx.query("select 1 from hostelry.tenants where id = $1 for update", acme);
        creating = std::async(std::launch::async, [&] {
            users::CreateUser request;
            request.tenant = acme;
            request.name = "Late";
            request.email = "late@acme.test";
            request.role = "client";
            return world.users.create(users::operator_caller(root), request);
        });
        EXPECT_TRUE(eventually([&] { return world.postgres.has_waiting_statement(); }));
        tx.execute(
            "update hostelry.tenants set state = 'deleted', slug = 'deleted' where id = $1", acme
        );
        return {};
    }));
    EXPECT_EQ(creating.get().error().code, ErrorCode::NotFound);
}

TEST_F(UsersTest, ANewPasswordEndsTheLinksThatWereGivenOut) {
    const auto caller = users::operator_caller(root);
    const auto link = world.users.make_password_link(caller, carl.id);
    ASSERT_TRUE(link);
    auto himself = users::operator_caller(acme);
    himself.user = carl.id;
    ASSERT_TRUE(world.users.change_password(
        himself, acme, {std::string(kTestPassword), "quiet marble engine"}
    ));
    const auto path = link->url.substr(std::string("https://panel.test").size());
    EXPECT_EQ(Browser{world}.get(path).status, 404);
}

TEST_F(UsersTest, AnOpenSessionIsNoWayToANewPasswordWithoutThePresentOne) {
    Browser browser{world};
    browser.sign_in("ada@panel.test");
    browser.on("/users/" + ada.id.to_string());
    EXPECT_EQ(browser.post("/users/" + ada.id.to_string() + "/password-link", {}).status, 409);
    EXPECT_EQ(browser.call(Method::Post, api(ada) + "/password-link").status, 409);
    EXPECT_EQ(browser.call(Method::Post, api(adam) + "/password-link").status, 201);
}

TEST_F(UsersTest, AnOpenSessionIsNoWayToGuessThePassword) {
    Browser browser{world};
    browser.sign_in("carl@acme.test");
    browser.on("/profile");
    const auto attempt = [&](std::string_view password) {
        return browser.post(
            "/profile/password",
            {{"current_password", std::string(password)}, {"new_password", "quiet marble engine"}}
        );
    };
    for (int i = 0; i < 10; ++i) {
        ASSERT_EQ(attempt("guess number " + std::to_string(i)).status, 422);
    }
    EXPECT_EQ(attempt("one guess more").status, 429);
    EXPECT_EQ(attempt(kTestPassword).status, 429);
}

TEST_F(UsersTest, GuessesAtAPasswordThatComeAtOnceCountAll) {
    auto caller = users::operator_caller(acme);
    caller.user = carl.id;
    const auto guess = [&] {
        const auto refused = world.users.change_password(
            caller, acme, {"not the password", "what an intruder wants"}
        );
        return refused.error().code != ErrorCode::RateLimited;
    };
    std::vector<std::future<bool>> guesses;
    for (int i = 0; i < 16; ++i) {
        guesses.push_back(std::async(std::launch::async, guess));
    }
    int looked_at = 0;
    for (auto& one : guesses) {
        looked_at += one.get() ? 1 : 0;
    }
    EXPECT_EQ(looked_at, 10);
}

TEST_F(UsersTest, TheRightPasswordForgivesWrongOnes) {
    auto caller = users::operator_caller(acme);
    caller.user = carl.id;
    const std::string mine(kTestPassword);
    for (int i = 0; i < 9; ++i) {
        EXPECT_FALSE(world.users.change_password(caller, acme, {"wrong", "quiet marble engine"}));
    }
    EXPECT_TRUE(world.users.change_password(caller, acme, {mine, "quiet marble engine"}));
    EXPECT_TRUE(world.users.change_password(caller, acme, {"quiet marble engine", mine}));
}

}  // namespace
}  // namespace hostelry::testing
