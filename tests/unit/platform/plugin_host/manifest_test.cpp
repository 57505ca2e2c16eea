#include "core/platform/plugin_host/manifest.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace hostelry;
using namespace hostelry::plugin_host;
using nlohmann::json;

namespace {

json good() {
    return {
        {"id", "org.example.a"},
        {"version", "1.0.0"},
        {"title", "A"},
        {"library", "a.so"},
        {"abi", {{"built", "1.2-draft"}, {"min", "1.0-draft"}}},
        {"capabilities", {"dns/1-draft", "provider/2"}}};
}

Result<Manifest> parse_with(const std::string& name, const json& value) {
    auto document = good();
    document[name] = value;
    return parse_manifest(document.dump());
}

TEST(AManifest, IsRead) {
    const auto manifest = parse_manifest(good().dump());
    ASSERT_TRUE(manifest) << manifest.error().message;
    EXPECT_EQ(manifest->built.minor, 2U);
    EXPECT_TRUE(manifest->built.draft);
    EXPECT_TRUE(manifest->offers("dns", 1));
    EXPECT_TRUE(manifest->offers("provider", 2));
    EXPECT_FALSE(manifest->offers("dns", 2));
}

TEST(AManifest, RefusesUnknownMembersPathsAndOddIds) {
    EXPECT_FALSE(parse_manifest("{"));
    EXPECT_FALSE(parse_manifest("[]"));
    EXPECT_FALSE(parse_with("odd", 1));
    EXPECT_FALSE(parse_with("library", "../a.so"));
    EXPECT_FALSE(parse_with("library", "/a.so"));
    EXPECT_FALSE(parse_with("id", "Example"));
    EXPECT_FALSE(parse_with("id", "single"));
    EXPECT_FALSE(parse_with("version", "1.0"));
    EXPECT_FALSE(parse_with("capabilities", json::array()));
    EXPECT_FALSE(parse_with("abi", {{"built", "1"}, {"min", "1"}}));
}

TEST(AManifest, RefusesHostsFromASettingThatIsNoAddress) {
    EXPECT_FALSE(parse_with("permissions", {{"http", {{"hosts_from_settings", {"url"}}}}}));
}

TEST(AnAbiCheck, LoadsWhatNeedsNoMoreThanThePanelHas) {
    auto manifest = parse_manifest(good().dump()).value();
    EXPECT_TRUE(check_abi(manifest, {1, 0, true}));
    EXPECT_TRUE(check_abi(manifest, {1, 7, true}));
    manifest.min.minor = 5;
    EXPECT_FALSE(check_abi(manifest, {1, 0, true}));
    EXPECT_TRUE(check_abi(manifest, {1, 5, true}));
    EXPECT_FALSE(check_abi(manifest, {2, 9, true}));
    EXPECT_FALSE(check_abi(manifest, {1, 9, false}));
}

}  // namespace
