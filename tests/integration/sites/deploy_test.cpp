#include "tests/integration/sites/sites_world.h"
#include "tests/support/eventually.h"

#include <gmock/gmock.h>

#include <atomic>
#include <limits>

namespace hostelry::sites {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class DeploySite : public SitesWorld {};

TEST_F(DeploySite, EndsReadyByHttpsWithEverythingInPlace) {
    start_worker();
    const Site site = deployed(ada, wordpress("bücher.example"));
    EXPECT_EQ(site.state, SiteState::Ready);
    EXPECT_EQ(site.https, Https::Active);
    EXPECT_EQ(site.domain, "xn--bcher-kva.example");
    EXPECT_EQ(site.php_version, "8.2");
    EXPECT_EQ(site.cause, "");
    EXPECT_THAT(
        outside.ledger(),
        UnorderedElementsAre(
            "account", "database", "file", "pool", "vhost", "records", "certificate"
        )
    );
    EXPECT_EQ(outside.last("http.check").at("url"), "https://xn--bcher-kva.example/");
    EXPECT_EQ(outside.last("vhost.ensure").at("certificate"), "current");
    EXPECT_EQ(outside.last("vhost.ensure").at("preview_names").at(0), site.key + ".preview.test");
    EXPECT_EQ(sites.login_url_of(site), "https://xn--bcher-kva.example/wp-login.php");
    EXPECT_EQ(count("events where type = 'site.deployed'"), "1");
}

TEST_F(DeploySite, KeepsSecretsOutOfJobsEventsAndPlainColumns) {
    start_worker();
    const auto change = create(ada, wordpress("example.com"));
    wait_for(change.job);
    const auto password =
        outside.last("template").at("options").at("admin_password").get<std::string>();
    const auto database_password = outside.password_on_server();
    ASSERT_GE(password.size(), 10U);
    ASSERT_EQ(database_password, outside.password_in_configuration());
    for (const auto& secret :
         {password,
          database_password,
          outside.last("template").at("site").at("seed").get<std::string>()}) {
        for (const char* table :
             {"jobs", "job_steps", "job_log_lines", "events", "sites", "site_databases"}) {
            EXPECT_EQ(count(std::string(table) + " t where t::text like '%" + secret + "%'"), "0")
                << table;
        }
    }
    const auto revealed = sites.reveal_password(caller(ada), change.site.id);
    ASSERT_TRUE(revealed);
    EXPECT_EQ(revealed->password, password);
    EXPECT_EQ(sites.reveal_password(caller(ada), change.site.id).error().code, ErrorCode::Conflict);
}

TEST_F(DeploySite, IsReadyByItsPreviewWhenTheDnsIsElsewhere) {
    outside.dns_is_managed = false;
    outside.looks_until_names_lead_here = 1000;
    start_worker();
    const Site site = deployed(ada, plain("example.com"));
    EXPECT_EQ(site.state, SiteState::Ready);
    EXPECT_EQ(site.https, Https::Pending);
    EXPECT_THAT(site.https_hint, HasSubstr("A record"));
    EXPECT_EQ(outside.last("http.check").at("url"), "http://" + site.key + ".preview.test/");
    EXPECT_EQ(outside.ledger().count("certificate"), 0U);
    // Later the names lead here: one more deployment gets the certificate.
    outside.looks_until_names_lead_here = 0;
    const auto change = sites.redeploy(caller(ada), site.id);
    ASSERT_TRUE(change);
    EXPECT_EQ(wait_for(change->job).state, queue::JobState::Succeeded);
    EXPECT_EQ(this->site(ada, site.id).https, Https::Active);
}

TEST_F(DeploySite, WaitsForNamesWithoutHoldingAWorker) {
    outside.looks_until_names_lead_here = 7;
    start_worker();
    EXPECT_EQ(deployed(ada, plain("example.com")).https, Https::Active);
    EXPECT_TRUE(outside.last("certificate").is_null()) << "ordered before the names led here";
}

TEST_F(DeploySite, OrdersTheCertificateBeforeTheBuildAndCollectsItAfterwards) {
    start_worker();
    deployed(ada, wordpress("example.com"));
    const auto calls = outside.calls();
    const auto place = [&](const char* what) {
        return std::find(calls.begin(), calls.end(), what) - calls.begin();
    };
    EXPECT_LT(place("vhost.ensure"), place("order")) << "nobody answers the challenge yet";
    EXPECT_LT(place("records"), place("order"));
    EXPECT_LT(place("order"), place("template"));
    EXPECT_LT(place("pool.ensure"), place("certificate"));
    EXPECT_EQ(outside.last("certificate").at("url"), "https://ca.test/order/1");
    const auto vhosts = outside.all("vhost.ensure");
    ASSERT_EQ(vhosts.size(), 2U);
    EXPECT_TRUE(vhosts.front().at("building").get<bool>()) << "half an installation is shown";
    EXPECT_EQ(vhosts.back().at("certificate"), "current");
}

TEST_F(DeploySite, GoesOnWithoutTheEarlyOrderWhenTheAuthorityIsAway) {
    outside.breaks("order", "Away.", ErrorCode::ProviderUnavailable);
    start_worker();
    EXPECT_EQ(deployed(ada, wordpress("example.com")).https, Https::Active);
    EXPECT_TRUE(outside.last("certificate").is_null());
}

TEST_F(DeploySite, SaysWhatToSetWhenNamesNeverArrive) {
    outside.looks_until_names_lead_here = 1000;
    start_worker();
    const auto change = create(ada, plain("example.com"));
    const auto done = wait_for(change.job);
    EXPECT_EQ(done.state, queue::JobState::Failed);
    EXPECT_THAT(done.error, HasSubstr("192.0.2.10"));
    EXPECT_THAT(done.error, HasSubstr("ns1 does not answer"));
    EXPECT_EQ(site(ada, change.site.id).state, SiteState::Failed);
    EXPECT_THAT(outside.ledger(), IsEmpty());
}

class DeployFailing : public SitesWorld, public ::testing::WithParamInterface<const char*> {};

TEST_P(DeployFailing, UndoesEverythingSaysWhyAndSucceedsWhenTriedAgain) {
    outside.breaks(GetParam(), "The disk of web-1 is full.");
    start_worker();
    const auto change = create(ada, wordpress("example.com"));
    const auto done = wait_for(change.job);
    EXPECT_EQ(done.state, queue::JobState::Failed);
    EXPECT_THAT(done.error, HasSubstr("The disk of web-1 is full."));
    EXPECT_THAT(done.not_undone, IsEmpty());
    EXPECT_THAT(outside.ledger(), IsEmpty());
    const Site failed = site(ada, change.site.id);
    EXPECT_EQ(failed.state, SiteState::Failed);
    EXPECT_EQ(failed.cause, "The disk of web-1 is full.");
    EXPECT_EQ(count("events where type = 'site.failed'"), "1");

    // The job's own Retry, once the cause is mended.
    outside.mends();
    const auto retried =
        panel.postgres.database().in_tenant(ada, [&](db::Transaction& tx) -> Result<void> {
            return queue::JobStore{tx}.retry(change.job);
        });
    ASSERT_TRUE(retried);
    EXPECT_EQ(wait_for(change.job).state, queue::JobState::Succeeded);
    const Site ready = site(ada, change.site.id);
    EXPECT_EQ(ready.state, SiteState::Ready);
    EXPECT_EQ(ready.cause, "");
    EXPECT_EQ(ready.https, Https::Active);
}

TEST_P(DeployFailing, CanBeTriedAgainFromTheSiteAndTheOldJobStaysDead) {
    outside.breaks(GetParam(), "Broken.");
    start_worker();
    const auto change = create(ada, wordpress("example.com"));
    wait_for(change.job);
    outside.mends();
    const auto again = sites.redeploy(caller(ada), change.site.id);
    ASSERT_TRUE(again);
    EXPECT_EQ(wait_for(again->job).state, queue::JobState::Succeeded);
    const auto before = outside.ledger();
    const auto retried =
        panel.postgres.database().in_tenant(ada, [&](db::Transaction& tx) -> Result<void> {
            return queue::JobStore{tx}.retry(change.job);
        });
    ASSERT_TRUE(retried);
    EXPECT_EQ(wait_for(change.job).state, queue::JobState::Failed);
    EXPECT_EQ(outside.ledger(), before);
    EXPECT_EQ(site(ada, change.site.id).state, SiteState::Ready);
}

class DeployKilled : public SitesWorld, public ::testing::WithParamInterface<const char*> {};

TEST_P(DeployKilled, GoesOnOnAnotherWorkerAndEndsReadyOnce) {
    // The outside has acted, the worker never hears of it: it is stopped before the step can be
    // written as done.
    outside.stops_after(GetParam());
    start_worker();
    const auto change = create(ada, wordpress("example.com"));
    ASSERT_TRUE(outside.has_stopped());
    // Takes the job away from the first worker, as an expired lease does: what it still writes is
    // fenced off.
    panel.postgres.execute(
        "update hostelry.jobs set worker = null, lease_until = null, fence = fence + 1, state = "
        "'queued', run_at = now() "
        "where id = '" +
        change.job.to_string() + "'"
    );
    outside.dies();
    replace_worker();
    const auto done = wait_for(change.job);
    EXPECT_EQ(done.state, queue::JobState::Succeeded) << done.error;
    EXPECT_EQ(site(ada, change.site.id).state, SiteState::Ready);
    EXPECT_EQ(site(ada, change.site.id).https, Https::Active);
    EXPECT_THAT(
        outside.ledger(),
        UnorderedElementsAre(
            "account", "database", "file", "pool", "vhost", "records", "certificate"
        )
    );
    EXPECT_EQ(count("events where type = 'site.deployed'"), "1");
    EXPECT_EQ(count("sites"), "1");
}

constexpr const char* kEachStep[] = {
    "account.ensure",
    "database.ensure",
    "file.write",
    "pool.ensure",
    "vhost.ensure",
    "records",
    "order",
    "certificate",
    "http.check"};
constexpr const char* kEachCall[] = {
    "account.ensure",
    "database.ensure",
    "template",
    "file.write",
    "pool.ensure",
    "vhost.ensure",
    "records",
    "propagation",
    "certificate",
    "http.check"};
std::string name_of_param(const ::testing::TestParamInfo<const char*>& info) {
    std::string name = info.param;
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
}
INSTANTIATE_TEST_SUITE_P(AtEachStep, DeployFailing, ::testing::ValuesIn(kEachCall), name_of_param);
INSTANTIATE_TEST_SUITE_P(
    AfterEachStep, DeployKilled, ::testing::ValuesIn(kEachStep), name_of_param
);

TEST_F(DeploySite, CanBeSuspendedAndResumed) {
    start_worker();
    const Site ready = deployed(ada, plain("example.com"));
    const auto suspension = sites.suspend(caller(ada), ready.id);
    ASSERT_TRUE(suspension);
    EXPECT_EQ(wait_for(suspension->job).state, queue::JobState::Succeeded);
    EXPECT_EQ(site(ada, ready.id).state, SiteState::Suspended);
    EXPECT_TRUE(outside.last("vhost.ensure").at("suspended").get<bool>());
    EXPECT_EQ(outside.last("vhost.ensure").at("certificate"), "current");
    EXPECT_TRUE(outside.last("cron.pause").at("paused").get<bool>());
    EXPECT_EQ(outside.last("processes.end").at("site"), ready.key);
    EXPECT_EQ(sites.suspend(caller(ada), ready.id).error().code, ErrorCode::Conflict);
    const auto resumption = sites.resume(caller(ada), ready.id);
    ASSERT_TRUE(resumption);
    EXPECT_EQ(wait_for(resumption->job).state, queue::JobState::Succeeded);
    EXPECT_EQ(site(ada, ready.id).state, SiteState::Ready);
    EXPECT_FALSE(outside.last("vhost.ensure").at("suspended").get<bool>());
    EXPECT_FALSE(outside.last("cron.pause").at("paused").get<bool>());
}

TEST_F(DeploySite, WhatWasSuspendedFromAboveDoesNotGoOnFromBelow) {
    start_worker();
    const Site ready = deployed(ada, plain("example.com"));
    const auto at_home_in = [&](TenantId home) {
        auto from = caller(ada);
        from.home = home;
        return from;
    };
    const auto provider = at_home_in(panel.postgres.root());
    const auto client = at_home_in(ada);
    const auto by_provider = sites.suspend(provider, ready.id);
    ASSERT_TRUE(by_provider);
    EXPECT_EQ(sites.resume(client, ready.id).error().code, ErrorCode::Forbidden);
    wait_for(by_provider->job);
    EXPECT_EQ(sites.resume(client, ready.id).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(site(ada, ready.id).state, SiteState::Suspended);
    const auto lifted = sites.resume(provider, ready.id);
    ASSERT_TRUE(lifted);
    wait_for(lifted->job);

    const auto by_client = sites.suspend(client, ready.id);
    ASSERT_TRUE(by_client);
    wait_for(by_client->job);
    const auto resumed = sites.resume(client, ready.id);
    ASSERT_TRUE(resumed);
    EXPECT_EQ(wait_for(resumed->job).state, queue::JobState::Succeeded);
}

TEST_F(DeploySite, ItsClientHasSuspendedCanBeTakenOverFromAbove) {
    start_worker();
    const Site ready = deployed(ada, plain("example.com"));
    auto client = caller(ada);
    client.home = ada;
    auto provider = caller(ada);
    provider.home = panel.postgres.root();
    const auto by_client = sites.suspend(client, ready.id);
    ASSERT_TRUE(by_client);
    wait_for(by_client->job);
    EXPECT_EQ(sites.suspend(client, ready.id).error().code, ErrorCode::Conflict);

    outside.breaks("vhost.ensure", "The server does not answer.", ErrorCode::Invalid, 1);
    const auto failing = sites.suspend(provider, ready.id);
    ASSERT_TRUE(failing) << failing.error().message;
    EXPECT_EQ(wait_for(failing->job).state, queue::JobState::Failed);
    EXPECT_EQ(site(ada, ready.id).state, SiteState::Suspended);
    EXPECT_EQ(sites.resume(client, ready.id).error().code, ErrorCode::Forbidden);

    EXPECT_EQ(sites.suspend(provider, ready.id).error().code, ErrorCode::Conflict);
    EXPECT_EQ(sites.suspend(client, ready.id).error().code, ErrorCode::Conflict);
    const auto lifted = sites.resume(provider, ready.id);
    ASSERT_TRUE(lifted);
    EXPECT_EQ(wait_for(lifted->job).state, queue::JobState::Succeeded);
}

TEST_F(DeploySite, IsCheckedByWhatItsOwnerCannotHaveChangedWhenItIsDeployedAgain) {
    start_worker();
    const Site ready = deployed(ada, plain("example.com"));
    EXPECT_EQ(outside.last("http.check").at("url"), "https://example.com/");
    const auto again = sites.redeploy(caller(ada), ready.id);
    ASSERT_TRUE(again);
    EXPECT_EQ(wait_for(again->job).state, queue::JobState::Succeeded);
    EXPECT_EQ(outside.last("http.check").at("url"), "https://example.com/later");
    EXPECT_FALSE(outside.last("http.check").contains("fingerprint"));
}

TEST_F(DeploySite, IsCheckedWithItsUploadedCertificateWhoeverHasSignedThat) {
    start_worker();
    const Site ready = deployed(ada, plain("example.com"));
    outside.uploaded = "sha256:abc";
    const auto again = sites.redeploy(caller(ada), ready.id);
    ASSERT_TRUE(again);
    EXPECT_EQ(wait_for(again->job).state, queue::JobState::Succeeded);
    EXPECT_EQ(outside.last("http.check").at("fingerprint"), "sha256:abc");
}

TEST_F(DeploySite, TakesAnUploadedCertificateIntoUseAlsoOverPlainHttp) {
    outside.dns_is_managed = false;
    outside.looks_until_names_lead_here = 1000;
    start_worker();
    const Site plain_site = deployed(ada, plain("example.com"));
    ASSERT_EQ(plain_site.https, Https::Pending);
    const auto upload = [&](TenantId tenant) {
        return panel.postgres.database().in_tenant(
            tenant,
            [&](db::Transaction& tx) -> Result<void> {
                sites.take_certificate(tx, caller(tenant), plain_site.id.uuid);
                return {};
            }
        );
    };
    ASSERT_TRUE(upload(bob));
    EXPECT_EQ(count("jobs where kind = 'site.secure'"), "0") << "a neighbour's upload";
    ASSERT_TRUE(upload(ada));
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (site(ada, plain_site.id).https != Https::Active &&
           std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_EQ(site(ada, plain_site.id).https, Https::Active);
    EXPECT_EQ(site(ada, plain_site.id).state, SiteState::Ready);
    EXPECT_EQ(outside.last("vhost.ensure").at("certificate"), "current");
    ASSERT_TRUE(upload(ada));
    EXPECT_EQ(count("jobs where kind = 'site.secure'"), "1") << "it uses one already";
}

TEST_F(DeploySite, ASuspensionThatIsTakenBackAtOnceLeavesTheSiteReady) {
    start_worker();
    const Site ready = deployed(ada, plain("example.com"));
    const auto suspension = sites.suspend(caller(ada), ready.id);
    const auto resumption = sites.resume(caller(ada), ready.id);
    ASSERT_TRUE(suspension);
    ASSERT_TRUE(resumption);
    wait_for(suspension->job);
    wait_for(resumption->job);
    EXPECT_EQ(site(ada, ready.id).state, SiteState::Ready);
    EXPECT_FALSE(outside.last("vhost.ensure").at("suspended").get<bool>());
}

TEST_F(DeploySite, IsDeletedWithEverything) {
    start_worker();
    const Site ready = deployed(ada, wordpress("example.com"));
    EXPECT_EQ(sites.remove(caller(ada), ready.id, "another.com").error().code, ErrorCode::Invalid);
    const auto removal = sites.remove(caller(ada), ready.id, "example.com");
    ASSERT_TRUE(removal);
    EXPECT_EQ(wait_for(removal->job).state, queue::JobState::Succeeded);
    EXPECT_THAT(outside.ledger(), IsEmpty());
    EXPECT_EQ(count("sites"), "0");
    EXPECT_EQ(count("site_names"), "0");
    EXPECT_EQ(count("site_databases"), "0");
    EXPECT_EQ(count("events where type = 'site.deleted'"), "1");
    // The name is free again.
    create(bob, plain("example.com"));
}

TEST_F(DeploySite, IsDeletedWhileItIsBeingBuilt) {
    outside.stops_after("database.ensure");
    start_worker();
    const auto change = create(ada, wordpress("example.com"));
    ASSERT_TRUE(outside.has_stopped());
    const auto removal = sites.remove(caller(ada), change.site.id, "example.com");
    ASSERT_TRUE(removal);
    outside.goes_on();
    EXPECT_EQ(wait_for(removal->job).state, queue::JobState::Succeeded);
    EXPECT_THAT(outside.ledger(), IsEmpty());
    EXPECT_EQ(count("sites"), "0");
}

TEST_F(DeploySite, AFailedDeletionSaysSoAndGoesOnWhenRetried) {
    start_worker();
    const Site ready = deployed(ada, plain("example.com"));
    outside.breaks("site.remove", "The server says no.");
    const auto removal = sites.remove(caller(ada), ready.id, "example.com");
    ASSERT_TRUE(removal);
    EXPECT_EQ(wait_for(removal->job).state, queue::JobState::Failed);
    EXPECT_EQ(site(ada, ready.id).state, SiteState::Failed);
    EXPECT_EQ(site(ada, ready.id).cause, "The server says no.");
    outside.mends();
    const auto again = sites.remove(caller(ada), ready.id, "example.com");
    ASSERT_TRUE(again);
    EXPECT_EQ(wait_for(again->job).state, queue::JobState::Succeeded);
    EXPECT_EQ(count("sites"), "0");
}

TEST_F(DeploySite, AFailedRedeploymentLeavesWhatRuns) {
    start_worker();
    const Site ready = deployed(ada, wordpress("example.com"));
    const auto before = outside.ledger();
    outside.breaks("file.write", "No space left.");
    const auto again = sites.redeploy(caller(ada), ready.id);
    ASSERT_TRUE(again);
    EXPECT_EQ(wait_for(again->job).state, queue::JobState::Failed);
    EXPECT_EQ(outside.ledger(), before);
    EXPECT_EQ(site(ada, ready.id).state, SiteState::Failed);
    EXPECT_EQ(site(ada, ready.id).cause, "No space left.");
}

TEST_F(DeploySite, ANewDatabasePasswordReachesServerAndSite) {
    start_worker();
    const Site ready = deployed(ada, wordpress("example.com"));
    const auto old_password = outside.password_on_server();
    const auto all = databases.list(caller(ada), "", "", 10).value();
    ASSERT_EQ(all.databases.size(), 1U);
    const auto reset = databases.reset_password(caller(ada), all.databases.front().id);
    ASSERT_TRUE(reset);
    EXPECT_EQ(wait_for(reset->job).state, queue::JobState::Succeeded);
    EXPECT_NE(outside.password_on_server(), old_password);
    EXPECT_EQ(outside.password_on_server(), outside.password_in_configuration());
    EXPECT_FALSE(databases.get(caller(ada), all.databases.front().id)->is_resetting);
}

TEST_F(DeploySite, APasswordTheSiteCannotTakeIsPutBack) {
    start_worker();
    deployed(ada, wordpress("example.com"));
    const auto old_password = outside.password_on_server();
    const auto id = databases.list(caller(ada), "", "", 10)->databases.front().id;
    outside.breaks("file.write", "Read-only.", ErrorCode::Conflict, 1);
    const auto reset = databases.reset_password(caller(ada), id);
    ASSERT_TRUE(reset);
    EXPECT_EQ(wait_for(reset->job).state, queue::JobState::Failed);
    EXPECT_EQ(outside.password_on_server(), old_password);
    EXPECT_EQ(outside.password_in_configuration(), old_password);
}

TEST_F(DeploySite, MeasuresItsDatabaseAfterwards) {
    start_worker();
    deployed(ada, wordpress("example.com"));
    const auto until = std::chrono::steady_clock::now() + 20s;
    auto found = databases.list(caller(ada), "", "", 10).value().databases.front();
    while (!found.size_bytes && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(20ms);
        found = databases.list(caller(ada), "", "", 10).value().databases.front();
    }
    EXPECT_EQ(found.size_bytes, 1048576);
    EXPECT_EQ(found.table_count, 12);
}

TEST_F(DeploySite, AServerThatTellsNonsenseLeavesTheOthersMeasured) {
    start_worker();
    deployed(ada, wordpress("one.example"));
    deployed(ada, wordpress("two.example"));
    const std::string measured = "site_databases where size_bytes = 1048576";
    ASSERT_TRUE(testing::eventually([&] { return count(measured) == "2"; }));
    for (const json& nonsense :
         {json::object(),
          json("text"),
          json{{"bytes", "many"}, {"tables", 1}},
          json{{"bytes", -1}, {"tables", 1}},
          json{{"bytes", std::numeric_limits<std::int64_t>::max()}, {"tables", 1}},
          json{{"bytes", 1}, {"tables", std::numeric_limits<std::int64_t>::max()}}}) {
        panel.postgres.execute(
            "update hostelry.site_databases set size_bytes = null, measured_at = null, "
            "measure_error = ''"
        );
        outside.says_of_sizes({nonsense});
        const auto id = panel.postgres.database().in_tenant(
            panel.postgres.root(),
            [&](db::Transaction& tx) -> Result<JobId> {
                return queue::enqueue(
                    tx, {.kind = "databases.measure", .tenant = panel.postgres.root()}
                );
            }
        );
        ASSERT_TRUE(id);
        EXPECT_EQ(wait_for(*id).state, queue::JobState::Succeeded) << nonsense;
        EXPECT_EQ(count(measured), "1") << nonsense;
        EXPECT_EQ(count("site_databases where measure_error <> ''"), "1") << nonsense;
    }
}

TEST_F(DeploySite, AServerThatIsAwayIsAskedForItsSizesOnce) {
    start_worker();
    deployed(ada, wordpress("one.example"));
    deployed(ada, wordpress("two.example"));
    ASSERT_TRUE(testing::eventually([&] {
        return count("site_databases where size_bytes is not null") == "2";
    }));
    panel.postgres.execute("update hostelry.site_databases set measured_at = null");
    outside.breaks("database.size", "It is away.", ErrorCode::Unavailable, 1);
    const auto id =
        panel.postgres.database().in_tenant(ada, [&](db::Transaction& tx) -> Result<JobId> {
            return queue::enqueue(tx, {.kind = "databases.measure", .tenant = ada});
        });
    ASSERT_TRUE(id);
    EXPECT_EQ(wait_for(*id).state, queue::JobState::Succeeded);
    EXPECT_EQ(count("site_databases where measure_error = 'It is away.'"), "2");
}

}  // namespace
}  // namespace hostelry::sites
