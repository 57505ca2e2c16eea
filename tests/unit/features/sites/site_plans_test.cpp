#include "core/features/sites/site_plans.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hostelry::sites {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

Site wordpress_site() {
    Site site{.key = "s7f3k2m9", .domain = "example.com", .with_www = true, .php_version = "8.2"};
    site.web = db::JsonText{json{
        {"root", "htdocs"},
        {"php", true},
        {"rules", "wordpress"},
        {"health", {{"path", "/"}, {"expect_status", 200}, {"expect_text", "My site"}}}}};
    return site;
}

TEST(SitePlans, NameTheSiteInEachAction) {
    const Site site = wordpress_site();
    for (const auto& actions :
         {account_actions(site),
          pool_actions(site),
          vhost_actions(site, {}),
          removal_actions(site),
          check_actions(site, {})}) {
        ASSERT_EQ(actions.size(), 1U);
        EXPECT_EQ(actions.at(0).at("site"), "s7f3k2m9");
        EXPECT_TRUE(actions.at(0).at("id").is_string());
    }
}

std::vector<std::string> names_of(const json& actions) {
    std::vector<std::string> names;
    for (const auto& action : actions) {
        names.push_back(action.at("do"));
    }
    return names;
}

TEST(SitePlans, EndWhatASuspendedSiteRunsOnceNothingStartsItAnew) {
    Site site = wordpress_site();
    const json rest = rest_actions(site);
    EXPECT_THAT(names_of(rest), ElementsAre("cron.pause", "pool.remove", "processes.end"));
    EXPECT_TRUE(rest.at(0).at("paused").get<bool>());
    const json wake = wake_actions(site);
    EXPECT_THAT(names_of(wake), ElementsAre("pool.ensure", "cron.pause"));
    EXPECT_FALSE(wake.at(1).at("paused").get<bool>());
    site.php_version.clear();
    EXPECT_THAT(names_of(rest_actions(site)), ElementsAre("cron.pause", "processes.end"));
    EXPECT_THAT(names_of(wake_actions(site)), ElementsAre("cron.pause"));
}

TEST(SitePlans, RedirectOnlyWithACertificate) {
    const Site site = wordpress_site();
    const json plain = vhost_actions(
        site, {.acme_thumbprint = "thumb", .preview_names = {"s7f3k2m9.preview.test"}}
    );
    EXPECT_TRUE(plain.at(0).at("certificate").is_null());
    EXPECT_FALSE(plain.at(0).at("redirect_https").get<bool>());
    EXPECT_EQ(plain.at(0).at("acme_thumbprint"), "thumb");
    const json secure = vhost_actions(site, {.with_certificate = true});
    EXPECT_EQ(secure.at(0).at("certificate"), "current");
    EXPECT_TRUE(secure.at(0).at("redirect_https").get<bool>());
    EXPECT_EQ(secure.at(0).at("names"), (json{"example.com", "www.example.com"}));
}

TEST(SitePlans, VerifyWhenTheyCheckByHttps) {
    const json check =
        check_actions(wordpress_site(), {.by_https = true, .name = "example.com", .ca_pem = "pem"})
            .at(0);
    EXPECT_EQ(check.at("url"), "https://example.com/");
    EXPECT_TRUE(check.at("verify").get<bool>());
    EXPECT_EQ(check.at("ca_pem"), "pem");
    EXPECT_EQ(check.at("expect_text"), "My site");
}

TEST(SitePlans, KeepNothingSecretOfATemplatesPlan) {
    const json plan{
        {"steps",
         {{{"name", "install"},
           {"title", "Install"},
           {"sensitive", true},
           {"actions",
            {{{"id", "x"}, {"do", "program.run"}, {"site", "s"}, {"stdin", "secret"}}}}}}},
        {"health", {{"path", "/"}, {"expect_status", 200}}},
        {"vhost", {{"root", "htdocs"}, {"php", true}, {"rules", "wordpress"}}},
        {"login", {{"path", "/wp-login.php"}, {"user", "admin"}}}};
    EXPECT_EQ(web_of_plan(plan).dump().find("secret"), std::string::npos);
    TemplateActions titles;
    const json actions = template_actions(plan, titles);
    EXPECT_EQ(actions.at(0).at("id"), "t1");
    EXPECT_EQ(titles.title_of.at("t1"), "Install");
}

}  // namespace
}  // namespace hostelry::sites
