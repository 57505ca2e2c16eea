#include "tests/integration/dns/dns_world.h"
#include "tests/support/scratch_folder.h"

#include <fstream>

using namespace hostelry;
using namespace hostelry::dns;

namespace {

/// A worker whose operator wrote a file of settings for WordPress.
class SetByFile : public DnsWorld {
protected:
    void start_with(const std::string& settings) {
        std::ofstream(folder_.path("org.hostelry.wordpress.json")) << settings;
        set.emplace(plugins::Plugins::Needs{
            world.postgres.database(),
            world.clock,
            world.random,
            sealer,
            world.shell,
            {.folder = HOSTELRY_TEST_PLUGINS,
             .settings_folder = folder_.path(),
             .allow_private = {},
             .extra_ca = {}}});
        ASSERT_TRUE(set->start());
    }
    Result<json> plan() {
        const json database{
            {"name", "s7f3k2m9"}, {"user", "s7f3k2m9"}, {"password", "x"}, {"host", "localhost"}};
        const json site{
            {"key", "s7f3k2m9"},
            {"domain", "blog.example.com"},
            {"names", {"blog.example.com"}},
            {"home", "/srv/sites/s7f3k2m9"},
            {"php_version", "8.2"},
            {"seed", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"},
            {"database", database}};
        const json options{
            {"title", "Bread"},
            {"admin_user", "anna"},
            {"admin_email", "anna@example.com"},
            {"admin_password", "tell the tall tiger"}};
        return set->call(
            "org.hostelry.wordpress",
            "site-template/1.plan",
            {{"site", site}, {"options", options}},
            {}
        );
    }
    std::string problem() {
        const auto all = set->list_plugins().value();
        for (const auto& entry : all) {
            if (entry.id == "org.hostelry.wordpress") {
                return entry.problem;
            }
        }
        return "it is not listed";
    }

    std::optional<plugins::Plugins> set;

private:
    hostelry::testing::ScratchFolder folder_;
};

TEST_F(SetByFile, APluginDoesWhatTheOperatorWrote) {
    start_with(
        R"({"source": "archive", "archive": "wordpress-6.7.tar.gz", "archive_sha256": ")" +
        std::string(64, 'a') + R"("})"
    );
    EXPECT_EQ(problem(), "");
    const auto planned = plan();
    ASSERT_TRUE(planned) << planned.error().message << planned.error().cause;
    EXPECT_NE(planned->dump().find("wordpress-6.7.tar.gz"), std::string::npos);
}

TEST_F(SetByFile, APluginWithWrongSettingsIsNotCalledAndSaysWhy) {
    start_with(R"({"source": "archive", "archive": "../../etc/passwd"})");
    EXPECT_NE(problem().find("org.hostelry.wordpress.json are refused"), std::string::npos)
        << problem();
    EXPECT_NE(problem().find("archive"), std::string::npos) << problem();
    const auto planned = plan();
    ASSERT_FALSE(planned);
    EXPECT_EQ(planned.error().code, ErrorCode::Conflict);
}

TEST_F(SetByFile, AFileThatIsNoJsonIsRefusedToo) {
    start_with("source: archive");
    EXPECT_NE(problem().find("not valid JSON"), std::string::npos) << problem();
}

TEST_F(DnsWorld, TheCatalogueHoldsWhatThePluginsOfferAndForgetsWhatIsGone) {
    const auto cards = world.postgres.database().in_system(
        [](db::Transaction& tx) -> Result<std::vector<plugins::TemplateCard>> {
            return plugins::site_templates(tx);
        }
    );
    ASSERT_EQ(cards->size(), 2U);
    EXPECT_EQ(cards->back().plugin, "org.hostelry.wordpress");
    EXPECT_TRUE(cards->back().needs_php && cards->back().needs_database);
    EXPECT_TRUE(cards->back().options_schema.parse().contains("properties"));

    world.postgres.execute(
        "insert into hostelry.plugin_catalogue (id, state) values ('org.example.gone', 'active')"
    );
    ASSERT_TRUE(plugins.start());
    EXPECT_EQ(plugins.list_plugins()->size(), 3U);
}

TEST_F(DnsWorld, ABackendNameIsTakenOnceAndABackendInUseStays) {
    const auto zone = add_zone("demo.test");
    const auto again = plugins.create_dns_backend(
        operating,
        {.name = "TEST",
         .plugin = "org.hostelry.powerdns",
         .base_url = powerdns.base_url(),
         .api_key = powerdns.api_key(),
         .nameservers = "ns1.demo.test",
         .query_addresses = {}}
    );
    EXPECT_EQ(again.error().code, ErrorCode::Conflict);
    EXPECT_EQ(
        plugins.delete_dns_backend(operating, zone.backend).error().code, ErrorCode::Conflict
    );
}

}  // namespace
