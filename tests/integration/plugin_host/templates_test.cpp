// The shipped site templates: what they describe, and their plans against recorded ones. To record
// anew after a wanted change, run with HOSTELRY_RECORD=1 and read the difference.
#include "core/platform/plugin_host/form_schema.h"

#include "tests/integration/plugin_host/plugin_world.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace hostelry;
using namespace hostelry::plugin_host;

namespace {

using nlohmann::json;

const std::string kWordpress = "org.hostelry.wordpress";
const std::string kStatic = "org.hostelry.static";

json site() {
    return {
        {"key", "s7f3k2m9"},
        {"domain", "blog.example.com"},
        {"names", {"blog.example.com", "www.blog.example.com"}},
        {"preview_names", {"s7f3k2m9.preview.localhost"}},
        {"home", "/srv/sites/s7f3k2m9"},
        {"php_version", "8.2"},
        {"seed", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"},
        {"database",
         {{"name", "s7f3k2m9"},
          {"user", "s7f3k2m9"},
          {"password", "it's a \\ secret"},
          {"host", "localhost"}}}};
}

json options() {
    return {
        {"title", "Anna's Café & Bar"},
        {"admin_user", "anna"},
        {"admin_email", "anna@example.com"},
        {"admin_password", "pass'word\\ {{seed}} 1"},
        {"language", "en_US"}};
}

class SiteTemplates : public PluginWorld {
protected:
    void SetUp() override {
        for (const auto* name : {"wordpress", "static"}) {
            const auto loaded = host.load(shipped(name));
            ASSERT_TRUE(loaded) << name << ": " << loaded.error().message << loaded.error().cause;
        }
    }
    Result<json> plan(
        const std::string& plugin, const json& with_options, const char* member = "plan"
    ) {
        return host.call(
            plugin,
            std::string("site-template/1.") + member,
            {{"site", site()}, {"options", with_options}}
        );
    }
    static std::string golden(const std::string& name) {
        return std::string(HOSTELRY_TEST_SOURCE) + "/tests/integration/plugin_host/golden/" + name;
    }
    static void expect_golden(const json& value, const std::string& name) {
        if (std::getenv("HOSTELRY_RECORD") != nullptr) {
            std::ofstream(golden(name)) << value.dump(2) << "\n";
        }
        std::ostringstream text;
        text << std::ifstream(golden(name)).rdbuf();
        EXPECT_EQ(value.dump(2) + "\n", text.str()) << name;
    }
    static json find_action(const json& planned, const std::string& id) {
        for (const auto& step : planned.at("steps")) {
            for (const auto& action : step.at("actions")) {
                if (action.at("id") == id) {
                    return action;
                }
            }
        }
        return nullptr;
    }
};

TEST_F(SiteTemplates, DescribeFormsThatThePanelUnderstands) {
    for (const auto& plugin : {kWordpress, kStatic}) {
        const auto described = host.call(plugin, "site-template/1.describe", json::object());
        ASSERT_TRUE(described) << described.error().message << described.error().cause;
        const auto form = FormSchema::parse(described->at("options_schema"));
        ASSERT_TRUE(form) << form.error().message;
        EXPECT_EQ(form->fields().front().name, "title");
    }
}

TEST_F(SiteTemplates, TellWhatTheyNeed) {
    const auto wordpress = host.call(kWordpress, "site-template/1.describe", json::object());
    EXPECT_EQ(wordpress->at("needs").at("database"), true);
    const auto page = host.call(kStatic, "site-template/1.describe", json::object());
    EXPECT_EQ(page->at("needs").at("php"), false);
}

TEST_F(SiteTemplates, PlanWordpressAsRecorded) {
    const auto planned = plan(kWordpress, options());
    ASSERT_TRUE(planned) << planned.error().message << planned.error().cause;
    expect_golden(*planned, "wordpress_plan.json");
}

TEST_F(SiteTemplates, PlanAnUpgradeOfWordpressAsRecorded) {
    const auto planned = plan(kWordpress, options(), "upgrade_plan");
    ASSERT_TRUE(planned) << planned.error().message << planned.error().cause;
    expect_golden(*planned, "wordpress_upgrade_plan.json");
}

TEST_F(SiteTemplates, PlanAStaticPageAsRecorded) {
    const auto planned = plan(kStatic, {{"title", "A <b> & 'c'"}});
    ASSERT_TRUE(planned) << planned.error().message << planned.error().cause;
    expect_golden(*planned, "static_plan.json");
}

TEST_F(SiteTemplates, ArePure) {
    EXPECT_EQ(*plan(kWordpress, options()), *plan(kWordpress, options()));
}

TEST_F(SiteTemplates, PutNoSecretIntoAnArgument) {
    const auto planned = plan(kWordpress, options());
    ASSERT_TRUE(planned);
    for (const auto& step : planned->at("steps")) {
        for (const auto& action : step.at("actions")) {
            const auto arguments = action.value("argv", json::array()).dump();
            EXPECT_EQ(arguments.find("pass"), std::string::npos) << arguments;
            const bool holds_secret = action.dump().find("secret") != std::string::npos ||
                                      action.dump().find("pass'word") != std::string::npos;
            EXPECT_TRUE(!holds_secret || step.value("sensitive", false)) << action.dump();
        }
    }
}

TEST_F(SiteTemplates, QuoteWhatPeopleTypedForPhp) {
    const auto planned = plan(kWordpress, options());
    ASSERT_TRUE(planned);
    const auto script = find_action(*planned, "install").at("stdin").get<std::string>();
    EXPECT_NE(script.find(R"(wp_slash('pass\'word\\ {{seed}} 1'))"), std::string::npos);
    EXPECT_NE(script.find(R"('Anna\'s Café & Bar')"), std::string::npos);
}

TEST_F(SiteTemplates, ProveTheSiteByTheLongestPartOfTheTitleThatIsPrintedAlike) {
    const auto planned = plan(kWordpress, options());
    EXPECT_EQ(planned->at("health").at("expect_text"), "s Café");
    auto signs = options();
    signs["title"] = "*** 42 ***";
    EXPECT_EQ(plan(kWordpress, signs)->at("health").at("expect_text"), "/wp-content/");
}

TEST_F(SiteTemplates, RefuseAnInstallationWithoutPassword) {
    auto without = options();
    without["admin_password"] = "";
    const auto planned = plan(kWordpress, without);
    ASSERT_FALSE(planned);
    ASSERT_EQ(planned.error().fields.size(), 1U);
    EXPECT_EQ(planned.error().fields[0].field, "options.admin_password");
}

TEST_F(SiteTemplates, RefuseControlCharacters) {
    auto wrong = options();
    wrong["title"] = "one\ntwo";
    const auto planned = plan(kWordpress, wrong);
    ASSERT_FALSE(planned);
    EXPECT_EQ(planned.error().code, ErrorCode::Invalid);
}

TEST_F(SiteTemplates, TakeWordpressFromAnArchiveWithItsChecksum) {
    const auto without_sum =
        host.configure(kWordpress, {{"source", "archive"}, {"archive", "wp.tar.gz"}});
    ASSERT_FALSE(without_sum);
    EXPECT_EQ(without_sum.error().fields[0].field, "archive_sha256");

    const std::string sum(64, 'a');
    ASSERT_TRUE(host.configure(
        kWordpress, {{"source", "archive"}, {"archive", "wp.tar.gz"}, {"archive_sha256", sum}}
    ));
    const auto planned = plan(kWordpress, options());
    ASSERT_TRUE(planned) << planned.error().message;
    EXPECT_EQ(planned->at("vhost").at("root"), "htdocs/wordpress");
    EXPECT_EQ(find_action(*planned, "files").at("do"), "archive.extract");
    EXPECT_EQ(find_action(*planned, "files").at("sha256"), sum);
    EXPECT_EQ(find_action(*planned, "wp-config").at("path"), "htdocs/wordpress/wp-config.php");
    const auto upgrade = plan(kWordpress, options(), "upgrade_plan");
    ASSERT_FALSE(upgrade);
    EXPECT_EQ(upgrade.error().code, ErrorCode::Unsupported);
}

TEST_F(SiteTemplates, CheckAnOldSiteWhateverItsOwnerChanged) {
    const auto page = plan(kStatic, {{"title", "x"}}, "health_plan");
    ASSERT_TRUE(page) << page.error().message;
    EXPECT_FALSE(page->at("health").contains("expect_text"));
    EXPECT_EQ(
        plan(kWordpress, options(), "health_plan")->at("health").at("expect_text"), "/wp-content/"
    );
}

}  // namespace
