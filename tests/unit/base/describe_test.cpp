#include "core/base/describe.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hostelry {
namespace {

struct Contact {
    std::string email;
};

struct Order {
    std::string domain;
    std::string size;
    std::int64_t count = 0;
    bool urgent = false;
    std::optional<std::string> note;
    std::vector<std::string> names;
    std::map<std::string, std::string> options;
    Contact contact;
    std::vector<Contact> copies;
    std::optional<UserId> owner;
};

}  // namespace

template <>
inline const Description& describe<Contact>() {
    static const Description kDescription{
        "Contact",
        {field<&Contact::email>(
            "email", {.label = "E-mail", .kind = Kind::Email, .required = true}
        )}};
    return kDescription;
}

template <>
inline const Description& describe<Order>() {
    static const Description kDescription{
        "Order",
        {
            field<&Order::domain>(
                "domain",
                {.label = "Domain", .kind = Kind::Hostname, .required = true, .min = 3, .max = 20}
            ),
            field<&Order::size>(
                "size",
                {.label = "Size", .kind = Kind::Choice, .choices = {{"s", "Small"}, {"l", "Large"}}}
            ),
            field<&Order::count>("count", {.label = "Count", .min = 1, .max = 9}),
            field<&Order::urgent>("urgent"),
            field<&Order::note>("note", {.kind = Kind::Multiline}),
            field<&Order::names>("names"),
            field<&Order::options>("options"),
            field<&Order::contact>("contact"),
            field<&Order::copies>("copies"),
            field<&Order::owner>("owner"),
        }};
    return kDescription;
}

namespace {

using nlohmann::json;

std::vector<std::string> fields_of(const Error& error) {
    std::vector<std::string> names;
    for (const auto& field : error.fields) {
        names.push_back(field.field);
    }
    return names;
}

TEST(Describe, ReadsEveryKindOfMemberFromJson) {
    const auto order = decode_as<Order>(json::parse(R"({
        "domain": "a.example", "size": "l", "count": 3, "urgent": true, "note": "two\nlines", "names": ["x", "y"],
        "options": {"k": "v"}, "contact": {"email": "ada@example.org"}, "copies": [{"email": "b@example.org"}],
        "owner": "01890a5d-ac96-774b-bcce-b302099a8057"})"));
    ASSERT_TRUE(order) << order.error().message;
    EXPECT_EQ(order->domain, "a.example");
    EXPECT_EQ(order->count, 3);
    EXPECT_EQ(order->note, "two\nlines");
    EXPECT_EQ(order->copies.at(0).email, "b@example.org");
    EXPECT_EQ(order->owner->to_string(), "01890a5d-ac96-774b-bcce-b302099a8057");
}

TEST(Describe, ReportsAllMistakesAtOnceWithTheirPaths) {
    const auto order = decode_as<Order>(json::parse(R"({
        "domain": "x", "size": "xl", "count": 10, "urgent": "yes", "names": [1], "contact": {"email": "nobody"},
        "copies": [{}], "owner": "7", "surprise": 1})"));
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().code, ErrorCode::Invalid);
    EXPECT_EQ(
        fields_of(order.error()),
        (std::vector<std::string>{
            "domain",
            "size",
            "count",
            "urgent",
            "names",
            "contact.email",
            "copies.0.email",
            "owner",
            "surprise"})
    );
}

TEST(Describe, RefusesControlCharactersInOneLineTexts) {
    EXPECT_FALSE(decode_as<Order>(json{{"domain", "a.example\r\nX: 1"}}));
    EXPECT_FALSE(decode_as<Order>(json{{"domain", std::string("a.exa\0mple", 10)}}));
}

TEST(Describe, RefusesWhatMakesOneLineReadOtherThanItIs) {
    for (const std::string disguise :
         {"\u202E", "\u2066", "\u200B", "\u2028", "\uFEFF", "\u0085", "\u009B"}) {
        EXPECT_FALSE(decode_as<Order>(json{{"domain", "a.ex" + disguise + "ample"}})) << disguise;
    }
    for (const std::string needed : {"\u200C", "\u200D", "\u200F", "\u00A0", "\u05D0", "\u4E2D"}) {
        EXPECT_TRUE(decode_as<Order>(json{{"domain", "a.ex" + needed + "ample"}})) << needed;
    }
}

TEST(Describe, RefusesANumberThatDoesNotFitInsteadOfWrappingIt) {
    const auto order =
        decode_as<Order>(json::parse(R"({"domain": "a.example", "count": 18446744073709551615})"));
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().fields.at(0).field, "count");
}

TEST(Describe, ReadsTheSameFromAForm) {
    const auto order = decode_form_as<Order>(
        {{"_csrf", "t"},
         {"domain", " a.example "},
         {"count", "3"},
         {"urgent", "on"},
         {"names", "x"},
         {"names", "y"},
         {"options.title", "T"},
         {"note", ""},
         {"owner", ""}}
    );
    ASSERT_TRUE(order) << order.error().message;
    EXPECT_EQ(order->domain, "a.example");
    EXPECT_EQ(order->names, (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(order->options.at("title"), "T");
    EXPECT_TRUE(order->urgent);
    EXPECT_FALSE(order->note);
    EXPECT_FALSE(order->owner);
}

TEST(Describe, NamesTheFormFieldThatIsNotANumber) {
    const auto order = decode_form_as<Order>({{"domain", "a.example"}, {"count", "many"}});
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().message, "Count must be a whole number.");
}

TEST(Describe, WritesWhatItReads) {
    Order order;
    order.domain = "a.example";
    order.copies = {{"c@example.org"}};
    const json written = json::parse(to_json_text(order));
    EXPECT_EQ(written["domain"], "a.example");
    EXPECT_EQ(written["note"], nullptr);
    EXPECT_EQ(written["copies"][0]["email"], "c@example.org");
}

TEST(Describe, SchemaNamesLimitsChoicesAndRequiredMembers) {
    const json schema = json_schema(describe<Order>());
    EXPECT_EQ(schema["required"], json::array({"domain"}));
    EXPECT_EQ(schema["properties"]["domain"]["maxLength"], 20);
    EXPECT_EQ(schema["properties"]["size"]["enum"], json::array({"s", "l"}));
    EXPECT_EQ(schema["properties"]["copies"]["items"]["properties"]["email"]["format"], "email");
    EXPECT_EQ(schema["properties"]["note"]["type"], json::array({"string", "null"}));
    EXPECT_EQ(schema["additionalProperties"], false);
}

}  // namespace
}  // namespace hostelry
