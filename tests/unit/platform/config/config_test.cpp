#include "core/platform/config/config.h"

#include <gtest/gtest.h>

namespace hostelry::config {
namespace {

TEST(Config, ReadsTheFileAndLetsTheEnvironmentWin) {
    const auto config = parse_config(
        "http:\n  listen: 127.0.0.1:9000\n  trusted_proxies: [10.0.0.1, 10.0.0.2]\nlog:\n  level: "
        "debug\n",
        "h.yaml",
        {{"HOSTELRY_HTTP_LISTEN", "127.0.0.1:9001"}, {"HOSTELRY_UNRELATED", "x"}}
    );
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->http.listen, "127.0.0.1:9001");
    EXPECT_EQ(config->http.trusted_proxies.size(), 2U);
    EXPECT_EQ(config->log.level, log::Level::Debug);
}

TEST(Config, RefusesAnUnknownKeyWithItsLineAndASuggestion) {
    const auto config = parse_config("http:\n  lisen: 127.0.0.1:9000\n", "h.yaml", {});
    ASSERT_FALSE(config);
    EXPECT_EQ(
        config.error().message,
        "h.yaml line 2: there is no key http.lisen. Did you mean http.listen?"
    );
}

TEST(Config, TakesASectionWhoseLinesAreAllComments) {
    const auto config = parse_config("database:\n  # url: x\nacme:\n", "h.yaml", {});
    EXPECT_TRUE(config) << config.error().message;
    EXPECT_FALSE(parse_config("databases:\n", "h.yaml", {}));
}

TEST(Config, ReportsEveryWrongValueAtOnce) {
    const auto config = parse_config(
        "database:\n  connections: many\nlog:\n  level: loud\nhttp:\n  listen: 1\n  lisen: 2\n",
        "h.yaml",
        {}
    );
    ASSERT_FALSE(config);
    ASSERT_EQ(config.error().fields.size(), 3U);
    EXPECT_EQ(
        config.error().fields[0].message,
        "h.yaml line 2: database.connections must be a whole number, not \"many\"."
    );
}

TEST(Config, NamesTheLineOfBrokenYaml) {
    const auto config = parse_config("http:\n  listen: [1\n", "h.yaml", {});
    ASSERT_FALSE(config);
    EXPECT_NE(config.error().message.find("h.yaml line 3"), std::string::npos)
        << config.error().message;
}

TEST(Config, NeedsNoFile) {
    EXPECT_TRUE(load_config("", {}));
    EXPECT_FALSE(load_config("/no/such/file.yaml", {}));
}

TEST(Config, ShowsEveryKeyButNotThePasswordInsideTheDatabaseUrl) {
    Config config;
    config.database.url = "postgresql://u:secret@db/h";
    for (const auto& [key, value] : describe_config(config)) {
        EXPECT_EQ(value.find("secret"), std::string::npos) << key;
    }
}

}  // namespace
}  // namespace hostelry::config
