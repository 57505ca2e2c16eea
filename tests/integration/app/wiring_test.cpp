// What core/app tells features of each other.
#include "core/features/plugins/plugin_catalogue.h"
#include "core/platform/queue/job_store.h"
#include "core/platform/queue/worker.h"

#include "tests/integration/app/app_world.h"
#include "tests/support/eventually.h"

namespace hostelry::app {
namespace {

using http::Method;
using Wiring = AppWorld;

TEST_F(Wiring, ATenantThatHoldsAServerOrAZoneStays) {
    const std::string path = "/api/v1/tenants/" + ada.to_string();
    add_server(ada, "web1", "ready", true);
    add_zone(ada, "zone.test", "ready");
    const auto refused = call(Method::Delete, path);
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_TRUE(refused.has("1 server"));
    EXPECT_TRUE(refused.has("1 zone"));
    postgres.execute("delete from hostelry.servers; delete from hostelry.dns_zones", "postgres");
    EXPECT_EQ(call(Method::Delete, path).status, 204);
}

TEST_F(Wiring, TheUploadFormOffersTheReadersSites) {
    const auto mine = add_site(ada, "mine.test", "ready");
    add_site(bob, "other.test", "ready");
    become(users::Role::Client, ada);
    const auto form = get("/certificates/new");
    ASSERT_EQ(form.status, 200);
    EXPECT_TRUE(form.has("<select")) << form.body;
    EXPECT_TRUE(form.has("mine.test"));
    EXPECT_TRUE(form.has(mine.to_string()));
    EXPECT_FALSE(form.has("other.test"));
}

TEST_F(Wiring, EveryListTakesWhateverIsTypedIntoItsFilter) {
    std::string umlauts = "a";  // So that no even length falls between two letters.
    for (int i = 0; i < 250; ++i) {
        umlauts += "%C3%BC";
    }
    for (const char* list :
         {"/sites", "/servers", "/dns", "/databases", "/tenants", "/users", "/jobs", "/audit"}) {
        for (const std::string& words :
             {umlauts,
              std::string("%25_%5C%27%3B"),
              std::string("%FF%00"),
              std::string("%0A%1B")}) {
            const auto page = get(list + ("?q=" + words));
            EXPECT_EQ(page.status, 200) << list << " " << words.substr(0, 20);
        }
    }
}

TEST_F(Wiring, TheDesignPageIsForPeopleWhoAreSignedIn) {
    EXPECT_EQ(get("/design").status, 200);
    somebody.principal.reset();
    const auto page = get("/design");
    EXPECT_NE(page.status, 200);
    EXPECT_FALSE(page.has("Toasts"));
}

TEST_F(Wiring, OldSessionsAreForgottenByAJob) {
    postgres.execute(
        "insert into hostelry.users (tenant_id, id, name, email, role, time_zone, locale, "
        "sessions_valid_from, created_at) values ('" +
            ada.to_string() + "', '" + fresh_id().to_string() +
            "', 'Ada', 'ada@ada.test', 'client', 'UTC', 'en', now(), now())",
        "postgres"
    );
    postgres.execute(
        "insert into hostelry.sessions (tenant_id, id, user_id, token_hash, acting_tenant_id, "
        "created_at, last_seen_at, expires_at, idle_seconds) select tenant_id, gen_random_uuid(), "
        "id, n::text, tenant_id, now(), now(), now() - n * interval '20 days', 60 from "
        "hostelry.users, generate_series(0, 3) n where email = 'ada@ada.test'",
        "postgres"
    );
    queue::Registry registry;
    features->add_jobs(registry);
    queue::Worker worker(
        platform->database(),
        registry,
        platform->clock(),
        platform->random(),
        nullptr,
        {.poll = std::chrono::milliseconds(50)}
    );
    worker.start();
    auto& database = platform->database();
    const auto root = postgres.root();
    const auto job = database.in_tenant(root, [&](db::Transaction& tx) -> Result<JobId> {
        return queue::enqueue(tx, {.kind = "sessions.purge", .tenant = root});
    });
    ASSERT_TRUE(job);
    ASSERT_TRUE(hostelry::testing::eventually([&] {
        return database
            .in_tenant(
                root,
                [&](db::Transaction& tx) -> Result<bool> {
                    const auto found = queue::JobStore(tx).find(*job);
                    return !found || queue::is_finished(found->state);
                }
            )
            .value();
    }));
    worker.stop(std::chrono::seconds(5));
    EXPECT_EQ(postgres.value("select count(*) from hostelry.sessions"), "2");
    EXPECT_EQ(
        postgres.value("select count(*) from hostelry.job_schedules where kind = 'sessions.purge'"),
        "1"
    );
}

TEST_F(Wiring, RefusesADatabaseOfAnOlderRelease) {
    postgres.execute(
        "delete from hostelry_migrations.applied where name = '0052_sites_preview'", "postgres"
    );
    const auto refused = Platform::open(config, Migrate::No);
    ASSERT_FALSE(refused);
    EXPECT_EQ(
        refused.error().message,
        "The database is of an older release: it lacks 0052_sites_preview. Run \"hostelry migrate "
        "up\" first."
    );
}

TEST_F(Wiring, ServesADatabaseOfANewerRelease) {
    // While a new release is rolled out, older processes go on until they are replaced.
    postgres.execute(
        "insert into hostelry_migrations.applied (number, name, checksum) values (9999, "
        "'9999_later', '')",
        "postgres"
    );
    EXPECT_TRUE(Platform::open(config, Migrate::No));
}

/// Two processes of one installation, as far as forms are concerned.
TEST_F(Wiring, EachServeProcessTakesTheOthersForms) {
    auto there = Platform::open(config, Migrate::No).value();
    EXPECT_EQ(there->csrf_secret(), platform->csrf_secret());
    auto& auth = features->auth();
    auto first = dispatcher_for(auth);
    Features other_features(*there, assets, "http://127.0.0.1:8080");
    http::Router other_router;
    other_features.add_routes(other_router);
    http::DispatcherOptions options;
    options.rate_limits = {{0}, {0}, {0}, {0}};
    options.csrf_secret = there->csrf_secret();
    auto second = std::make_unique<http::Dispatcher>(
        other_router,
        other_features.auth(),
        other_features.shell().error_pages(),
        there->rate_limiter(),
        there->clock(),
        there->random(),
        there->metrics(),
        options
    );
    Browser here{first};
    ASSERT_EQ(here.get("/sign-in").status, 200);
    Browser elsewhere{second};
    elsewhere.set_cookie("__Host-guest", here.cookie("__Host-guest"));
    elsewhere.set_token(here.token());
    const auto answered = elsewhere.post("/preferences/theme", {{"theme", "dark"}});
    EXPECT_EQ(answered.status, 303) << answered.body;
    elsewhere.set_token("AAAA" + here.token().substr(4));
    EXPECT_EQ(elsewhere.post("/preferences/theme", {{"theme", "dark"}}).status, 403);
}

class SiteTemplates : public AppWorld {
protected:
    SiteTemplates() {
        plugins::SeenPlugin plugin;
        plugin.entry = {
            .id = "org.hostelry.wordpress",
            .version = "1",
            .title = "WordPress",
            .state = "active"};
        plugin.templates = {
            {.id = "wordpress",
             .plugin = plugin.entry.id,
             .title = "WordPress",
             .summary = "A blog",
             .icon = "newspaper",
             .options_schema =
                 nlohmann::json{
                     {"type", "object"},
                     {"required", {"admin_email", "admin_password"}},
                     {"properties",
                      {{"title",
                        {{"type", "string"},
                         {"title", "Title"},
                         {"default", "New"},
                         {"x-order", 1}}},
                       {"admin_email",
                        {{"type", "string"},
                         {"title", "E-mail"},
                         {"format", "email"},
                         {"x-order", 2}}},
                       {"admin_password",
                        {{"type", "string"},
                         {"title", "Password"},
                         {"x-secret", true},
                         {"x-generate", "password"},
                         {"x-order", 3}}}}}},
             .needs_php = true,
             .needs_database = true,
             .php_versions = {"8.2"}}};
        const auto written =
            platform->database().in_system([&](db::Transaction& tx) -> Result<void> {
                plugins::CatalogueStore(tx).replace({plugin});
                return {};
            });
        EXPECT_TRUE(written);
    }
};

TEST_F(SiteTemplates, AreListedWithTheirOptions) {
    become(users::Role::Client, ada);
    const auto answered = get("/api/v1/site-templates");
    ASSERT_EQ(answered.status, 200) << answered.body;
    const auto one = answered.json().at("items").at(0);
    EXPECT_EQ(one.at("id"), "wordpress");
    EXPECT_EQ(one.at("takes"), nlohmann::json({"title", "admin_email*", "admin_password"}));
    EXPECT_EQ(one.at("options").at(0).at("default"), "New");
    EXPECT_EQ(one.at("options").at(1).at("format"), "email");
    EXPECT_TRUE(one.at("options").at(2).at("generated").get<bool>());
    EXPECT_TRUE(one.at("options").at(2).at("secret").get<bool>());
}

TEST_F(SiteTemplates, AreFoundByTheirId) {
    EXPECT_EQ(get("/api/v1/site-templates/wordpress").json().at("title"), "WordPress");
    EXPECT_EQ(get("/api/v1/site-templates/joomla").status, 404);
}

TEST_F(SiteTemplates, AreForPeopleWhoMaySeeSites) {
    somebody.principal->permissions.clear();
    EXPECT_EQ(get("/api/v1/site-templates").status, 403);
}

}  // namespace
}  // namespace hostelry::app
