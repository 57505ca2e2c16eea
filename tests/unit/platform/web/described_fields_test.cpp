#include "core/platform/web/described_fields.h"

#include <gtest/gtest.h>

#include <string>

namespace {

struct Order {
    std::string domain;
    std::string owner;
    std::string plan;
    std::int64_t port = 22;
    bool redirect = true;
    std::string password;
};

}  // namespace

template <>
inline const hostelry::Description& hostelry::describe<Order>() {
    static const Description kDescription{
        "Order",
        {field<&Order::domain>(
             "domain",
             {.label = "Domain", .help = "Without www.", .kind = Kind::Hostname, .required = true}
         ),
         field<&Order::owner>("owner", {.label = "Owner", .kind = Kind::Email}),
         field<&Order::plan>(
             "plan",
             {.label = "Plan",
              .kind = Kind::Choice,
              .required = true,
              .choices = {{"s", "Small"}, {"l", "Large"}}}
         ),
         field<&Order::port>("port", {.label = "Port", .min = 1, .max = 65535}),
         field<&Order::redirect>("redirect", {.label = "Redirect"}),
         field<&Order::password>("password", {.label = "Password", .kind = Kind::Password})}};
    return kDescription;
}

namespace hostelry::view {
namespace {

TEST(DescribedFields, FollowTheDescription) {
    const auto fields = described_fields(describe<Order>(), {}, {});
    ASSERT_EQ(fields.size(), 6U);
    const auto& domain = std::get<TextField>(fields[0]);
    EXPECT_EQ(domain.label, "Domain");
    EXPECT_EQ(domain.hint, "Without www.");
    EXPECT_TRUE(domain.required);
    EXPECT_FALSE(domain.is_prose());
    EXPECT_EQ(std::get<TextField>(fields[1]).kind, TextKind::Email);
    EXPECT_EQ(std::get<SelectField>(fields[2]).options.at(0).label, "Choose…");
    const auto& port = std::get<TextField>(fields[3]);
    EXPECT_EQ(port.kind, TextKind::Number);
    EXPECT_EQ(port.min, "1");
    EXPECT_EQ(port.max, "65535");
    EXPECT_FALSE(std::get<CheckboxField>(fields[4]).checked);
    EXPECT_TRUE(std::holds_alternative<PasswordField>(fields[5]));
}

TEST(DescribedFields, KeepWhatWasTypedAndCarryTheirError) {
    const FormPairs typed = {{"domain", "exa mple"}, {"plan", "l"}, {"redirect", "true"}};
    const std::vector<FieldError> errors = {{"domain", "Not a domain name."}};
    const auto fields =
        described_fields(describe<Order>(), typed, errors, {"redirect", "domain", "plan"});
    ASSERT_EQ(fields.size(), 3U);
    EXPECT_TRUE(std::get<CheckboxField>(fields[0]).checked);
    EXPECT_EQ(std::get<TextField>(fields[1]).value, "exa mple");
    EXPECT_EQ(std::get<TextField>(fields[1]).error, "Not a domain name.");
    EXPECT_EQ(std::get<SelectField>(fields[2]).value, "l");
    EXPECT_EQ(std::get<SelectField>(fields[2]).options.size(), 2U);
}

TEST(DescribedFields, ShowAnExistingObject) {
    Order order;
    order.domain = "a.example";
    const auto fields = described_fields(describe<Order>(), shown_values(order), {});
    EXPECT_EQ(std::get<TextField>(fields[0]).value, "a.example");
    EXPECT_EQ(std::get<TextField>(fields[3]).value, "22");
    EXPECT_TRUE(std::get<CheckboxField>(fields[4]).checked);
}

TEST(ErrorSummaryOf, NamesEachFieldAndStaysEmptyWithoutErrors) {
    EXPECT_TRUE(error_summary_of({}, "Nothing was created.").title.empty());
    const auto summary =
        error_summary_of({{"domain", "Wrong."}, {"", "Full."}}, "Nothing was created.");
    EXPECT_EQ(summary.title, "2 things need your attention. Nothing was created.");
    EXPECT_EQ(summary.messages.at(0).field_id, "domain");
}

}  // namespace
}  // namespace hostelry::view
