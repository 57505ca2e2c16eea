#include "core/platform/names/domain_name.h"

#include <gtest/gtest.h>

#include <string>

namespace hostelry::names {
namespace {

std::string accepted(std::string_view typed) {
    const auto domain = domain_from_text(typed);
    return domain ? *domain : "refused: " + domain.error().message;
}

bool is_refused(std::string_view typed) {
    const auto domain = domain_from_text(typed);
    return !domain && domain.error().code == ErrorCode::Invalid && !domain.error().message.empty();
}

TEST(DomainName, IsKeptInLowerCaseWithoutTheFinalDot) {
    EXPECT_EQ(accepted(" Example.COM. "), "example.com");
    EXPECT_EQ(accepted("a-b.c1.example"), "a-b.c1.example");
}

TEST(DomainName, IsStoredAsALabelsAndShownAsULabels) {
    EXPECT_EQ(accepted("bücher.example"), "xn--bcher-kva.example");
    EXPECT_EQ(accepted("BÜCHER.example"), "xn--bcher-kva.example");
    // "u" and a combining diaeresis are the same letter.
    EXPECT_EQ(
        accepted("bu\xCC\x88"
                 "cher.example"),
        "xn--bcher-kva.example"
    );
    EXPECT_EQ(accepted("straße.example"), "xn--strae-oqa.example");
    EXPECT_EQ(accepted("例え.テスト"), "xn--r8jz45g.xn--zckzah");
    EXPECT_EQ(domain_for_people("xn--bcher-kva.example"), "bücher.example");
    EXPECT_EQ(domain_for_people("example.com"), "example.com");
    EXPECT_EQ(accepted("xn--bcher-kva.example"), "xn--bcher-kva.example");
}

TEST(DomainName, UnderstandsTheDotsOfOtherScripts) {
    EXPECT_EQ(
        accepted("example\xE3\x80\x82"
                 "com"),
        "example.com"
    );
}

TEST(DomainName, RefusesWhatIsNoDomain) {
    for (const char* typed :
         {"",
          "   ",
          "exa mple.com",
          "example..com",
          ".example.com",
          "-a.example",
          "a-.example",
          "under_score.example",
          "exam!ple.com",
          "a.b@example.com",
          "*.example.com",
          "https://example.com",
          "example.com/path",
          "example.com:8080",
          "[::1]",
          "2001:db8::1",
          "xn--a.example",
          "a\tb.example",
          "\xFF.example",
          "<b>.example",
          "';--.example",
          "a%00.example",
          "bü cher.example",
          "bücher/x.example",
          "example\xEF\xBC\x8F"
          "com.example",
          "bü_cher.example"}) {
        EXPECT_TRUE(is_refused(typed)) << typed << " -> " << accepted(typed);
    }
}

TEST(DomainName, RefusesAddresses) {
    for (const char* typed : {"192.0.2.1", "1.2.3", "0x7f.1", "127.0.0.1.", "example.123"}) {
        EXPECT_TRUE(is_refused(typed)) << typed;
    }
}

TEST(DomainName, RefusesOneLabelAndNamesThatNeverLeadAnywhere) {
    for (const char* typed :
         {"localhost", "intranet", "a.localhost", "x.onion", "x.local", "1.0.0.127.in-addr.arpa"}) {
        EXPECT_TRUE(is_refused(typed)) << typed;
    }
}

TEST(DomainName, HasAtMost253BytesAnd63ALabel) {
    const std::string label(63, 'x');
    EXPECT_EQ(accepted(label + ".example"), label + ".example");
    EXPECT_TRUE(is_refused(label + "x.example"));
    const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'x');
    ASSERT_EQ(longest.size(), 253U);
    EXPECT_EQ(accepted(longest), longest);
    EXPECT_TRUE(is_refused(longest + "x"));
    EXPECT_TRUE(is_refused(std::string(100'000, 'x') + ".example"));
    // Short as typed, long as A-labels.
    std::string umlauts;
    for (int i = 0; i < 60; ++i) {
        umlauts += "ü";
    }
    EXPECT_FALSE(is_refused(umlauts.substr(0, 20) + ".example"));
}

TEST(DomainName, KnowsWhatLiesBelow) {
    EXPECT_TRUE(is_at_or_below("a.example.com", "example.com"));
    EXPECT_TRUE(is_at_or_below("example.com", "example.com"));
    EXPECT_FALSE(is_at_or_below("badexample.com", "example.com"));
    EXPECT_FALSE(is_at_or_below("example.com", "a.example.com"));
    EXPECT_FALSE(is_at_or_below("example.com", ""));
}

TEST(DomainName, HasATwinUnlessItIsOne) {
    EXPECT_EQ(
        names_of_domain("example.com", true),
        (std::vector<std::string>{"example.com", "www.example.com"})
    );
    EXPECT_EQ(names_of_domain("example.com", false), (std::vector<std::string>{"example.com"}));
    EXPECT_EQ(
        names_of_domain("www.example.com", true), (std::vector<std::string>{"www.example.com"})
    );
}

TEST(DomainName, IsNoEndingUnderWhichManyHaveTheirNames) {
    for (const char* ending : {"co.uk", "com.br", "github.io", "GitHub.IO."}) {
        EXPECT_TRUE(is_refused(ending)) << ending;
    }
    EXPECT_EQ(accepted("bread.co.uk"), "bread.co.uk");
    EXPECT_EQ(accepted("bread.github.io"), "bread.github.io");
    EXPECT_EQ(accepted("demo.test"), "demo.test") << "endings that nobody lists have one part";
}

TEST(DomainName, IsRelatedUpToWhatSomebodyRegistered) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(
        relatives_above("a.shop.bread.co.uk"),
        (Names{"a.shop.bread.co.uk", "shop.bread.co.uk", "bread.co.uk"})
    );
    EXPECT_EQ(relatives_above("bread.co.uk"), Names{"bread.co.uk"});
    EXPECT_EQ(
        relatives_above("x.bread.github.io"), (Names{"x.bread.github.io", "bread.github.io"})
    );
    EXPECT_EQ(relatives_above("blog.demo.test"), (Names{"blog.demo.test", "demo.test"}));
    EXPECT_EQ(relatives_above("co.uk"), Names{"co.uk"});
}

}  // namespace
}  // namespace hostelry::names
