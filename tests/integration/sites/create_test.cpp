#include "tests/integration/sites/sites_world.h"

#include <gmock/gmock.h>

namespace hostelry::sites {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string error_on(const Result<SiteChange>& change, const std::string& field) {
    if (change) {
        return "created";
    }
    for (const auto& error : change.error().fields) {
        if (error.field == field) {
            return error.message;
        }
    }
    return "no error on " + field + ": " + change.error().message;
}

class CreateSiteOperation : public SitesWorld {
protected:
    Result<SiteChange> try_create(TenantId tenant, const std::string& domain) {
        return sites.create(caller(tenant), plain(domain));
    }
};

TEST_F(CreateSiteOperation, RefusesANameAboveBelowOrBesideAnotherTenantsWithoutSayingWhose) {
    create(ada, plain("shop.example.com"));
    const std::string refusal = error_on(try_create(bob, "shop.example.com"), "domain");
    EXPECT_THAT(refusal, HasSubstr("cannot be used here"));
    for (const char* name :
         {"example.com",
          "a.shop.example.com",
          "www.shop.example.com",
          "b.a.shop.example.com",
          "SHOP.example.com.",
          "panel.hosting.example",
          "hosting.example",
          "x.panel.hosting.example",
          "s123.preview.test"}) {
        EXPECT_EQ(error_on(try_create(bob, name), "domain"), refusal) << name;
    }
    EXPECT_EQ(count("sites"), "1");
    for (const char* name : {"other.example.com", "myshop.example.com", "example.org"}) {
        EXPECT_TRUE(try_create(bob, name)) << name;
    }
}

TEST_F(CreateSiteOperation, RefusesEndingsOfManyAndTakesNobodyThereForAParent) {
    for (const char* ending : {"co.uk", "github.io", "com.br", "GITHUB.io."}) {
        EXPECT_THAT(error_on(try_create(ada, ending), "domain"), HasSubstr("name below it"))
            << ending;
    }
    create(ada, plain("bread.co.uk"));
    EXPECT_TRUE(try_create(bob, "butter.co.uk"));
    EXPECT_THAT(error_on(try_create(bob, "a.bread.co.uk"), "domain"), HasSubstr("cannot be used"));
    // A site of such a name from before the list knew it is no parent of the others.
    panel.postgres.execute(
        "update hostelry.site_names set name = 'github.io' where name = 'bread.co.uk'"
    );
    EXPECT_TRUE(try_create(bob, "butter.github.io"));
}

class DomainOwnership : public CreateSiteOperation {
protected:
    DomainOwnership() { outside.zones_hold_names = false; }

    static constexpr const char* kRecord = "_hostelry-challenge.example.com";

    users::Caller reseller(TenantId tenant) const {
        auto vouching = caller(tenant);
        vouching.permissions.insert("tenant:create");
        return vouching;
    }
    users::Caller client(TenantId tenant) const {
        auto plain = caller(tenant);
        plain.permissions.erase("tenant:create");
        return plain;
    }
};

TEST_F(DomainOwnership, IsShownByARecordOfTheTenantsOwn) {
    const auto asked = sites.domain_proof(client(ada), "example.com").value();
    EXPECT_FALSE(asked.is_shown);
    EXPECT_EQ(asked.record_name, kRecord);
    EXPECT_GE(asked.record_value.size(), 43U);
    EXPECT_NE(asked.record_value, sites.domain_proof(client(bob), "example.com")->record_value);
    const auto refusal = error_on(sites.create(client(ada), plain("example.com")), "domain");
    EXPECT_THAT(refusal, HasSubstr(kRecord));
    EXPECT_THAT(refusal, HasSubstr(asked.record_value));
    EXPECT_EQ(count("sites"), "0");
    EXPECT_EQ(count("jobs where kind = 'site.deploy'"), "0");

    outside.texts[kRecord] = {"v=spf1 -all", asked.record_value};
    EXPECT_THAT(
        error_on(sites.create(client(bob), plain("example.com")), "domain"), HasSubstr(kRecord)
    ) << "a neighbour's record";
    EXPECT_TRUE(sites.domain_proof(client(ada), "example.com")->is_shown);
    EXPECT_TRUE(sites.create(client(ada), plain("example.com")));

    outside.texts.clear();
    EXPECT_TRUE(sites.create(client(ada), plain("shop.example.com"))) << "below a site of its own";
    EXPECT_EQ(sites.domain_proof(client(ada), "a.example.com")->ownership, "own_site");
    EXPECT_EQ(count("events where type = 'site.domain_vouched'"), "0");
}

TEST_F(DomainOwnership, IsVouchedForByStaffAndThatIsWrittenDown) {
    const auto calls = outside.calls().size();
    EXPECT_TRUE(sites.create(reseller(ada), plain("example.com")));
    EXPECT_EQ(outside.calls().size(), calls) << "name servers were asked for nothing";
    EXPECT_EQ(
        count("events where type = 'site.domain_vouched' and data->>'domain' = 'example.com'"), "1"
    );
}

TEST_F(DomainOwnership, NeedsNoProofBelowAZoneThatIsServedHere) {
    outside.zones_hold_names = true;
    EXPECT_EQ(sites.domain_proof(client(ada), "example.com")->ownership, "own_zone");
    EXPECT_TRUE(sites.create(client(ada), plain("example.com")));
}

TEST_F(DomainOwnership, IsRefusedWhenTheNameServersCannotBeAsked) {
    outside.breaks("texts", "", ErrorCode::Unavailable);
    EXPECT_THAT(
        error_on(sites.create(client(ada), plain("example.com")), "domain"), HasSubstr(kRecord)
    );
}

TEST_F(CreateSiteOperation, LetsATenantUseNamesBelowItsOwn) {
    create(ada, plain("example.com"));
    EXPECT_TRUE(try_create(ada, "blog.example.com"));
    EXPECT_THAT(error_on(try_create(ada, "example.com"), "domain"), HasSubstr("already have"));
    EXPECT_THAT(error_on(try_create(ada, "www.example.com"), "domain"), HasSubstr("already have"));
}

TEST_F(CreateSiteOperation, GivesANameToOneOfTwoTenantsWhoAskAtTheSameMoment) {
    for (int round = 0; round < 5; ++round) {
        const std::string domain = "race" + std::to_string(round) + ".example";
        std::vector<Result<SiteChange>> answers(2, fail(ErrorCode::Internal, ""));
        std::thread first([&] { answers[0] = try_create(ada, domain); });
        std::thread second([&] { answers[1] = try_create(bob, "www." + domain); });
        first.join();
        second.join();
        EXPECT_NE(answers[0].has_value(), answers[1].has_value()) << domain;
    }
}

TEST_F(CreateSiteOperation, MakesOneSiteOfTwoRequestsWithOneKey) {
    std::vector<Result<SiteChange>> answers(4, fail(ErrorCode::Internal, ""));
    std::vector<std::thread> threads;
    for (auto& answer : answers) {
        threads.emplace_back([&] {
            answer = sites.create(caller(ada), wordpress("example.com"), "key-1");
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    for (const auto& answer : answers) {
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(answer->site.id, answers.front()->site.id);
        EXPECT_EQ(answer->job, answers.front()->job);
    }
    EXPECT_EQ(count("sites"), "1");
    EXPECT_EQ(count("jobs where kind = 'site.deploy'"), "1");
    // The key of one tenant says nothing to another.
    EXPECT_TRUE(sites.create(caller(bob), plain("example.org"), "key-1"));
}

TEST_F(CreateSiteOperation, TellsEveryWrongFieldAtOnceAndCreatesNothing) {
    CreateSite request = wordpress("exa mple");
    request.php_version = "7.4";
    request.options["admin_email"] = "not an address";
    request.options["title"] = "";
    request.options["unheard"] = "of";
    const auto change = sites.create(caller(ada), request);
    ASSERT_FALSE(change);
    EXPECT_EQ(change.error().code, ErrorCode::Invalid);
    for (const char* field : {"domain", "php_version", "options.admin_email", "options.unheard"}) {
        EXPECT_THAT(error_on(change, field), Not(HasSubstr("no error"))) << field;
    }
    EXPECT_EQ(count("sites"), "0");
    EXPECT_EQ(count("jobs"), "0");
    EXPECT_EQ(count("events where type like 'site.%'"), "0");
}

TEST_F(CreateSiteOperation, RefusesServersAndTemplatesThatAreNotThere) {
    CreateSite request = plain("example.com");
    request.server = ServerId::make(panel.clock, panel.random);
    EXPECT_THAT(
        error_on(sites.create(caller(ada), request), "server"), HasSubstr("no such server")
    );
    request.server.reset();
    request.template_id = "../etc";
    EXPECT_THAT(
        error_on(sites.create(caller(ada), request), "template"), HasSubstr("no such template")
    );
    request.template_id = "static";
    outside.servers.front().is_ready = false;
    EXPECT_THAT(error_on(sites.create(caller(ada), request), "server"), HasSubstr("ready"));
    outside.servers.clear();
    EXPECT_THAT(
        error_on(sites.create(caller(ada), request), "server"), HasSubstr("Ask your provider")
    );
}

TEST_F(CreateSiteOperation, IsForbiddenInASuspendedAccountAndBelowOne) {
    const auto reseller = panel.postgres.make_tenant(panel.postgres.root(), "north", "reseller");
    const auto client = panel.postgres.make_tenant(reseller, "cleo");
    panel.postgres.execute("update hostelry.tenants set state = 'suspended' where slug = 'north'");
    EXPECT_EQ(try_create(client, "example.com").error().code, ErrorCode::Forbidden);
    EXPECT_EQ(try_create(reseller, "example.org").error().code, ErrorCode::Forbidden);
    EXPECT_EQ(count("sites"), "0");
}

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
    EXPECT_TRUE(browser.get("/databases").has("xn--bcher-kva.example"));
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
