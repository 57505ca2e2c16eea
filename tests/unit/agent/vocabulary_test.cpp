// Every text fact of every action, filled with what must never reach a file, an SQL statement or an
// argument list.

#include "core/agent/commands/vocabulary.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

namespace hostelry::agent {
namespace {

using nlohmann::json;

const std::map<std::string, json> kGood{
    {"account.ensure", {{"site", "s7f3k2m9"}}},
    {"account.remove", {{"site", "s7f3k2m9"}}},
    {"processes.end", {{"site", "s7f3k2m9"}}},
    {"directory.ensure", {{"site", "s7f3k2m9"}, {"path", "htdocs"}, {"mode", "0750"}}},
    {"file.write", {{"site", "s7f3k2m9"}, {"path", "a"}, {"mode", "0640"}, {"content", "x"}}},
    {"file.remove", {{"site", "s7f3k2m9"}, {"path", "a"}}},
    {"tree.copy", {{"site", "s7f3k2m9"}, {"from", "/usr/share/wordpress"}, {"to", "htdocs"}}},
    {"archive.extract",
     {{"site", "s7f3k2m9"},
      {"archive", "app.tar.gz"},
      {"sha256", std::string(64, 'a')},
      {"to", "htdocs"}}},
    {"database.ensure",
     {{"site", "s7f3k2m9"},
      {"name", "s7f3k2m9"},
      {"user", "s7f3k2m9"},
      {"password", "long enough 'quoted' \\ %"},
      {"connections", 30}}},
    {"database.remove", {{"site", "s7f3k2m9"}, {"name", "s7f3k2m9"}, {"user", "s7f3k2m9"}}},
    {"database.password",
     {{"site", "s7f3k2m9"}, {"user", "s7f3k2m9"}, {"password", "long enough too"}}},
    {"database.size", {{"name", "s7f3k2m9_blog"}}},
    {"pool.ensure", {{"site", "s7f3k2m9"}, {"php_version", "8.2"}}},
    {"pool.remove", {{"site", "s7f3k2m9"}}},
    {"vhost.ensure",
     {{"site", "s7f3k2m9"},
      {"names", json::array({"example.org"})},
      {"preview_names", json::array({"s7f3k2m9.preview.localhost"})},
      {"root", "htdocs"},
      {"php", true},
      {"php_version", "8.2"},
      {"acme_thumbprint", "abc-DEF_1"},
      {"certificate", "current"},
      {"rules", "wordpress"}}},
    {"vhost.remove", {{"site", "s7f3k2m9"}}},
    {"certificate.request", {{"site", "s7f3k2m9"}, {"names", json::array({"example.org"})}}},
    {"certificate.install", {{"site", "s7f3k2m9"}, {"chain_pem", "x"}}},
    {"certificate.upload", {{"site", "s7f3k2m9"}, {"chain_pem", "x"}, {"key_pem", "x"}}},
    {"certificate.remove", {{"site", "s7f3k2m9"}}},
    {"cron.ensure",
     {{"site", "s7f3k2m9"},
      {"name", "wp-cron"},
      {"schedule", "*/5 * * * *"},
      {"argv", json::array({"php", "x.php"})}}},
    {"cron.remove", {{"site", "s7f3k2m9"}, {"name", "wp-cron"}}},
    {"cron.pause", {{"site", "s7f3k2m9"}, {"paused", true}}},
    {"program.run", {{"site", "s7f3k2m9"}, {"argv", json::array({"php", "-v"})}, {"stdin", "x"}}},
    {"http.check",
     {{"site", "s7f3k2m9"},
      {"url", "http://example.org/"},
      {"host", "example.org"},
      {"address", "127.0.0.1"}}},
    {"site.remove", {{"site", "s7f3k2m9"}}},
    {"site.list", json::object()},
    {"facts", json::object()},
};

/// Content that is meant to be free text, and passes through no line, name or statement.
const std::set<std::string> kFreeText{
    "content", "stdin", "password", "chain_pem", "key_pem", "expect_text"};

/// Names of files may be odd: they are only ever handed to the kernel. They may not lead elsewhere.
const std::set<std::string> kPaths{"path", "to"};
const std::set<std::string> kHostilePaths{
    "x\ny", "x\ry", std::string("x\0y", 3), "../../etc/x", "/etc/passwd"};

const std::vector<std::string> kHostileTexts{
    "x; touch /canary",
    "x|y",
    "x&y",
    "$(id)",
    "`id`",
    "x\ny",
    "x\ry",
    std::string("x\0y", 3),
    "x'y",
    "x\"y",
    "x\\y",
    "x>y",
    "x<y",
    "x*y",
    "x#y",
    "--help",
    "../../etc/x",
    "/etc/passwd",
    "x}y",
    "x{y"};

Result<std::unique_ptr<Command>> make(const std::string& name, const json& facts) {
    static const Registry kRegistry = vocabulary();
    return kRegistry.make({"a1", name, facts.dump(-1, ' ', false, json::error_handler_t::replace)});
}

TEST(Vocabulary, HasAGoodExampleForEveryAction) {
    for (const auto& name : vocabulary().names()) {
        ASSERT_TRUE(kGood.contains(name)) << name;
        const auto command = make(name, kGood.at(name));
        EXPECT_TRUE(command) << name << ": " << (command ? "" : command.error().message);
    }
    EXPECT_EQ(vocabulary().names().size(), kGood.size());
}

TEST(Vocabulary, RefusesHostileTextInEveryFact) {
    for (const auto& [name, good] : kGood) {
        for (const auto& [fact, value] : good.items()) {
            for (const auto& hostile : kHostileTexts) {
                auto facts = good;
                const bool harmless =
                    kFreeText.contains(fact) ||
                    (fact == "acme_thumbprint" && hostile == "--help") ||  // is base64url, too
                    (kPaths.contains(fact) && !kHostilePaths.contains(hostile));
                if (harmless) {
                    continue;
                }
                if (value.is_string()) {
                    facts[fact] = hostile;
                } else if (value.is_array() && fact != "argv") {
                    facts[fact].push_back(hostile);
                } else if (fact == "argv") {
                    facts[fact][0] = hostile;
                } else {
                    continue;
                }
                const auto command = make(name, facts);
                ASSERT_FALSE(command) << name << "." << fact << " took " << hostile;
                EXPECT_EQ(command.error().code, ErrorCode::Invalid);
                EXPECT_TRUE(command.error().fields.front().field.starts_with(fact))
                    << name << "." << fact << ": " << command.error().fields.front().field;
            }
        }
    }
}

TEST(Vocabulary, RefusesMissingAndUnknownFacts) {
    for (const auto& [name, good] : kGood) {
        auto facts = good;
        facts["surprise"] = 1;
        EXPECT_FALSE(make(name, facts)) << name;
        if (good.contains("site")) {
            facts = good;
            facts.erase("site");
            EXPECT_EQ(make(name, facts).has_value(), name == "http.check") << name;
            facts["site"] = json::array();
            EXPECT_FALSE(make(name, facts)) << name;
        }
    }
}

TEST(Vocabulary, RefusesControlCharactersInArguments) {
    for (const char* word : {"a\nb", "a\rb", "\x1b"}) {
        auto facts = kGood.at("program.run");
        facts["argv"].push_back(word);
        EXPECT_FALSE(make("program.run", facts));
    }
}

TEST(Vocabulary, DoesNotKnowOtherActions) {
    const auto command = make("shell.run", {{"command", "id"}});
    ASSERT_FALSE(command);
    EXPECT_EQ(command.error().code, ErrorCode::Unsupported);
}

TEST(Vocabulary, AsksOnlyThisServerItself) {
    auto facts = kGood.at("http.check");
    for (const char* address :
         {"10.255.255.1", "169.254.169.254", "8.8.8.8", "example.org", "::2"}) {
        facts["address"] = address;
        EXPECT_FALSE(make("http.check", facts)) << address;
    }
    for (const char* url :
         {"file:///etc/passwd",
          "http://user@example.org/",
          "http://example.org:8080/",
          "gopher://example.org/",
          "http://127.0.0.1/"}) {
        facts = kGood.at("http.check");
        facts["url"] = url;
        EXPECT_FALSE(make("http.check", facts)) << url;
    }
}

}  // namespace
}  // namespace hostelry::agent
