#include "core/platform/plugin_host/json_schema.h"

#include "core/platform/plugin_host/contract.h"
#include "core/platform/plugin_host/schemas.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

using namespace hostelry;
using namespace hostelry::plugin_host;
using nlohmann::json;

namespace {

TEST(ASchema, NamesTheInnermostWrongMember) {
    const auto schema = JsonSchema::compile(
        json::parse(R"({"properties":{"a":{"type":"array","items":{"$ref":"#/definitions/n"}}}})"),
        json::parse(R"({"n":{"type":"object","properties":{"b":{"type":"integer"}}}})")
    );
    ASSERT_TRUE(schema);
    EXPECT_TRUE(schema->violations(json::parse(R"({"a":[{"b":1}]})")).empty());
    const auto errors = schema->violations(json::parse(R"({"a":[{"b":1},{"b":"x"}]})"));
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].field, "a.1.b");
}

TEST(ASchema, LetsNoPatternMeetLongText) {
    const auto unbounded = json::parse(R"({"type":"string","pattern":"^(a|b)*$"})");
    EXPECT_FALSE(JsonSchema::compile(unbounded, nullptr));
    const auto bounded = JsonSchema::compile(
        json::parse(R"({"type":"string","maxLength":10,"pattern":"^(a|b)*$"})"), nullptr
    );
    ASSERT_TRUE(bounded);
    EXPECT_FALSE(bounded->violations(std::string(4U << 20, 'a')).empty());
    EXPECT_TRUE(bounded->violations("abba").empty());
    EXPECT_FALSE(bounded->violations("abc").empty());
}

TEST(ASchema, RefusesDeepNesting) {
    const auto anything = JsonSchema::compile(json::object(), nullptr);
    ASSERT_TRUE(anything);
    std::string deep(100, '[');
    deep += std::string(100, ']');
    EXPECT_FALSE(anything->violations(json::parse(deep)).empty());
}

TEST(ASchema, ThatCannotBeReadIsRefused) {
    EXPECT_FALSE(JsonSchema::compile(json::parse(R"({"$ref":"#/definitions/none"})"), nullptr));
}

TEST(TheContract, HasARightSchemaForEveryMemberOfEveryCapability) {
    for (const auto* capability : {"site-template", "dns", "provider", "billing"}) {
        const auto document = json::parse(schema_text(std::string(capability) + "-1"));
        for (const auto& [member, schemas] : document.at("members").items()) {
            const auto* contract = find_member(std::string(capability) + "/1." + member);
            ASSERT_NE(contract, nullptr) << capability << " " << member;
            EXPECT_FALSE(contract->request.violations(json::array()).empty()) << member;
            EXPECT_FALSE(contract->answer.violations("text").empty()) << member;
        }
    }
    EXPECT_EQ(find_member("dns/1.none"), nullptr);
    EXPECT_EQ(find_member("dns/2.zone_get"), nullptr);
}

}  // namespace
