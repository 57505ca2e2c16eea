#include "core/platform/plugin_host/form_schema.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace hostelry;
using namespace hostelry::plugin_host;
using nlohmann::json;

namespace {

json schema_of(const std::string& name, json property) {
    property["title"] = "Title";
    return {{"type", "object"}, {"properties", {{name, std::move(property)}}}};
}

std::string problem_of(json property, const json& value) {
    const auto form = FormSchema::parse(schema_of("field", std::move(property)));
    EXPECT_TRUE(form) << form.error().message;
    const auto errors = form->violations({{"field", value}});
    return errors.empty() ? "" : errors.front().message;
}

TEST(AForm, OrdersItsFields) {
    const auto form = FormSchema::parse(
        {{"type", "object"},
         {"properties",
          {{"a", {{"type", "string"}, {"title", "A"}, {"x-order", 2}}},
           {"b", {{"type", "string"}, {"title", "B"}, {"x-order", 1}}}}}}
    );
    ASSERT_TRUE(form);
    EXPECT_EQ(form->fields()[0].name, "b");
}

TEST(AForm, CountsCharactersAndNotBytes) {
    EXPECT_EQ(problem_of({{"type", "string"}, {"maxLength", 4}}, "café"), "");
    EXPECT_EQ(
        problem_of({{"type", "string"}, {"maxLength", 3}}, "café"),
        "Must have at most 3 characters."
    );
    EXPECT_EQ(problem_of({{"type", "string"}, {"minLength", 1}}, ""), "Must not be empty.");
}

TEST(AForm, RefusesWrongTypesControlCharactersAndForeignChoices) {
    EXPECT_EQ(problem_of({{"type", "boolean"}}, "yes"), "Must be true or false.");
    EXPECT_EQ(
        problem_of({{"type", "integer"}, {"minimum", 1}, {"maximum", 3}}, 4),
        "Must be between 1 and 3."
    );
    EXPECT_EQ(problem_of({{"type", "integer"}}, 1.5), "Must be a whole number.");
    EXPECT_EQ(problem_of({{"type", "string"}}, "a\nb"), "Must not contain control characters.");
    EXPECT_EQ(
        problem_of({{"type", "string"}, {"enum", {"a", "b"}}}, "c"), "Must be one of the choices."
    );
}

TEST(AForm, KnowsFormats) {
    EXPECT_EQ(problem_of({{"type", "string"}, {"format", "email"}}, "anna@example.com"), "");
    EXPECT_NE(problem_of({{"type", "string"}, {"format", "email"}}, "anna"), "");
    EXPECT_EQ(problem_of({{"type", "string"}, {"format", "uri"}}, "http://10.0.0.5:8081"), "");
    EXPECT_EQ(
        problem_of({{"type", "string"}, {"format", "uri"}}, "http://[2001:db8::1]:8081/x"), ""
    );
    EXPECT_NE(problem_of({{"type", "string"}, {"format", "uri"}}, "http://user@host/"), "");
    EXPECT_NE(problem_of({{"type", "string"}, {"format", "uri"}}, "file:///etc/passwd"), "");
    EXPECT_NE(problem_of({{"type", "string"}, {"format", "locale"}}, "English"), "");
}

TEST(AForm, ReportsEveryWrongMemberAtOnce) {
    const auto form = FormSchema::parse(
        {{"type", "object"},
         {"required", {"name"}},
         {"properties",
          {{"name", {{"type", "string"}, {"title", "Name"}}},
           {"on", {{"type", "boolean"}, {"title", "On"}}}}}}
    );
    const auto errors = form->violations({{"on", 1}, {"odd", 1}});
    EXPECT_EQ(errors.size(), 3U);
}

TEST(AForm, FillsInDefaultsAndDropsEmptyOptionalText) {
    const auto form = FormSchema::parse(
        {{"type", "object"},
         {"properties",
          {{"size", {{"type", "integer"}, {"title", "Size"}, {"default", 3}}},
           {"note", {{"type", "string"}, {"title", "Note"}, {"minLength", 5}}}}}}
    );
    EXPECT_EQ(form->with_defaults({{"note", ""}}), json({{"size", 3}}));
    EXPECT_TRUE(form->violations(form->with_defaults({{"note", ""}})).empty());
}

TEST(AFormSchema, RefusesWhatLeavesTheSubset) {
    EXPECT_FALSE(FormSchema::parse(schema_of("a", {{"type", "object"}})));
    EXPECT_FALSE(FormSchema::parse(schema_of("a", {{"$ref", "#/x"}})));
    EXPECT_FALSE(FormSchema::parse(schema_of("a", {{"type", "string"}, {"format", "regex"}})));
    EXPECT_FALSE(FormSchema::parse(json::array()));
    EXPECT_FALSE(
        FormSchema::parse({{"type", "object"}, {"required", {"b"}}, {"properties", json::object()}})
    );
}

TEST(AFormSchema, RefusesPatternsThatCouldRunForLong) {
    const auto with = [](const std::string& pattern, int longest) {
        return FormSchema::parse(
                   schema_of(
                       "a", {{"type", "string"}, {"maxLength", longest}, {"pattern", pattern}}
                   )
        ).has_value();
    };
    EXPECT_TRUE(with("^[a-z]+$", 100));
    EXPECT_FALSE(with("^[a-z]+$", 5000));
    EXPECT_FALSE(with("^(a+)+$", 100));
    EXPECT_FALSE(with("^(a|aa)*$", 100));
    EXPECT_FALSE(with("(a)\\1", 100));
    EXPECT_FALSE(with("(", 100));
}

TEST(AFormSchema, RefusesADefaultThatDoesNotFit) {
    EXPECT_FALSE(FormSchema::parse(schema_of("a", {{"type", "integer"}, {"default", "x"}})));
}

}  // namespace
