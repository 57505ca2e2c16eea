// The first page, with everything that is registered for it in core/app.
#include "core/base/operator_user.h"
#include "core/platform/events/events.h"
#include "core/platform/queue/queue.h"

#include "tests/integration/app/app_world.h"

namespace hostelry::app {
namespace {

using Overview = AppWorld;

TEST_F(Overview, CountsWhatTheReadersTreeHolds) {
    add_site(ada, "one.test", "ready");
    add_site(ada, "two.test", "failed");
    add_site(bob, "three.test", "suspended");
    add_server(postgres.root(), "web1", "ready", true);
    add_server(postgres.root(), "web2", "ready", false);
    add_server(postgres.root(), "web3", "failed", false);
    add_zone(ada, "one.test", "ready");
    add_certificate(ada, "one.test", "valid", 80);
    const auto page = get("/");
    ASSERT_EQ(page.status, 200);
    EXPECT_TRUE(page.has("1 ready, 1 failed, 1 suspended")) << page.body;
    EXPECT_TRUE(page.has("1 ready, 1 offline, 1 failed"));
    EXPECT_TRUE(page.has("1 fine"));
}

TEST_F(Overview, NamesWhatNeedsAttentionTheFailedFirst) {
    add_site(ada, "two.test", "failed");
    add_server(postgres.root(), "web2", "ready", false);
    add_server(postgres.root(), "web3", "failed", false);
    add_zone(ada, "zone.test", "failed");
    add_certificate(ada, "late.test", "failed", 9);
    add_certificate(ada, "soon.test", "valid", 3);
    add_certificate(ada, "fine.test", "valid", 60);
    const auto page = get("/");
    EXPECT_TRUE(page.has("6 things need your attention."));
    EXPECT_TRUE(page.has("The site two.test failed"));
    EXPECT_TRUE(page.has("nginx refused the file"));
    EXPECT_TRUE(page.has("The server web2 is offline"));
    EXPECT_TRUE(page.has("The server web3 failed"));
    EXPECT_TRUE(page.has("The zone zone.test failed"));
    EXPECT_TRUE(page.has("The certificate of late.test was not renewed"));
    EXPECT_TRUE(page.has("The certificate of soon.test needs to be renewed"));
    EXPECT_TRUE(page.has("It expires in 3 days."));
    EXPECT_FALSE(page.has("fine.test"));
    EXPECT_GT(page.body.find("soon.test"), page.body.find("zone.test"));
}

TEST_F(Overview, ShowsANeighbourNothingOfIt) {
    add_site(ada, "secret.test", "failed");
    add_zone(ada, "secret.test", "failed");
    add_certificate(ada, "secret.test", "failed", 2);
    become(users::Role::Client, bob);
    const auto page = get("/");
    ASSERT_EQ(page.status, 200);
    EXPECT_FALSE(page.has("secret.test"));
    EXPECT_TRUE(page.has("Everything is as it should be."));
}

TEST_F(Overview, ShowsAClientNoServers) {
    add_server(ada, "web1", "failed", false);
    become(users::Role::Client, ada);
    const auto page = get("/");
    ASSERT_EQ(page.status, 200);
    EXPECT_FALSE(page.has("web1"));
    EXPECT_FALSE(page.has("Servers"));
}

TEST_F(Overview, SaysWhyTheSizeOfDatabasesIsNotKnown) {
    EXPECT_FALSE(get("/").has("N/A")) << "that there is none is known";
    const auto site = add_site(ada, "one.test", "ready");
    postgres.execute(
        "insert into hostelry.site_databases (tenant_id, id, site_id, site_key, site_domain, "
        "server_id, name, user_name, password) select tenant_id, gen_random_uuid(), id, key, "
        "domain, server_id, key, key, 'x' from hostelry.sites where id = '" +
            site.to_string() + "'",
        "postgres"
    );
    EXPECT_TRUE(get("/").has("They are measured once an hour."));
    postgres.execute("update hostelry.site_databases set size_bytes = 2500000", "postgres");
    const auto page = get("/");
    EXPECT_TRUE(page.has("2.5 MB"));
    EXPECT_TRUE(page.has("1 database"));
}

class Activity : public AppWorld {
protected:
    void tell(
        TenantId tenant,
        const char* type,
        const Uuid& subject,
        const char* name,
        std::optional<UserId> actor = {}
    ) {
        ASSERT_TRUE(platform->database()
                        .in_tenant(tenant, [&](db::Transaction& tx) -> Result<void> {
                            events::publish(
                                tx,
                                {.type = type,
                                 .tenant = tenant,
                                 .actor = actor,
                                 .subject_type = "site",
                                 .subject_id = subject,
                                 .data = nlohmann::json{{"domain", name}}}
                            );
                            return {};
                        }));
        events::Dispatcher listeners(platform->database(), nullptr);
        features->add_listeners(listeners);
        listeners.drain();
    }
};

TEST_F(Activity, StandsOnTheOverviewAndOnTheThingsPage) {
    const auto site = add_site(ada, "one.test", "ready");
    tell(ada, "site.suspended", site, "one.test");
    EXPECT_TRUE(get("/").has("one.test</span>"));
    const auto page = get("/sites/" + site.to_string());
    ASSERT_EQ(page.status, 200);
    EXPECT_TRUE(page.has("The panel")) << "who did it";
    EXPECT_TRUE(page.has("/audit?subject=" + site.to_string()));
}

TEST_F(Activity, NamesTheOperatorOfTheCommandLine) {
    const auto site = add_site(ada, "one.test", "ready");
    tell(ada, "site.suspended", site, "one.test", operator_user());
    EXPECT_TRUE(get("/sites/" + site.to_string()).has("Operator (command line)"));
}

TEST_F(Activity, TellsThoseWithoutTheAuditTrailWhatButNotWho) {
    const auto site = add_site(ada, "one.test", "ready");
    tell(ada, "site.suspended", site, "one.test");
    become(users::Role::Client, ada);
    const auto page = get("/sites/" + site.to_string());
    EXPECT_TRUE(page.has("Site suspended"));
    EXPECT_FALSE(page.has("The panel"));
    EXPECT_FALSE(page.has("/audit"));
}

TEST_F(Activity, OfANeighbourIsNotShown) {
    const auto site = add_site(ada, "secret.test", "ready");
    tell(ada, "site.suspended", site, "secret.test");
    become(users::Role::Client, bob);
    EXPECT_FALSE(get("/").has("secret.test"));
    EXPECT_EQ(get("/sites/" + site.to_string()).status, 404);
}

TEST_F(Activity, DoesNotCountSignInsOnTheOverview) {
    tell(ada, "session.started", fresh_id(), "ada signs in");
    EXPECT_FALSE(get("/").has("ada signs in"));
}

}  // namespace
}  // namespace hostelry::app
