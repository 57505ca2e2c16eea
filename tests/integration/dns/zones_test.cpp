#include "core/features/dns/dns_store.h"
#include "core/platform/process/process.h"

#include "tests/integration/dns/dns_world.h"
#include "tests/support/eventually.h"

#include <future>

using namespace hostelry;
using namespace hostelry::dns;

namespace {

using Addresses = std::vector<std::string>;

TEST_F(DnsWorld, AZoneAndItsRecordsReachTheRealServerAndGoAgain) {
    const auto zone = add_zone("demo.test");
    EXPECT_EQ(zone.state, "ready");
    const auto made = dns.create_record(
        operating, zone.id, {.name = "www", .type = "A", .value = "192.0.2.7", .ttl = 300}
    );
    ASSERT_TRUE(made) << made.error().message;
    finish(world.postgres.root(), made->job);
    EXPECT_EQ(asked("www.demo.test"), Addresses{"192.0.2.7"});

    const auto changed = dns.update_record(
        operating,
        zone.id,
        made->record.id,
        {.name = "shop", .type = "A", .value = "192.0.2.8", .ttl = 300}
    );
    ASSERT_TRUE(changed) << changed.error().message;
    finish(world.postgres.root(), changed->job);
    EXPECT_EQ(asked("www.demo.test"), Addresses{});
    EXPECT_EQ(asked("shop.demo.test"), Addresses{"192.0.2.8"});

    const auto gone = dns.delete_zone(operating, zone.id);
    ASSERT_TRUE(gone) << gone.error().message;
    finish(world.postgres.root(), *gone);
    EXPECT_EQ(asked("shop.demo.test"), Addresses{});
    EXPECT_EQ(world.postgres.value("select count(*) from hostelry.dns_zones"), "0");
    EXPECT_EQ(world.postgres.value("select count(*) from hostelry.dns_records"), "0");
}

TEST_F(DnsWorld, ASiteOfATenantBelowGetsItsRecordsAtOnceAndOnlyTheseGoAgain) {
    const auto zone = add_zone("demo.test");
    const auto client = world.postgres.make_tenant(world.postgres.root(), "client");
    const auto site = new_uuid(world.clock, world.random);
    const auto own = dns.create_record(
        operating, zone.id, {.name = "@", .type = "A", .value = "192.0.2.1", .ttl = 300}
    );
    ASSERT_TRUE(own);
    finish(world.postgres.root(), own->job);

    const Addresses names{"blog.demo.test", "www.blog.demo.test"};
    for (int repeat = 0; repeat < 2; ++repeat) {
        const auto made = dns.ensure_site_records(client, site, names, "192.0.2.7", JobId{});
        ASSERT_TRUE(made) << made.error().message;
        EXPECT_TRUE(made->at("managed"));
    }
    EXPECT_EQ(asked("www.blog.demo.test"), Addresses{"192.0.2.7"});
    std::string note;
    EXPECT_EQ(dns.check_propagation(names, "192.0.2.7", note).value(), Propagation::Done) << note;
    EXPECT_EQ(dns.check_propagation(names, "192.0.2.9", note).value(), Propagation::Waiting);
    EXPECT_NE(note.find("192.0.2.7"), std::string::npos) << note;

    EXPECT_EQ(
        dns.ensure_site_records(
               client, new_uuid(world.clock, world.random), names, "192.0.2.7", JobId{}
        )
            .error()
            .code,
        ErrorCode::Conflict
    );
    EXPECT_EQ(
        dns.ensure_site_records(client, site, {"demo.test"}, "192.0.2.7", JobId{}).error().code,
        ErrorCode::Conflict
    );
    EXPECT_EQ(dns.delete_zone(operating, zone.id).error().code, ErrorCode::Conflict);

    for (int repeat = 0; repeat < 2; ++repeat) {
        ASSERT_TRUE(dns.remove_site_records(client, site));
    }
    EXPECT_EQ(asked("blog.demo.test"), Addresses{});
    EXPECT_EQ(asked("demo.test"), Addresses{"192.0.2.1"});
}

TEST_F(DnsWorld, ANameWithoutAZoneIsLeftToThePersonWithAHint) {
    const auto made = dns.ensure_site_records(
        world.postgres.root(),
        new_uuid(world.clock, world.random),
        {"elsewhere.example"},
        "192.0.2.7",
        JobId{}
    );
    ASSERT_TRUE(made);
    EXPECT_FALSE(made->at("managed"));
    EXPECT_NE(
        made->at("hint").get<std::string>().find("elsewhere.example A 192.0.2.7"), std::string::npos
    );
}

TEST_F(DnsWorld, AChangeMadeBehindOurBackDoesNotStopAPush) {
    const auto zone = add_zone("demo.test");
    world.postgres.execute("update hostelry.dns_zones set etag = 'stale'");
    const auto made = dns.create_record(
        operating, zone.id, {.name = "www", .type = "A", .value = "192.0.2.7", .ttl = 300}
    );
    ASSERT_TRUE(made);
    finish(world.postgres.root(), made->job);
    EXPECT_EQ(asked("www.demo.test"), Addresses{"192.0.2.7"});
    EXPECT_EQ(dns.get_zone(world.postgres.root(), zone.id)->zone.waiting, 0);
}

class Dnssec : public DnsWorld {
protected:
    std::string dig(const std::string& name, const std::string& type) {
        process::Command command;
        command.program = "/usr/bin/dig";
        command.argv = {
            "@127.0.0.1",
            "-p",
            std::to_string(powerdns.dns_port()),
            "+dnssec",
            "+noall",
            "+answer",
            name,
            type};
        return process::run(command)->output;
    }
    void switch_to(const Zone& zone, bool enabled) {
        const auto job = dns.set_dnssec(operating, zone.id, enabled);
        ASSERT_TRUE(job) << job.error().message;
        finish(world.postgres.root(), *job);
    }
};

TEST_F(Dnssec, ASignedZoneGivesSignedAnswersAndTheRecordsForTheRegistrar) {
    const auto zone = add_zone("demo.test");
    EXPECT_EQ(dig("demo.test", "DNSKEY"), "");
    switch_to(zone, true);
    const auto signed_zone = dns.get_zone(world.postgres.root(), zone.id)->zone;
    EXPECT_TRUE(signed_zone.dnssec);
    ASSERT_FALSE(signed_zone.ds.empty());
    for (const auto& line : signed_zone.ds) {
        EXPECT_EQ(line.find(" 13 1 "), std::string::npos) << "a SHA-1 digest: " << line;
    }
    const auto key_tag = signed_zone.ds.front().substr(0, signed_zone.ds.front().find(' '));

    // What is added later is signed too, and so is that something is not there.
    const auto made = dns.create_record(
        operating, zone.id, {.name = "www", .type = "A", .value = "192.0.2.7", .ttl = 300}
    );
    ASSERT_TRUE(made);
    finish(world.postgres.root(), made->job);
    const auto answer = dig("www.demo.test", "A");
    EXPECT_NE(answer.find("RRSIG"), std::string::npos) << answer;
    EXPECT_NE(answer.find(" " + key_tag + " demo.test."), std::string::npos) << answer;

    switch_to(zone, true);
    EXPECT_EQ(dns.get_zone(world.postgres.root(), zone.id)->zone.ds, signed_zone.ds)
        << "new keys although the registrar holds the old ones";

    switch_to(zone, false);
    EXPECT_EQ(dig("www.demo.test", "A").find("RRSIG"), std::string::npos);
    EXPECT_FALSE(dns.get_zone(world.postgres.root(), zone.id)->zone.dnssec);
    EXPECT_TRUE(dns.get_zone(world.postgres.root(), zone.id)->zone.ds.empty());
}

TEST_F(Dnssec, ThePageShowsTheRecordsAndWarnsBeforeItIsSwitchedOff) {
    world.add_user(world.postgres.root(), "superadmin", "boss@x.test");
    hostelry::testing::Browser browser(world);
    browser.sign_in("boss@x.test");
    const auto zone = add_zone("demo.test");
    const std::string href = "/dns/" + zone.id.to_string();
    EXPECT_TRUE(browser.get(href).has("Not signed"));
    EXPECT_EQ(browser.post(href + "/dnssec", {}).status, 303);
    const auto until = std::chrono::steady_clock::now() + 20s;
    auto ds = dns.get_zone(world.postgres.root(), zone.id)->zone.ds;
    while (ds.empty() && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(20ms);
        ds = dns.get_zone(world.postgres.root(), zone.id)->zone.ds;
    }
    ASSERT_FALSE(ds.empty());
    const auto page = browser.get(href);
    EXPECT_TRUE(page.has(ds.front()) && page.has("Key tag")) << page.body;
    const std::string api = "/api/v1/dns-zones/" + zone.id.to_string();
    EXPECT_EQ(browser.call(http::Method::Get, api).json()["ds"].at(0), ds.front());

    EXPECT_TRUE(browser.get(href + "/dnssec/removal").has("at the registrar first"));
    EXPECT_EQ(browser.post(href + "/dnssec/removal", {{"name", "another.test"}}).status, 422);
    EXPECT_TRUE(dns.get_zone(world.postgres.root(), zone.id)->zone.dnssec);
    EXPECT_EQ(browser.post(href + "/dnssec/removal", {{"name", "demo.test"}}).status, 303);
    const auto again = browser.call(http::Method::Put, api + "/dnssec", {{"enabled", true}});
    EXPECT_EQ(again.status, 202) << again.body;
}

TEST_F(DnsWorld, TextRecordsAreReadWholeFromTheServersResponsible) {
    const auto zone = add_zone("demo.test");
    const std::string value(300, 'x');
    const auto made = dns.create_record(
        operating,
        zone.id,
        {.name = "_hostelry-challenge.shop", .type = "TXT", .value = value, .ttl = 300}
    );
    ASSERT_TRUE(made) << made.error().message;
    finish(world.postgres.root(), made->job);
    EXPECT_EQ(
        dns.text_records("_hostelry-challenge.shop.demo.test").value(),
        std::vector<std::string>{value}
    );
    EXPECT_TRUE(dns.text_records("_hostelry-challenge.other.demo.test")->empty());
    const auto client = world.postgres.make_tenant(world.postgres.root(), "client");
    const auto holds = [&](TenantId tenant, const std::string& name) {
        return world.postgres.database()
            .in_tenant(
                tenant,
                [&](db::Transaction& tx) -> Result<bool> {
                    return Dns::holds_name(tx, tenant, name);
                }
            )
            .value();
    };
    EXPECT_TRUE(holds(client, "shop.demo.test"));
    EXPECT_FALSE(holds(client, "shop.example.com"));
}

TEST_F(DnsWorld, TheNeighbourSeesNothingAndCannotTakeTheDomain) {
    const auto zone = add_zone("demo.test");
    const auto neighbour =
        world.postgres.make_tenant(world.postgres.root(), "neighbour", "reseller");
    auto other = operating;
    other.tenant = neighbour;
    EXPECT_EQ(dns.get_zone(neighbour, zone.id).error().code, ErrorCode::NotFound);
    EXPECT_TRUE(dns.list_zones(neighbour, "")->empty());
    EXPECT_EQ(
        dns.create_record(other, zone.id, {.name = "x", .type = "A", .value = "192.0.2.7"})
            .error()
            .code,
        ErrorCode::NotFound
    );
    for (const char* name : {"demo.test", "below.demo.test"}) {
        EXPECT_EQ(
            dns.create_zone(other, {.name = name, .backend = zone.backend}, std::nullopt)
                .error()
                .code,
            ErrorCode::Conflict
        ) << name;
    }
    other.permissions.erase("tenant:create");
    EXPECT_EQ(
        dns.create_zone(other, {.name = "free.example", .backend = zone.backend}, std::nullopt)
            .error()
            .code,
        ErrorCode::Forbidden
    );
}

TEST_F(DnsWorld, AChildOfAZoneThatIsJustBeingAddedWaitsAndIsRefused) {
    const auto backend = add_backend();
    auto other = operating;
    other.tenant = world.postgres.make_tenant(world.postgres.root(), "neighbour", "reseller");
    auto adding = std::future<Result<ZoneChange>>{};
    const auto parent = world.postgres.database().in_tenant(
        operating.tenant,
        [&](db::Transaction& tx) -> Result<void> {
            DnsStore store(tx);
            Zone zone;
            zone.id = ZoneId{new_uuid(world.clock, world.random)};
            zone.tenant = operating.tenant;
            zone.name = "demo.test";
            zone.backend = backend.id;
            zone.state = "ready";
            EXPECT_FALSE(store.clashes(zone.tenant, zone.name));
            TRY(store.insert_zone(zone, std::nullopt));
            adding = std::async(std::launch::async, [&] {
                return dns.create_zone(
                    other, {.name = "below.demo.test", .backend = backend.id}, std::nullopt
                );
            });
            EXPECT_TRUE(hostelry::testing::eventually([&] {
                return world.postgres.has_waiting_statement() ||
                       adding.wait_for(0s) == std::future_status::ready;
            }));
            return {};
        }
    );
    ASSERT_TRUE(parent) << parent.error().message;
    const auto child = adding.get();
    ASSERT_FALSE(child);
    EXPECT_EQ(child.error().code, ErrorCode::Conflict);
}

TEST_F(DnsWorld, HowTheBackendIsReachedAndHowManyZonesOthersHaveIsForStaff) {
    add_zone("demo.test");
    const auto client = world.postgres.make_tenant(world.postgres.root(), "client");
    world.add_user(world.postgres.root(), "superadmin", "boss@x.test");
    world.add_user(client, "client", "carl@x.test");
    const auto seen_by = [&](const std::string& email) {
        hostelry::testing::Browser browser(world);
        browser.sign_in(email);
        return browser.call(http::Method::Get, "/api/v1/dns-backends").json()["items"][0];
    };
    const auto staff = seen_by("boss@x.test");
    EXPECT_EQ(staff["base_url"], powerdns.base_url());
    EXPECT_EQ(staff["zones"], 1);
    const auto others = seen_by("carl@x.test");
    EXPECT_EQ(others["name"], staff["name"]);
    EXPECT_EQ(others["nameservers"], staff["nameservers"]);
    EXPECT_EQ(others["base_url"], "");
    EXPECT_TRUE(others["query_addresses"].empty());
    EXPECT_TRUE(others["zones"].is_null());
}

TEST_F(DnsWorld, ADeletedRecordComesBackByUndo) {
    world.add_user(world.postgres.root(), "superadmin", "boss@x.test");
    hostelry::testing::Browser browser(world);
    browser.sign_in("boss@x.test");
    const auto zone = add_zone("demo.test");
    const std::string href = "/dns/" + zone.id.to_string();
    const std::string key = "v=DKIM1; k=rsa; p=" + std::string(400, 'A') + "+/=";
    const auto saved = browser.on(href + "/records/new")
                           .post(
                               href + "/records",
                               {{"name", "key"}, {"type", "TXT"}, {"value", key}, {"ttl", "300"}}
                           );
    ASSERT_EQ(saved.status, 303) << saved.body;
    const auto page = browser.get(href).body;
    const auto removal = page.find("/removal\"");
    ASSERT_NE(removal, std::string::npos);
    const auto begin = page.rfind('"', removal) + 1;
    EXPECT_EQ(browser.post(page.substr(begin, removal + 8 - begin), {}).status, 303);
    const auto without = browser.get(href).body;
    EXPECT_EQ(without.find("key.demo.test TXT is"), std::string::npos);
    const auto undo = without.find(href + "/records/restoration?");
    ASSERT_NE(undo, std::string::npos);
    auto address = without.substr(undo, without.find('"', undo) - undo);
    for (auto at = address.find("&amp;"); at != std::string::npos; at = address.find("&amp;")) {
        address.replace(at, 5, "&");
    }
    EXPECT_EQ(browser.post(address, {}).status, 303);
    EXPECT_TRUE(browser.get(href).has(std::string(400, 'A')));
    EXPECT_EQ(browser.on(href).post(href + "/records/restoration?name=x&type=A", {}).status, 422);
}

TEST_F(DnsWorld, PagesShowTheZoneKeepWhatWasTypedAndNeverTheKey) {
    world.add_user(world.postgres.root(), "superadmin", "boss@x.test");
    hostelry::testing::Browser browser(world);
    browser.sign_in("boss@x.test");
    const auto refused = browser.on("/plugins/dns-backends/new")
                             .post(
                                 "/plugins/dns-backends",
                                 {{"name", "test"},
                                  {"plugin", "org.hostelry.powerdns"},
                                  {"base_url", powerdns.base_url()},
                                  {"api_key", "secret-key"},
                                  {"nameservers", "not a name!"},
                                  {"query_addresses", ""}}
                             );
    EXPECT_EQ(refused.status, 422);
    EXPECT_TRUE(refused.has("not a name!") && refused.has("is not a host name"));
    EXPECT_FALSE(refused.has("secret-key"));
    const auto zone = add_zone("demo.test");
    const std::string href = "/dns/" + zone.id.to_string();
    EXPECT_TRUE(browser.get("/dns").has("demo.test"));
    EXPECT_TRUE(browser.get("/dns?state=live").has(href));
    EXPECT_FALSE(browser.get("/dns?state=failed").has(href));
    EXPECT_TRUE(browser.get("/plugins").has("PowerDNS"));
    const auto wrong =
        browser.on(href + "/records/new")
            .post(
                href + "/records",
                {{"name", "www"}, {"type", "A"}, {"value", "nonsense"}, {"ttl", "300"}}
            );
    EXPECT_EQ(wrong.status, 422);
    EXPECT_TRUE(wrong.has("nonsense"));
    const auto saved = browser.post(
        href + "/records", {{"name", "www"}, {"type", "A"}, {"value", "192.0.2.7"}, {"ttl", "300"}}
    );
    EXPECT_EQ(saved.status, 303) << saved.body;
    EXPECT_TRUE(browser.get(href).has("192.0.2.7"));
    EXPECT_TRUE(browser.get(href + "?q=WWW&type=A").has("192.0.2.7"));
    EXPECT_TRUE(browser.get(href + "?type=MX").has("No record fits"));
    EXPECT_EQ(
        browser.on(href + "/deletion").post(href + "/deletion", {{"name", "other.test"}}).status,
        422
    );
    const auto created = browser.call(
        http::Method::Post,
        "/api/v1/dns-zones",
        {{"name", "second.test"}, {"backend", zone.backend.to_string()}}
    );
    EXPECT_EQ(created.status, 202) << created.body;
    EXPECT_EQ(browser.call(http::Method::Get, "/api/v1/dns-zones").json()["items"].size(), 2U);
    EXPECT_EQ(
        world.postgres.value(
            "select count(*) from hostelry.dns_backends where secrets_sealed like '%key-of%'"
        ),
        "0"
    );
}

TEST_F(DnsWorld, TheListOfZonesRefusesWhatItDoesNotUnderstandAndNamesIt) {
    world.add_user(world.postgres.root(), "superadmin", "boss@x.test");
    hostelry::testing::Browser browser(world);
    browser.sign_in("boss@x.test");
    add_zone("demo.test");
    for (const auto& [field, value] :
         {std::pair<std::string, std::string>{"after", "1"},
          {"state", "ready"},
          {"q", std::string(300, 'x')}}) {
        const auto refused = browser.get("/api/v1/dns-zones?" + field + "=" + value);
        EXPECT_EQ(refused.status, 422) << field;
        EXPECT_EQ(refused.json()["errors"][0]["field"], field);
    }
    EXPECT_EQ(browser.get("/dns?state=ready").status, 200) << "a page is never refused";
    EXPECT_EQ(browser.get("/api/v1/dns-zones?q=demo").json()["items"].size(), 1U);
    EXPECT_TRUE(browser.get("/api/v1/dns-zones?q=other").json()["items"].empty());
    EXPECT_TRUE(browser.get("/api/v1/dns-zones").json()["next"].is_null());
}

}  // namespace
