#include "core/features/tenants/tenants.h"

#include "tests/support/panel_world.h"

#include <gtest/gtest.h>

#include <thread>

namespace hostelry::testing {
namespace {

using http::Method;
using nlohmann::json;

class TenantsTest : public ::testing::Test {
protected:
    TenantsTest() {
        root = world.postgres.root();
        north = world.postgres.make_tenant(root, "north", "reseller");
        acme = world.postgres.make_tenant(north, "acme");
        south = world.postgres.make_tenant(root, "south", "reseller");
        world.add_user(root, "superadmin", "ada@panel.test");
        world.add_user(north, "reseller", "rita@north.test");
        world.add_user(acme, "client", "carl@acme.test");
        tenants.add_routes(world.router);
        world.open();
    }
    static std::string api(TenantId id) { return "/api/v1/tenants/" + id.to_string(); }
    std::string state() {
        return world.postgres.value(
            "select string_agg(name || state, ' ' order by id) from hostelry.tenants"
        );
    }

    PanelWorld world;
    tenants::Tenants tenants{
        {world.postgres.database(), world.clock, world.random, world.shell, world.users}};
    TenantId root, north, acme, south;
};

TEST_F(TenantsTest, CreatesAnAccountWithItsFirstPerson) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    const auto reply = browser.on("/tenants/new")
                           .post(
                               "/tenants",
                               {{"name", "Café Müller"},
                                {"kind", "client"},
                                {"person_name", "Maja"},
                                {"person_email", "maja@cafe.test"},
                                {"time_zone", "Europe/Berlin"},
                                {"_key", "k"}}
                           );
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(reply.has("https://panel.test/password/"));
    EXPECT_EQ(
        world.postgres.value(
            "select t.name || ' ' || p.name || ' ' || u.role from hostelry.users u join "
            "hostelry.tenants t on t.id = u.tenant_id "
            "join hostelry.tenants p on p.id = t.parent_id where u.email = 'maja@cafe.test'"
        ),
        "Café Müller north client"
    );
}

TEST_F(TenantsTest, MakesOneAccountOfARequestThatIsSentTwice) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    browser.on("/tenants/new");
    const http::FormPairs form{
        {"name", "Twice"},
        {"kind", "client"},
        {"person_name", "Maja"},
        {"person_email", "maja@x.test"},
        {"time_zone", "UTC"},
        {"_key", "k"}};
    EXPECT_EQ(browser.post("/tenants", form).status, 200);
    EXPECT_EQ(browser.post("/tenants", form).status, 200);
    EXPECT_EQ(
        world.postgres.value("select count(*) from hostelry.tenants where name = 'Twice'"), "1"
    );
    const json body{{"name", "By key"}, {"kind", "client"}};
    browser.headers["idempotency-key"] = "api-1";
    const auto first = browser.call(Method::Post, "/api/v1/tenants", body);
    const auto second = browser.call(Method::Post, "/api/v1/tenants", body);
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(first.json()["tenant"]["id"], second.json()["tenant"]["id"]);
}

TEST_F(TenantsTest, MakesNothingWhenThePersonCannotBeMade) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    const auto before = state();
    const auto taken = browser.on("/tenants/new")
                           .post(
                               "/tenants",
                               {{"name", "Half"},
                                {"kind", "client"},
                                {"person_name", "Maja"},
                                {"person_email", "ada@panel.test"},
                                {"time_zone", "UTC"}}
                           );
    EXPECT_EQ(taken.status, 409);
    EXPECT_TRUE(taken.has("value=\"Half\""));
    EXPECT_TRUE(taken.has("id=\"person_email-e\""));
    const auto bad = browser.post(
        "/tenants", {{"name", " "}, {"kind", "root"}, {"person_email", "x"}, {"time_zone", "UTC"}}
    );
    EXPECT_EQ(bad.status, 422);
    EXPECT_EQ(state(), before);
}

TEST_F(TenantsTest, NeighboursAndAncestorsAreOutOfReach) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    browser.on("/tenants");
    const auto before = state();
    const auto made_up = *TenantId::parse("01900000-0000-7000-8000-000000000000");
    for (const auto target : {south, root}) {
        const json change{{"name", "Mine"}};
        for (const auto& [foreign, random] : {
                 std::pair{
                     browser.call(Method::Get, api(target)),
                     browser.call(Method::Get, api(made_up))},
                 std::pair{
                     browser.call(Method::Patch, api(target), change),
                     browser.call(Method::Patch, api(made_up), change)},
                 std::pair{
                     browser.call(Method::Delete, api(target)),
                     browser.call(Method::Delete, api(made_up))},
                 std::pair{
                     browser.call(Method::Post, api(target) + "/suspension"),
                     browser.call(Method::Post, api(made_up) + "/suspension")},
             }) {
            EXPECT_EQ(foreign.status, 404);
            EXPECT_EQ(foreign.json()["detail"], random.json()["detail"]);
        }
        const json child{{"name", "Child"}, {"kind", "client"}, {"parent", target.to_string()}};
        EXPECT_EQ(browser.call(Method::Post, "/api/v1/tenants", child).status, 404);
    }
    EXPECT_EQ(state(), before);
    EXPECT_FALSE(browser.get("/tenants").has("south"));
    EXPECT_EQ(browser.call(Method::Get, "/api/v1/tenants").json()["items"].size(), 1U);
}

TEST_F(TenantsTest, ListRefusesWhatItDoesNotUnderstandAndNamesIt) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    for (const auto& [field, value] :
         {std::pair<std::string, std::string>{"next", "1"},
          {"state", "gone"},
          {"parent", "north"},
          {"q", std::string(201, 'x')},
          {"after", "-1"},
          {"after", "1000001"},
          {"after", "first"}}) {
        const auto refused = browser.get("/api/v1/tenants?" + field + "=" + value);
        EXPECT_EQ(refused.status, 422) << field << value;
        EXPECT_EQ(refused.json()["errors"][0]["field"], field) << value;
    }
    EXPECT_EQ(browser.get("/tenants?state=gone&next=1").status, 200) << "a page is never refused";
}

TEST_F(TenantsTest, ListFiltersAndGoesOnBehindTheFirstAnswer) {
    for (int n = 1; n <= 200; ++n) {
        world.postgres.make_tenant(north, "client-" + std::to_string(n));
    }
    Browser browser{world};
    browser.sign_in("rita@north.test");
    const auto first = browser.get("/api/v1/tenants").json();
    EXPECT_EQ(first["items"].size(), 200U);
    ASSERT_EQ(first["next"], "200");
    const auto rest = browser.get("/api/v1/tenants?after=200").json();
    EXPECT_EQ(rest["items"].size(), 1U) << "201 with acme";
    EXPECT_TRUE(rest["next"].is_null());
    const auto here =
        browser.get("/api/v1/tenants?q=acme&state=active&parent=" + north.to_string());
    EXPECT_EQ(here.json()["items"].size(), 1U);
}

TEST_F(TenantsTest, NobodyRunsTheAccountTheyLiveIn) {
    Browser browser{world};
    browser.sign_in("rita@north.test");
    browser.on("/tenants");
    EXPECT_EQ(browser.call(Method::Delete, api(north)).status, 403);
    EXPECT_EQ(browser.call(Method::Post, api(north) + "/suspension").status, 403);
    EXPECT_EQ(browser.call(Method::Patch, api(north), {{"name", "Bigger"}}).status, 403);
    Browser client{world};
    client.sign_in("carl@acme.test");
    client.on("/profile");
    EXPECT_EQ(client.get("/tenants").status, 403);
    EXPECT_EQ(
        client.call(Method::Post, "/api/v1/tenants", {{"name", "X"}, {"kind", "client"}}).status,
        403
    );
    Browser staff{world};
    staff.sign_in("ada@panel.test");
    staff.on("/tenants");
    EXPECT_EQ(staff.call(Method::Post, api(root) + "/suspension").status, 409);
    EXPECT_EQ(staff.call(Method::Delete, api(root)).status, 409);
}

TEST_F(TenantsTest, ClientsHaveNoClients) {
    Browser staff{world};
    staff.sign_in("ada@panel.test");
    staff.on("/tenants");
    const json child{{"name", "Child"}, {"kind", "client"}, {"parent", acme.to_string()}};
    EXPECT_EQ(staff.call(Method::Post, "/api/v1/tenants", child).status, 409);
}

TEST_F(TenantsTest, SuspensionLocksOutEverybodyBelowUntilItIsResumed) {
    Browser client{world};
    client.sign_in("carl@acme.test");
    Browser staff{world};
    staff.sign_in("ada@panel.test");
    const auto path = "/tenants/" + north.to_string();
    EXPECT_EQ(staff.on(path).post(path + "/suspension", {}).status, 303);
    EXPECT_EQ(client.get("/profile").location, "/sign-in?next=%2Fprofile");
    EXPECT_EQ(client.sign_in("carl@acme.test").status, 401);
    EXPECT_TRUE(staff.get(path).has("This account is suspended."));
    EXPECT_EQ(staff.on(path).post(path + "/resumption", {}).status, 303);
    EXPECT_EQ(client.sign_in("carl@acme.test").status, 303);
}

TEST_F(TenantsTest, DeletesOnlyWhatIsEmptyAndSaysWhatIsLeft) {
    std::int64_t sites = 2;
    tenants.add_holding({"site", "sites", [&sites](db::Transaction&, TenantId) { return sites; }});
    Browser staff{world};
    staff.sign_in("ada@panel.test");
    const auto path = "/tenants/" + north.to_string() + "/deletion";
    const auto refused = staff.on(path).post(path, {{"name", "north"}});
    EXPECT_EQ(refused.status, 422);
    EXPECT_TRUE(refused.has("north still has 1 client account, 2 sites. Delete these first."));
    sites = 0;
    const auto of_acme = "/tenants/" + acme.to_string() + "/deletion";
    EXPECT_EQ(staff.on(of_acme).post(of_acme, {{"name", "wrong"}}).status, 422);
    EXPECT_EQ(staff.on(of_acme).post(of_acme, {{"name", "acme"}}).location, "/tenants");
    EXPECT_EQ(staff.on(path).post(path, {{"name", "north"}}).location, "/tenants");
    EXPECT_EQ(staff.get("/tenants/" + north.to_string()).status, 404);
    EXPECT_EQ(
        world.postgres.value(
            "select count(*) from hostelry.users where tenant_id <> '" + root.to_string() + "'"
        ),
        "0"
    );
}

TEST_F(TenantsTest, NamesMayRepeatAndTwentyAtOnceAllGetTheirSlug) {
    const auto caller = users::operator_caller(root);
    std::vector<std::thread> threads;
    std::atomic<int> made{0};
    for (int i = 0; i < 6; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 3; ++n) {
                made +=
                    tenants.create(caller, {.name = "Same name", .parent = {}}).has_value() ? 1 : 0;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(made, 18);
    EXPECT_EQ(
        world.postgres.value(
            "select count(distinct slug) from hostelry.tenants where name = 'Same name'"
        ),
        "18"
    );
}

TEST_F(TenantsTest, EveryPageShows) {
    Browser staff{world};
    staff.sign_in("ada@panel.test");
    const auto path = "/tenants/" + north.to_string();
    for (const auto& page :
         {std::string("/tenants"),
          std::string("/tenants?q=nor&state=active"),
          std::string("/tenants/new"),
          path,
          path + "/edit",
          path + "/deletion"}) {
        EXPECT_EQ(staff.get(page).status, 200) << page;
    }
    EXPECT_EQ(staff.get("/tenants/not-an-id").status, 404);
}

TEST_F(TenantsTest, OthersAskForNamesAndChildren) {
    const auto seen =
        world.postgres.database().in_tenant(north, [&](db::Transaction& tx) -> Result<void> {
            EXPECT_EQ(tenants::name_of(tx, acme)->name, "acme");
            EXPECT_FALSE(tenants::name_of(tx, south));
            EXPECT_EQ(tenants::children_of(tx, north).size(), 1U);
            return {};
        });
    EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace hostelry::testing
