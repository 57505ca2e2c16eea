#include "core/platform/plugin_host/account.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace hostelry;
using namespace hostelry::plugin_host;
using nlohmann::json;

namespace {

TEST(AnOrigin, IsOneNormalForm) {
    EXPECT_EQ(origin_of("https://API.Example.com"), "https://api.example.com:443");
    EXPECT_EQ(origin_of("https://api.example.com:443/v1?x=1"), "https://api.example.com:443");
    EXPECT_EQ(origin_of("http://10.0.0.5:8081/api"), "http://10.0.0.5:8081");
    EXPECT_EQ(origin_of("http://[2001:db8::1]:80"), "http://[2001:db8::1]:80");
}

TEST(AnOrigin, IsNothingWhereTwoReadersCouldDiffer) {
    for (const auto* url :
         {"https://api.example.com@evil.example/",
          "https://evil.example\\@api.example.com",
          "https://api.example.com#@evil.example",
          "https:///x",
          "https://",
          "ftp://api.example.com",
          "https://api.example.com:99999999",
          "https://api.example.com:",
          "https://api example.com",
          "https://api.exam\xc3\xa9ple.com",
          "https://api.example.com\n",
          "//api.example.com",
          "HTTPS"}) {
        EXPECT_FALSE(origin_of(url)) << url;
    }
}

Manifest manifest() {
    return parse_manifest(R"({
        "id": "org.example.a", "version": "1.0.0", "title": "A", "library": "a.so",
        "abi": {"built": "1.0-draft", "min": "1.0-draft"}, "capabilities": ["dns/1-draft"],
        "permissions": {"http": {"hosts": ["api.example.com"], "hosts_from_settings": ["url"]}},
        "settings": {"type": "object", "properties": {
            "url": {"type": "string", "title": "Address", "format": "uri"},
            "key": {"type": "string", "title": "Key", "x-secret": true}}}})")
        .value();
}

class AnAccount : public ::testing::Test {
protected:
    const Manifest plugin = manifest();
    const Account account =
        Account::make(
            plugin, "one", {{"url", "http://10.0.0.5:8081/base"}, {"key", "sesame-sesame"}}
        ).value();
};

TEST_F(AnAccount, ReachesTheHostsOfItsManifestByHttpsOnly) {
    EXPECT_TRUE(account.may_reach("https://api.example.com/x"));
    EXPECT_FALSE(account.may_reach("http://api.example.com/x"));
    EXPECT_FALSE(account.may_reach("https://api.example.com:8443/x"));
    EXPECT_FALSE(account.may_reach("https://sub.api.example.com/x"));
}

TEST_F(AnAccount, ReachesExactlyTheOriginOfItsSettings) {
    EXPECT_TRUE(account.may_reach("http://10.0.0.5:8081/other"));
    EXPECT_FALSE(account.may_reach("http://10.0.0.5/other"));
    EXPECT_FALSE(account.may_reach("https://10.0.0.5:8081/other"));
    EXPECT_FALSE(account.may_reach("http://10.0.0.5:8081@evil.example/"));
}

TEST_F(AnAccount, FillsInOnlySecretsItHas) {
    EXPECT_EQ(account.fill_secrets("Bearer {{secret:key}}!"), "Bearer sesame-sesame!");
    EXPECT_FALSE(account.fill_secrets("{{secret:url}}"));
    EXPECT_FALSE(account.fill_secrets("{{secret:key"));
}

TEST_F(AnAccount, TurnsSecretsBackIntoPlaceholders) {
    EXPECT_EQ(
        account.redact("a sesame-sesame b sesame-sesame"), "a {{secret:key}} b {{secret:key}}"
    );
}

TEST_F(AnAccount, ShowsSettingsWithoutSecrets) {
    EXPECT_EQ(
        without_secrets(plugin, {{"url", "u"}, {"key", "sesame"}}),
        json({{"url", "u"}, {"key", "{{secret:key}}"}})
    );
}

}  // namespace
