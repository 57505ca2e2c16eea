#include "tests/integration/dns/dns_world.h"

using namespace hostelry;
using namespace hostelry::dns;

namespace {

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
