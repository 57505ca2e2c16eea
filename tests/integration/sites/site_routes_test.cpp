// Sites by their pages and their API.
#include "tests/integration/sites/sites_world.h"

#include <gtest/gtest.h>

namespace hostelry::sites {
namespace {

class SiteRoutes : public SitesWorld {
protected:
    SiteRoutes() {
        panel.add_user(ada, "client", "ada@x.test");
        panel.add_user(bob, "client", "bob@x.test");
        panel.add_user(panel.postgres.root(), "superadmin", "root@x.test");
    }
    testing::Browser signed_in(const std::string& email) {
        testing::Browser browser{panel};
        browser.sign_in(email);
        return browser;
    }
    static http::FormPairs form(const std::string& domain) {
        return {
            {"template", "wordpress"},
            {"_shown_template", "wordpress"},
            {"domain", domain},
            {"www", "true"},
            {"options.title", "Ada's shop"},
            {"options.admin_email", "ada@x.test"},
            {"options.admin_password", ""},
            {"php_version", ""}};
    }
};

TEST_F(SiteRoutes, ShowAnEmptyListThenTheSite) {
    auto browser = signed_in("root@x.test");
    EXPECT_TRUE(browser.get("/sites").has("Create your first site"));
    EXPECT_TRUE(browser.get("/sites/new").has("WordPress"));
    const auto made = browser.on("/sites/new").post("/sites", form("bücher.example"));
    EXPECT_EQ(made.status, 303);
    const auto page = browser.get(made.location);
    EXPECT_EQ(page.status, 200);
    EXPECT_TRUE(page.has("bücher.example"));
    EXPECT_TRUE(page.has("Queued"));
    EXPECT_TRUE(page.has("192.0.2.10"));
    for (const char* part : {"/databases", "/settings", "/part", "/deletion"}) {
        EXPECT_EQ(browser.get(made.location + part).status, 200) << part;
    }
    EXPECT_TRUE(browser.get("/sites").has("bücher.example"));
    EXPECT_TRUE(browser.get("/sites?state=failed").has("No site fits"));
    EXPECT_TRUE(browser.get("/sites?q=100%25_").has("No site fits"));
    EXPECT_TRUE(browser.get("/databases").has("bücher.example"));
    EXPECT_FALSE(browser.get("/databases").has("xn--bcher"));
    EXPECT_EQ(panel.postgres.value("select subject_name from hostelry.jobs"), "bücher.example");
}

TEST_F(SiteRoutes, OfferToTakeASuspensionOverToThoseAboveOnly) {
    auto client = signed_in("ada@x.test");
    const auto page = client.on("/sites/new").post("/sites", form("example.com")).location;
    const auto suspended_by = [&](TenantId holder) {
        panel.postgres.execute(
            "update hostelry.sites set state = 'suspended', suspended_by = '" + holder.to_string() +
            "'"
        );
    };
    auto provider = signed_in("root@x.test");
    suspended_by(ada);
    EXPECT_TRUE(client.get(page).has("Resume"));
    EXPECT_FALSE(client.get(page).has("Keep suspended"));
    EXPECT_TRUE(provider.get(page).has("Keep suspended"));
    EXPECT_EQ(provider.post(page + "/suspension", {}).status, 303);
    suspended_by(panel.postgres.root());
    EXPECT_FALSE(client.get(page).has("Resume"));
    EXPECT_FALSE(provider.get(page).has("Keep suspended"));
    EXPECT_TRUE(provider.get(page).has("Resume"));
}

TEST_F(SiteRoutes, KeepWhatWasTypedNameTheFieldAndCreateNothing) {
    struct Bad {
        const char* field;
        std::string value;
        std::string kept;
    };
    const std::vector<Bad> table{
        {"domain", "", ""},
        {"domain", "exa mple", "value=\"exa mple\""},
        {"domain", "<script>alert(1)</script>", "&lt;script&gt;"},
        {"domain", "192.0.2.1", "192.0.2.1"},
        {"domain", std::string(2000, 'x'), ""},
        {"template", "unknown", ""},
        {"options.title", std::string(101, 'x'), std::string(101, 'x')},
        {"options.admin_email", "nobody", "value=\"nobody\""},
        {"options.admin_password", "short", ""},
        {"php_version", "5.2", ""},
        {"server", "not-an-id", ""},
        {"server", ServerId::make(panel.clock, panel.random).to_string(), ""},
        {"surprise", "x", ""},
    };
    auto browser = signed_in("ada@x.test");
    for (const auto& bad : table) {
        browser.get("/sites/new");
        auto fields = form("example.com");
        std::erase_if(fields, [&](const auto& pair) {
            return pair.first == bad.field ||
                   (std::string(bad.field) == "template" && pair.first == "_shown_template");
        });
        fields.emplace_back(bad.field, bad.value);
        const auto reply = browser.post("/sites", fields);
        EXPECT_EQ(reply.status, 422) << bad.field << "=" << bad.value.substr(0, 40);
        EXPECT_TRUE(reply.has("Nothing was created.")) << bad.field;
        EXPECT_TRUE(bad.kept.empty() || reply.has(bad.kept)) << bad.field;
        if (std::string(bad.field) != "domain") {
            EXPECT_TRUE(reply.has("value=\"example.com\"")) << bad.field;
        }
        EXPECT_FALSE(reply.has("<script>alert")) << bad.field;
        EXPECT_EQ(count("sites"), "0") << bad.field;
    }
}

TEST_F(SiteRoutes, SayWhichRecordShowsADomainAndCheckAgain) {
    outside.zones_hold_names = false;
    auto browser = signed_in("ada@x.test");
    browser.get("/sites/new");
    const auto refused = browser.post("/sites", form("example.com"));
    EXPECT_EQ(refused.status, 422);
    EXPECT_TRUE(refused.has("_hostelry-challenge.example.com"));
    EXPECT_TRUE(refused.has("Check again"));
    EXPECT_TRUE(refused.has("value=\"example.com\""));
    EXPECT_EQ(count("sites"), "0");
    const auto asked = browser.call(http::Method::Get, "/api/v1/domain-proofs/example.com").json();
    EXPECT_FALSE(asked["is_shown"].get<bool>());
    const auto value = asked["record_value"].get<std::string>();
    EXPECT_TRUE(refused.has(value));
    outside.texts["_hostelry-challenge.example.com"] = {value};
    EXPECT_EQ(browser.post("/sites", form("example.com")).status, 303);
    EXPECT_EQ(browser.call(http::Method::Get, "/api/v1/domain-proofs/co.uk").status, 422);
}

TEST_F(SiteRoutes, NeverSendATypedPasswordBack) {
    auto browser = signed_in("ada@x.test");
    auto fields = form("exa mple");
    std::erase_if(fields, [](const auto& pair) { return pair.first == "options.admin_password"; });
    fields.emplace_back("options.admin_password", "velvet-harbour-91");
    EXPECT_FALSE(browser.on("/sites/new").post("/sites", fields).has("velvet-harbour-91"));
}

TEST_F(SiteRoutes, ShowTheFieldsOfAnotherTemplateBeforeAnythingIsChecked) {
    auto browser = signed_in("ada@x.test");
    auto fields = form("example.com");
    for (auto& [name, value] : fields) {
        if (name == "template") {
            value = "static";
        }
    }
    const auto reply = browser.on("/sites/new").post("/sites", fields);
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(reply.has("options.title"));
    EXPECT_FALSE(reply.has("options.admin_email"));
    EXPECT_TRUE(reply.has("value=\"example.com\""));
    EXPECT_EQ(count("sites"), "0");
}

TEST_F(SiteRoutes, MakeOneSiteOfADoubleClick) {
    auto browser = signed_in("ada@x.test");
    browser.get("/sites/new");
    auto fields = form("example.com");
    fields.emplace_back("_key", "0193f0a0-0000-7000-8000-000000000001");
    const auto first = browser.post("/sites", fields);
    const auto second = browser.post("/sites", fields);
    EXPECT_EQ(first.status, 303);
    EXPECT_EQ(second.location, first.location);
    EXPECT_EQ(count("sites"), "1");
}

TEST_F(SiteRoutes, ShowAndChangeNothingOfANeighbour) {
    start_worker();
    const Site site = deployed(ada, wordpress("example.com"));
    const auto database = databases.list(caller(ada), "", "", 10)->databases.front();
    const std::string changes = "events where type like 'site.%' or type like 'database.%'";
    const auto events = count(changes);
    auto bobs = signed_in("bob@x.test");
    bobs.get("/sites");
    const std::string made_up = SiteId::make(panel.clock, panel.random).to_string();
    const auto both = [&](http::Method method,
                          const std::string& before,
                          const std::string& id,
                          const std::string& after,
                          const http::FormPairs& fields) {
        std::vector<int> statuses;
        for (const std::string& one : {id, made_up}) {
            const std::string path = before + one + after;
            const bool api = path.starts_with("/api/");
            const auto reply =
                method == http::Method::Get ? bobs.get(path)
                : api ? bobs.call(method, path, nlohmann::json{{"name", "example.com"}})
                      : bobs.post(path, fields);
            statuses.push_back(reply.status);
            EXPECT_FALSE(reply.has("192.0.2.10")) << path;
            EXPECT_FALSE(reply.has(site.key)) << path;
        }
        EXPECT_EQ(statuses[0], statuses[1]) << before << after;
        EXPECT_TRUE(statuses[0] == 404 || statuses[0] == 403)
            << before << after << " " << statuses[0];
    };
    const std::string id = site.id.to_string();
    for (const char* part : {"", "/databases", "/settings", "/part", "/deletion"}) {
        both(http::Method::Get, "/sites/", id, part, {});
    }
    for (const char* part :
         {"/deletion", "/deployments", "/suspension", "/resumption", "/password-reveal"}) {
        both(http::Method::Post, "/sites/", id, part, {{"name", "example.com"}});
    }
    both(http::Method::Get, "/api/v1/sites/", id, "", {});
    both(http::Method::Delete, "/api/v1/sites/", id, "", {});
    both(http::Method::Post, "/api/v1/sites/", id, "/deployments", {});
    both(http::Method::Post, "/api/v1/sites/", id, "/suspension", {});
    both(http::Method::Delete, "/api/v1/sites/", id, "/suspension", {});
    both(http::Method::Post, "/api/v1/sites/", id, "/password-reveal", {});
    both(http::Method::Get, "/databases/", database.id.to_string(), "", {});
    both(http::Method::Post, "/databases/", database.id.to_string(), "/password", {});
    both(http::Method::Get, "/api/v1/databases/", database.id.to_string(), "", {});
    both(http::Method::Post, "/api/v1/databases/", database.id.to_string(), "/password", {});
    EXPECT_FALSE(bobs.get("/sites").has("example.com"));
    EXPECT_TRUE(bobs.get("/api/v1/sites").json().at("items").empty());
    EXPECT_TRUE(bobs.get("/api/v1/databases").json().at("items").empty());
    EXPECT_EQ(this->site(ada, site.id).state, SiteState::Ready);
    EXPECT_EQ(count(changes), events);
    // Those above see it.
    EXPECT_TRUE(signed_in("root@x.test").get("/sites").has("example.com"));
}

TEST_F(SiteRoutes, DoTheSameByApi) {
    start_worker();
    auto browser = signed_in("ada@x.test");
    browser.get("/sites");
    const nlohmann::json request{
        {"domain", "example.com"},
        {"template", "wordpress"},
        {"options", {{"admin_email", "ada@x.test"}}}};
    browser.headers["idempotency-key"] = "api-1";
    const auto made = browser.call(http::Method::Post, "/api/v1/sites", request);
    ASSERT_EQ(made.status, 202) << made.body;
    EXPECT_EQ(browser.call(http::Method::Post, "/api/v1/sites", request).status, 200);
    browser.headers.clear();
    const auto id = made.json().at("id").get<std::string>();
    wait_for(JobId::parse(made.json().at("job").get<std::string>()).value());
    const auto site = browser.get("/api/v1/sites/" + id).json();
    EXPECT_EQ(site.at("state"), "ready");
    EXPECT_NE(site.at("account"), "");
    EXPECT_EQ(made.json().at("account"), site.at("account"));
    EXPECT_EQ(site.at("url"), "https://example.com/");
    EXPECT_EQ(site.at("names"), (nlohmann::json{"example.com", "www.example.com"}));
    const auto revealed =
        browser.call(http::Method::Post, "/api/v1/sites/" + id + "/password-reveal");
    EXPECT_EQ(revealed.json().at("user"), "admin");
    EXPECT_EQ(
        browser.call(http::Method::Post, "/api/v1/sites/" + id + "/password-reveal").status, 409
    );
    const auto wrong =
        browser.call(http::Method::Post, "/api/v1/sites", {{"domain", 5}, {"surprise", true}});
    EXPECT_EQ(wrong.status, 422);
    EXPECT_TRUE(wrong.has("surprise"));
    EXPECT_EQ(
        browser.call(http::Method::Delete, "/api/v1/sites/" + id, {{"name", "wrong"}}).status, 422
    );
    const auto deleted =
        browser.call(http::Method::Delete, "/api/v1/sites/" + id, {{"name", "example.com"}});
    EXPECT_EQ(deleted.status, 202);
    wait_for(JobId::parse(deleted.json().at("job").get<std::string>()).value());
    EXPECT_EQ(browser.get("/api/v1/sites/" + id).status, 404);
}

TEST_F(SiteRoutes, ListsRefuseWhatTheyDoNotUnderstandAndNameIt) {
    auto browser = signed_in("ada@x.test");
    const auto expect_refusal =
        [&](const std::string& list, const std::string& field, const std::string& value) {
            const auto refused = browser.get(list + "?" + field + "=" + value);
            EXPECT_EQ(refused.status, 422) << list << field << value;
            EXPECT_EQ(refused.json()["errors"][0]["field"], field) << list << value;
        };
    for (const auto& [field, value] :
         {std::pair<std::string, std::string>{"next", "1"},
          {"before", "1"},
          {"state", "queued"},
          {"sort", "size"},
          {"after", "example.com"},
          {"q", std::string(300, 'x')}}) {
        expect_refusal("/api/v1/sites", field, value);
    }
    for (const auto& [field, value] :
         {std::pair<std::string, std::string>{"state", "ready"},
          {"q", std::string(301, 'x')},
          {"after", std::string(401, 'x')}}) {
        expect_refusal("/api/v1/databases", field, value);
    }
    for (const char* page : {"/sites?state=queued&sort=size", "/databases?state=ready"}) {
        EXPECT_EQ(browser.get(page).status, 200) << "a page is never refused: " << page;
    }
}

TEST_F(SiteRoutes, ListsFilterAndGoOnBehindTheFirstAnswer) {
    std::string oldest;
    for (int n = 100; n <= 200; ++n) {
        const auto made = create(ada, wordpress("site-" + std::to_string(n) + ".example"));
        oldest = oldest.empty() ? made.site.id.to_string() : oldest;
    }
    auto browser = signed_in("ada@x.test");
    const auto rest_of = [&](const std::string& list, const std::string& more) {
        const auto first = browser.get(list + "?" + more).json();
        EXPECT_EQ(first["items"].size(), 100U) << list << more;
        EXPECT_TRUE(first["next"].is_string()) << list << more;
        const auto rest =
            browser
                .get(
                    list + "?" + more + "&after=" + percent_encode(first["next"].get<std::string>())
                )
                .json();
        EXPECT_EQ(rest["items"].size(), 1U) << list << more;
        EXPECT_TRUE(rest["next"].is_null()) << list << more;
        return rest["items"][0];
    };
    EXPECT_EQ(rest_of("/api/v1/sites", "")["id"], oldest);
    EXPECT_EQ(rest_of("/api/v1/sites", "sort=domain")["domain"], "site-200.example");
    EXPECT_EQ(rest_of("/api/v1/sites", "sort=-domain")["domain"], "site-100.example");
    EXPECT_EQ(rest_of("/api/v1/databases", "")["site_domain"], "site-200.example");
    const auto found = browser.get("/api/v1/sites?q=site-17&state=working").json();
    EXPECT_EQ(found["items"].size(), 10U);
    EXPECT_EQ(browser.get("/api/v1/databases?q=site-17").json()["items"].size(), 10U);
}

TEST_F(SiteRoutes, OfferTheWayBackFromASuspension) {
    start_worker();
    const Site site = deployed(ada, plain("example.com"));
    auto browser = signed_in("root@x.test");
    const std::string href = "/sites/" + site.id.to_string();
    const auto reply = browser.on(href).post(href + "/suspension", {});
    EXPECT_EQ(reply.status, 303);
    EXPECT_TRUE(browser.get(reply.location).has(href + "/resumption"));
    EXPECT_EQ(browser.on(href).post(href + "/deletion", {{"name", "wrong"}}).status, 422);
}

TEST_F(SiteRoutes, SuspendSeveralAtOnceAndTakeItBack) {
    start_worker();
    const auto one = deployed(ada, plain("one.example")).id;
    const auto two = deployed(ada, plain("two.example")).id;
    const auto of_bob = deployed(bob, plain("three.example")).id;
    replace_worker();
    auto browser = signed_in("ada@x.test");
    EXPECT_TRUE(browser.get("/sites").has("formaction=\"/sites/suspension\""));
    browser.headers["referer"] = "https://panel.test/sites?state=ready";
    const http::FormPairs ticked{
        {"id", one.to_string()},
        {"id", two.to_string()},
        {"id", of_bob.to_string()},
        {"id", "not-an-id"}};
    const auto suspended = browser.post("/sites/suspension", ticked);
    EXPECT_EQ(suspended.location, "/sites?state=ready") << "back to the list as it was";
    EXPECT_NE(site(ada, one).state, SiteState::Ready);
    EXPECT_NE(site(ada, two).state, SiteState::Ready);
    EXPECT_EQ(site(bob, of_bob).state, SiteState::Ready) << "a neighbour's";
    const auto told = browser.get(suspended.location);
    EXPECT_TRUE(told.has("2 sites are being suspended. 1 was left as it is: There is no such site.")
    );
    EXPECT_TRUE(told.has("/sites/resumption?id=" + one.to_string()));
    const auto undone =
        browser.post("/sites/resumption?id=" + one.to_string() + "&id=" + two.to_string(), {});
    EXPECT_EQ(undone.status, 303);
    wait_for(*site(ada, one).job);
    wait_for(*site(ada, two).job);
    EXPECT_EQ(site(ada, one).state, SiteState::Ready);
    EXPECT_EQ(site(ada, two).state, SiteState::Ready);
}

TEST_F(SiteRoutes, SayWhyNothingOfASelectionWasChanged) {
    const auto queued = create(ada, plain("one.example")).site;
    auto browser = signed_in("ada@x.test");
    browser.get("/sites");
    EXPECT_EQ(browser.post("/sites/suspension", {}).location, "/sites");
    EXPECT_TRUE(browser.get("/sites").has("No site was chosen."));
    browser.post("/sites/resumption", {{"id", queued.id.to_string()}});
    const auto told = browser.get("/sites");
    EXPECT_TRUE(told.has("Nothing was changed. one.example is queued and cannot be resumed now."));
    EXPECT_TRUE(told.has("toast-bad"));
}

TEST_F(SiteRoutes, TellWhoAskedByHtmxWhyItWasRefused) {
    const auto queued = create(ada, plain("one.example")).site;
    auto browser = signed_in("ada@x.test");
    browser.get("/sites");
    browser.headers["hx-request"] = "true";
    const auto refused = browser.post("/sites/" + queued.id.to_string() + "/resumption", {});
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.headers.at("hx-reswap"), "none");
    EXPECT_TRUE(refused.has("one.example is queued and cannot be resumed now."));
    EXPECT_TRUE(refused.has("id=\"toasts\" hx-swap-oob=\"beforeend\""));
    EXPECT_FALSE(refused.has("<html"));
}

TEST_F(SiteRoutes, ThePaletteBeginsThingsByAnyName) {
    auto browser = signed_in("ada@x.test");
    for (const char* words : {"create%20site", "new%20WordPress", "add%20domain"}) {
        EXPECT_TRUE(browser.get(std::string("/palette?q=") + words).has("href=\"/sites/new\""))
            << words;
    }
    EXPECT_FALSE(browser.get("/palette?q=add").has("/servers/new")) << "of those who may only";
    EXPECT_TRUE(signed_in("root@x.test").get("/palette?q=add%20server").has("/servers/new"));
}

TEST_F(SiteRoutes, MissNoEventBetweenThePageAndItsStream) {
    panel.shell.set_last_event([] { return std::string("0a1b-7"); });
    EXPECT_TRUE(signed_in("ada@x.test").get("/sites").has("&amp;last=0a1b-7\""));
}

TEST_F(SiteRoutes, TurnPagesBothWays) {
    for (int number = 10; number < 70; ++number) {
        create(ada, plain("site" + std::to_string(number) + ".example"));
    }
    SiteFilter filter{.sort = SiteSort::Domain, .order = SortOrder::Ascending};
    const auto first = sites.list(caller(ada), filter, 25).value();
    EXPECT_EQ(first.sites.front().domain, "site10.example");
    EXPECT_EQ(first.counts.all, 60);
    EXPECT_TRUE(first.previous.empty());
    filter.after = first.next;
    const auto second = sites.list(caller(ada), filter, 25).value();
    EXPECT_EQ(second.sites.front().domain, "site35.example");
    filter.after = second.next;
    const auto third = sites.list(caller(ada), filter, 25).value();
    EXPECT_EQ(third.sites.size(), 10U);
    EXPECT_TRUE(third.next.empty());
    filter.after.clear();
    filter.before = third.previous;
    EXPECT_EQ(sites.list(caller(ada), filter, 25)->sites.front().domain, "site35.example");
}

}  // namespace
}  // namespace hostelry::sites
