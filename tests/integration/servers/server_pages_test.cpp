// The pages and the API of servers, as browsers and programs meet them.
#include "tests/integration/servers/servers_world.h"
#include "tests/support/panel_world.h"

namespace hostelry::servers {
namespace {

class ServerPagesTest : public ::testing::Test {
protected:
    ServerPagesTest() {
        world.add_user(world.postgres.root(), "superadmin", "root@x.test");
        reseller = world.postgres.make_tenant(world.postgres.root(), "reseller", "reseller");
        world.add_user(reseller, "reseller", "reseller@x.test");
        servers.add_routes(world.router, world.shell);
        world.open();
        browser.sign_in("root@x.test");
    }
    ~ServerPagesTest() override { std::filesystem::remove_all(folder); }

    static http::FormPairs form_of(const std::string& name, const std::string& address) {
        return {
            {"name", name},
            {"kind", "ssh"},
            {"address", address},
            {"port", "22"},
            {"host_key", kSomeHostKey}};
    }
    std::string servers_stored() {
        return world.postgres.value("select count(*) from hostelry.servers");
    }

    testing::ScratchFolder scratch;
    std::string folder = scratch.path();
    testing::PanelWorld world;
    crypto::Sealer sealer =
        crypto::Sealer::from_file_or_new(folder + "/master.key", world.random).value();
    Servers servers{
        {world.postgres.database(),
         nullptr,
         world.clock,
         world.random,
         sealer,
         {.agent_listen = "127.0.0.1:0", .scratch_folder = folder + "/scratch"}}};
    testing::Browser browser{world};
    TenantId reseller;
};

TEST_F(ServerPagesTest, ANewServerIsAddedAndShown) {
    EXPECT_TRUE(browser.get("/servers").has("No servers yet"));
    const auto form = browser.get("/servers/new");
    EXPECT_EQ(form.status, 200);
    EXPECT_TRUE(form.has("ssh-ed25519 "));
    const auto added = browser.post("/servers", form_of("web-1", "192.0.2.1"));
    EXPECT_EQ(added.status, 303) << added.body;
    const auto page = browser.get(added.location);
    EXPECT_EQ(page.status, 200) << page.body;
    EXPECT_TRUE(page.has("192.0.2.1"));
    EXPECT_TRUE(page.has("Queued"));
    EXPECT_TRUE(browser.get("/servers").has("web-1"));
    EXPECT_EQ(browser.get(added.location + "/live").status, 200);
}

TEST_F(ServerPagesTest, BadInputComesBackWithWhatWasTyped) {
    browser.on("/servers/new");
    const auto refused = browser.post("/servers", form_of("Bad Name", "nowhere;reboot"));
    EXPECT_EQ(refused.status, 422);
    EXPECT_TRUE(refused.has("Bad Name"));
    EXPECT_TRUE(refused.has("nowhere;reboot"));
    EXPECT_TRUE(refused.has("Nothing was added."));
    EXPECT_EQ(servers_stored(), "0");
}

TEST_F(ServerPagesTest, ATwinIsAConflictAtItsField) {
    browser.on("/servers/new").post("/servers", form_of("web-1", "192.0.2.1"));
    const auto twin = browser.on("/servers/new").post("/servers", form_of("web-2", "192.0.2.1"));
    EXPECT_EQ(twin.status, 409);
    EXPECT_TRUE(twin.has("managed already"));
}

TEST_F(ServerPagesTest, ADoubleSubmitAddsOneServer) {
    browser.on("/servers/new");
    auto fields = form_of("web-1", "192.0.2.1");
    fields.emplace_back("_key", "the-same");
    const auto first = browser.post("/servers", fields);
    const auto second = browser.post("/servers", fields);
    EXPECT_EQ(second.status, 303);
    EXPECT_EQ(first.location, second.location);
    EXPECT_EQ(servers_stored(), "1");
}

TEST_F(ServerPagesTest, RemovalAsksForTheName) {
    const auto href =
        browser.on("/servers/new").post("/servers", form_of("web-1", "192.0.2.1")).location;
    EXPECT_TRUE(browser.get(href + "/deletion").has("Remove web-1?"));
    EXPECT_EQ(browser.post(href + "/deletion", {{"name", "web"}}).status, 422);
    EXPECT_EQ(browser.post(href + "/deletion", {{"name", "web-1"}}).status, 303);
    EXPECT_EQ(world.postgres.value("select state from hostelry.servers"), "removing");
}

TEST_F(ServerPagesTest, AnOfferIsMadeAndWithdrawnOnThePage) {
    const auto href =
        browser.on("/servers/new").post("/servers", form_of("web-1", "192.0.2.1")).location;
    const auto path = href + "/placements";
    EXPECT_EQ(browser.on(href).post(path, {{"tenant", reseller.to_string()}}).status, 303);
    EXPECT_TRUE(browser.get(href).has("Withdraw"));
    EXPECT_EQ(browser.post(path + "/" + reseller.to_string() + "/withdrawal", {}).status, 303);
    EXPECT_EQ(world.postgres.value("select count(*) from hostelry.server_placements"), "0");
}

TEST_F(ServerPagesTest, TheApiTellsTheSame) {
    browser.on("/servers/new");
    const nlohmann::json request{
        {"name", "web-1"}, {"address", "192.0.2.1"}, {"host_key", kSomeHostKey}};
    const auto added = browser.call(http::Method::Post, "/api/v1/servers", request);
    ASSERT_EQ(added.status, 201) << added.body;
    EXPECT_EQ(added.json()["state"], "queued");
    EXPECT_EQ(added.location, "/api/v1/servers/" + added.json()["id"].get<std::string>());
    const auto list = browser.get("/api/v1/servers");
    ASSERT_EQ(list.json()["items"].size(), 1U);
    EXPECT_EQ(list.json()["items"][0]["name"], "web-1");
    EXPECT_EQ(browser.get(added.location).json()["kind"], "ssh");
    EXPECT_EQ(browser.call(http::Method::Post, "/api/v1/servers", request).status, 409);
    EXPECT_TRUE(browser.get("/api/v1/server-key")
                    .json()["public_key"]
                    .get<std::string>()
                    .starts_with("ssh-ed25519 "));
    EXPECT_EQ(browser.call(http::Method::Delete, added.location).status, 202);
}

TEST_F(ServerPagesTest, ManyServersTakeSeveralPages) {
    world.postgres.execute(
        "insert into hostelry.servers (id, tenant_id, name, kind, address, host_key, state) "
        "select gen_random_uuid(), '" +
        world.postgres.root().to_string() +
        "', 'web-' || to_char(n, 'FM000'), 'ssh', '192.0.2.' || n, 'ssh-ed25519 AAAA', "
        "case when n > 55 then 'failed' else 'ready' end from generate_series(1, 60) n"
    );
    const auto first = browser.get("/servers");
    EXPECT_TRUE(first.has("web-050"));
    EXPECT_FALSE(first.has("web-051"));
    EXPECT_TRUE(first.has("1–50 of 60"));
    const auto second = browser.get("/servers?from=50");
    EXPECT_FALSE(second.has("web-050"));
    EXPECT_TRUE(second.has("web-060"));
    const auto failed = browser.get("/servers?state=failed");
    EXPECT_TRUE(failed.has("web-060"));
    EXPECT_TRUE(failed.has("1–5 of 5"));
}

TEST_F(ServerPagesTest, TheListRefusesWhatItDoesNotUnderstandAndNamesIt) {
    browser.on("/servers/new").post("/servers", form_of("web-1", "192.0.2.1"));
    for (const auto& [field, value] :
         {std::pair<std::string, std::string>{"after", "1"},
          {"state", "offline"},
          {"q", std::string(300, 'x')}}) {
        const auto refused = browser.get("/api/v1/servers?" + field + "=" + value);
        EXPECT_EQ(refused.status, 422) << field;
        EXPECT_EQ(refused.json()["errors"][0]["field"], field);
    }
    EXPECT_EQ(browser.get("/servers?state=offline&after=1").status, 200)
        << "a page is never refused";
    const auto found = browser.get("/api/v1/servers?q=web&state=queued").json();
    EXPECT_EQ(found["items"].size(), 1U);
    EXPECT_TRUE(found["next"].is_null());
    EXPECT_TRUE(browser.get("/api/v1/servers?state=failed").json()["items"].empty());
}

TEST_F(ServerPagesTest, TheApiAddsOneServerOfARequestThatIsSentTwice) {
    browser.on("/servers/new");
    const nlohmann::json request{
        {"name", "web-1"}, {"address", "192.0.2.1"}, {"host_key", kSomeHostKey}};
    browser.headers["idempotency-key"] = "api-1";
    const auto first = browser.call(http::Method::Post, "/api/v1/servers", request);
    const auto second = browser.call(http::Method::Post, "/api/v1/servers", request);
    EXPECT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(second.status, 201) << second.body;
    EXPECT_EQ(first.location, second.location);
    EXPECT_EQ(servers_stored(), "1");
}

TEST_F(ServerPagesTest, TheApiNamesEveryWrongMember) {
    browser.on("/servers/new");
    const auto refused =
        browser.call(http::Method::Post, "/api/v1/servers", {{"name", 5}, {"adress", "x"}});
    EXPECT_EQ(refused.status, 422) << refused.body;
    const auto without_key = browser.call(
        http::Method::Post, "/api/v1/servers", {{"name", "web-1"}, {"address", "192.0.2.1"}}
    );
    EXPECT_TRUE(without_key.has("host_key"));
    EXPECT_EQ(servers_stored(), "0");
}

TEST_F(ServerPagesTest, ResellersAndForeignIdsSeeNothing) {
    const auto href =
        browser.on("/servers/new").post("/servers", form_of("web-1", "192.0.2.1")).location;
    testing::Browser other{world};
    other.sign_in("reseller@x.test");
    for (const auto* path : {"/servers", "/servers/new", "/api/v1/servers", "/api/v1/server-key"}) {
        EXPECT_EQ(other.get(path).status, 403) << path;
    }
    EXPECT_EQ(other.get(href).status, 403);
    EXPECT_EQ(
        browser.get("/servers/" + new_uuid(world.clock, world.random).to_string()).status, 404
    );
    EXPECT_EQ(browser.get("/servers/nonsense").status, 404);
}

TEST_F(ServerPagesTest, WhatAnAgentSaysIsEscaped) {
    const auto href =
        browser.on("/servers/new").post("/servers", form_of("web-1", "192.0.2.1")).location;
    world.postgres.execute(
        R"(update hostelry.servers set state = 'failed', cause = '<script>alert(1)</script>',
        facts = '{"os": {"name": "<img onerror=x>"}, "kernel": 7, "versions": []}', status = '{"uptime_seconds": "x"}')"
    );
    const auto page = browser.get(href);
    EXPECT_EQ(page.status, 200);
    EXPECT_FALSE(page.has("<img onerror"));
    EXPECT_FALSE(page.has("<script>alert"));
    EXPECT_TRUE(page.has("&lt;img onerror=x&gt;"));
}

}  // namespace
}  // namespace hostelry::servers
