// What the agent writes into other programs' configuration, whole, beside the files in golden/.
// HOSTELRY_WRITE_GOLDEN=1 writes them anew; look at the difference before committing it.

#include "core/agent/commands/cron/cron_commands.h"
#include "core/agent/commands/pools/pool_commands.h"
#include "core/agent/commands/vhosts/vhost.h"
#include "core/agent/runtime/mariadb.h"
#include "core/agent/runtime/web_templates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace hostelry::agent {
namespace {

void expect_golden(const std::string& name, std::string text) {
    // Whether [::] is listened on depends on the machine.
    for (const char* port : {"80", "443"}) {
        const std::string start = std::string("    listen [::]:") + port;
        for (auto at = text.find(start); at != std::string::npos; at = text.find(start)) {
            text.erase(at, text.find('\n', at) + 1 - at);
        }
    }
    const auto path = std::filesystem::path(__FILE__).parent_path() / "golden" / name;
    if (std::getenv("HOSTELRY_WRITE_GOLDEN") != nullptr) {
        std::ofstream(path) << text;
    }
    std::ifstream in(path);
    const std::string wanted{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    EXPECT_EQ(text, wanted) << name;
}

VhostFacts facts() {
    VhostFacts facts;
    facts.site = "s7f3k2m9";
    facts.names = {"example.org", "www.example.org"};
    facts.acme_thumbprint = "Zm9v-YmFy_1";
    return facts;
}

constexpr NginxVersion kBookworm{1, 22, 1};
constexpr NginxVersion kTrixie{1, 26, 3};

TEST(Rendering, MakesAStaticSiteOverPlainHttp) {
    expect_golden("static.conf", render_vhost(Layout{}, kBookworm, facts()));
}

TEST(Rendering, MakesAWordPressSiteOverHttps) {
    auto site = facts();
    site.php = true;
    site.php_version = "8.2";
    site.rules = "wordpress";
    site.certificate = "current";
    site.hsts = true;
    site.preview_names = {"s7f3k2m9.preview.localhost"};
    expect_golden("wordpress.conf", render_vhost(Layout{}, kBookworm, site));
}

TEST(Rendering, MakesASuspendedSiteThatStillProvesItsNames) {
    auto site = facts();
    site.suspended = true;
    site.certificate = "current";
    const auto text = render_vhost(Layout{}, kTrixie, site);
    expect_golden("suspended.conf", text);
    EXPECT_THAT(text, ::testing::HasSubstr("http2 on;"));
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("root ")));
}

TEST(Rendering, ASiteInTheMakingAnswersTheAuthorityAndShowsNothingOfItself) {
    auto site = facts();
    site.building = true;
    const auto text = render_vhost(Layout{}, kBookworm, site);
    EXPECT_THAT(text, ::testing::HasSubstr("acme-challenge"));
    EXPECT_THAT(text, ::testing::HasSubstr("being set up"));
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("root ")));
}

TEST(Rendering, AnswersChallengesBeforeItDeniesDotFiles) {
    const auto text = render_vhost(Layout{}, kBookworm, facts());
    EXPECT_LT(text.find("acme-challenge"), text.find("location ~ /\\.(?!"));
}

TEST(Rendering, MakesADefaultServerThatShowsNothing) {
    expect_golden("default.conf", render_default_server(kBookworm));
}

TEST(Rendering, MakesAPool) {
    expect_golden("pool.conf", render_pool(Layout{}, {"s7f3k2m9", "8.2", {}}));
}

TEST(Rendering, MakesACronLineOfCheckedWordsOnly) {
    EXPECT_EQ(
        render_cron_line("s7f3k2m9", "wp-cron", "*/5 * * * *"),
        "# Made by hostelry-agent for site s7f3k2m9. Changes are overwritten.\n"
        "*/5 * * * * root /usr/bin/hostelry-agent cron-run s7f3k2m9 wp-cron >/dev/null 2>&1\n"
    );
}

TEST(Rendering, QuotesForMariaDb) {
    EXPECT_EQ(sql_text("it's"), "'it''s'");
    EXPECT_EQ(sql_name("a`b"), "`a``b`");
    EXPECT_EQ(sql_pattern("s7f_blog"), "`s7f\\_blog`");
    // SELECT PASSWORD('mariadb') says so.
    EXPECT_EQ(native_password_hash("mariadb"), "*54958E764CE10E50764C2EECBB71D01F08549980");
}

}  // namespace
}  // namespace hostelry::agent
