#include "core/platform/config/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

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

class SecretFiles : public ::testing::Test {
protected:
    SecretFiles() { write("postgresql://u:secret@db/h\n", 0600); }
    ~SecretFiles() override { std::filesystem::remove(path_); }

    void write(const std::string& text, unsigned mode) const {
        std::ofstream(path_) << text;
        std::filesystem::permissions(path_, std::filesystem::perms{mode});
    }
    std::string refusal(const std::string& yaml) const {
        const auto config = parse_config(yaml, "h.yaml", {});
        return config ? "" : config.error().message;
    }

    std::string path_ = ::testing::TempDir() + "url-" + std::to_string(::getpid());
    std::string yaml_ = "database:\n  url_file: " + path_ + "\n";
};

TEST_F(SecretFiles, GiveTheirContentAndAreNamedByTheEnvironmentToo) {
    const auto config =
        parse_config(yaml_, "h.yaml", {{"HOSTELRY_DATABASE_MIGRATE_URL_FILE", path_}});
    ASSERT_TRUE(config) << config.error().message;
    EXPECT_EQ(config->database.url, "postgresql://u:secret@db/h");
    EXPECT_EQ(config->database.migrate_url, "postgresql://u:secret@db/h");
}

TEST_F(SecretFiles, AreRefusedWhenMissingEmptyOpenToOthersOrBesideTheValue) {
    EXPECT_EQ(
        refusal("database:\n  url_file: /no/such/file\n"),
        "database.url_file: /no/such/file cannot be read."
    );
    EXPECT_EQ(
        refusal(yaml_ + "  url: x\n"),
        "database.url and database.url_file are both given; keep one of them."
    );
    write("x", 0644);
    EXPECT_EQ(
        refusal(yaml_), "database.url_file: " + path_ + " may be read by everybody: chmod o-rwx it."
    );
    write(" \n", 0640);
    EXPECT_EQ(refusal(yaml_), "database.url_file: " + path_ + " is empty.");
}

TEST(Config, ShowsEveryKeyButNoPasswordInsideADatabaseUrl) {
    Config config;
    config.database.url = "postgresql://u:secret@db/h";
    config.database.migrate_url = "postgresql://owner:secret@db/h";
    for (const auto& [key, value] : describe_config(config)) {
        EXPECT_EQ(value.find("secret"), std::string::npos) << key;
    }
}

}  // namespace
}  // namespace hostelry::config
