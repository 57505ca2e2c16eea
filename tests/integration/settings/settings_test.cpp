#include "core/features/settings/settings.h"

#include "tests/support/panel_world.h"

#include <gtest/gtest.h>

namespace hostelry::testing {
namespace {

using http::Method;

class SettingsTest : public ::testing::Test {
protected:
    SettingsTest() {
        world.add_user(world.postgres.root(), "superadmin", "ada@panel.test");
        world.add_user(world.postgres.root(), "admin", "adam@panel.test");
        const auto north = world.postgres.make_tenant(world.postgres.root(), "north", "reseller");
        world.add_user(north, "reseller", "rita@north.test");
        settings.add_routes(world.router);
        world.open();
    }

    PanelWorld world;
    settings::Settings settings{
        {world.postgres.database(),
         world.clock,
         world.shell,
         {"Hostelry", "https://panel.test", "ops@panel.test"}}};
};

TEST_F(SettingsTest, AreDefaultsUntilSomebodySetsThem) {
    EXPECT_EQ(settings.values()->public_url, "https://panel.test");
    Browser browser{world};
    browser.sign_in("ada@panel.test");
    EXPECT_EQ(
        browser.on("/settings")
            .post(
                "/settings",
                {{"product_name", "Northlight"},
                 {"public_url", "https://panel.test"},
                 {"acme_contact", "ops@panel.test"}}
            )
            .status,
        303
    );
    EXPECT_EQ(settings.values()->product_name, "Northlight");
    EXPECT_TRUE(browser.get("/settings").has("Northlight"));
    EXPECT_TRUE(Browser{world}.get("/sign-in").has("Northlight"));
    EXPECT_EQ(world.postgres.value("select count(*) from hostelry.settings"), "1");
    EXPECT_EQ(
        world.postgres.value("select data->'product_name'->>'after' from hostelry.events where "
                             "type = 'settings.updated'"),
        "Northlight"
    );
    EXPECT_EQ(
        browser.on("/settings")
            .post(
                "/settings",
                {{"product_name", ""},
                 {"public_url", "https://panel.test"},
                 {"acme_contact", "ops@panel.test"}}
            )
            .status,
        303
    );
    EXPECT_EQ(settings.values()->product_name, "Hostelry");
}

TEST_F(SettingsTest, KeepWhatWasTypedWhenItIsWrong) {
    Browser browser{world};
    browser.sign_in("ada@panel.test");
    for (const auto* bad :
         {"panel.test", "javascript:alert(1)", "https://", "https://a/b", "https://a\"b"}) {
        const auto reply =
            browser.on("/settings")
                .post(
                    "/settings",
                    {{"product_name", "Typed"}, {"public_url", bad}, {"acme_contact", "no"}}
                );
        EXPECT_EQ(reply.status, 422) << bad;
        EXPECT_TRUE(reply.has("value=\"Typed\""));
        EXPECT_TRUE(reply.has("id=\"public_url-e\"")) << bad;
        EXPECT_TRUE(reply.has("id=\"acme_contact-e\""));
    }
    EXPECT_EQ(world.postgres.value("select count(*) from hostelry.settings"), "0");
}

TEST_F(SettingsTest, AreSeenByStaffAndChangedBySuperadminsOnly) {
    Browser admin{world};
    admin.sign_in("adam@panel.test");
    const auto page = admin.get("/settings");
    EXPECT_EQ(page.status, 200);
    EXPECT_FALSE(page.has("name=\"product_name\""));
    EXPECT_EQ(
        admin.call(Method::Patch, "/api/v1/settings", {{"product_name", "Mine"}}).status, 403
    );
    Browser reseller{world};
    reseller.sign_in("rita@north.test");
    reseller.on("/profile");
    EXPECT_EQ(reseller.get("/settings").status, 403);
    EXPECT_EQ(reseller.call(Method::Get, "/api/v1/settings").status, 403);
    EXPECT_EQ(
        reseller.call(Method::Patch, "/api/v1/settings", {{"product_name", "Mine"}}).status, 403
    );
    Browser staff{world};
    staff.sign_in("ada@panel.test");
    staff.on("/settings");
    const auto changed =
        staff.call(Method::Patch, "/api/v1/settings", {{"acme_contact", "new@panel.test"}});
    EXPECT_EQ(changed.status, 200);
    EXPECT_EQ(changed.json()["acme_contact"], "new@panel.test");
    EXPECT_EQ(changed.json()["product_name"], "Hostelry");
    EXPECT_EQ(staff.call(Method::Patch, "/api/v1/settings", {{"master_key", "x"}}).status, 422);
}

}  // namespace
}  // namespace hostelry::testing
