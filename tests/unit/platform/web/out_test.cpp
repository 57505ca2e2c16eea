#include "core/platform/web/out.h"

#include "core/platform/web/escape.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace hostelry::view {
namespace {

template <typename T>
concept CanBeText = requires(Out& out, const T& value) {
    out.text(value);
};
template <typename T>
concept CanBeAttribute = requires(Out& out, const T& value) {
    out.attribute(value);
};
template <typename T>
concept CanBeUrl = requires(Out& out, const T& value) {
    out.url(value);
};

static_assert(CanBeText<std::string> && CanBeText<std::string_view> && CanBeText<int>);
static_assert(CanBeText<SafeHtml> && !CanBeAttribute<SafeHtml> && !CanBeUrl<SafeHtml>);
static_assert(!CanBeText<bool> && !CanBeText<char> && !CanBeText<double>);
static_assert(!CanBeText<const char*> && !CanBeText<void*> && !CanBeText<std::nullptr_t>);
static_assert(!CanBeText<std::optional<std::string>> && !CanBeAttribute<bool> && !CanBeUrl<int>);
static_assert(!std::is_constructible_v<SafeHtml, std::string>);

class OutTest : public ::testing::Test {
protected:
    Assets assets_;
    Context context_{
        .assets = assets_,
        .time = ReaderTime("UTC", Instant{}),
        .csrf_token = "",
        .nonce = "",
        .request_id = ""};
    Out out_{context_};
};

TEST_F(OutTest, EscapesTextAndAttributesAlike) {
    out_.text(std::string("<b title=\"a\">'&\x01"));
    out_.attribute("\"><script>");
    EXPECT_EQ(
        out_.html(), "&lt;b title=&quot;a&quot;&gt;&#39;&amp;\xEF\xBF\xBD&quot;&gt;&lt;script&gt;"
    );
}

TEST_F(OutTest, WritesNumbersAsTheyAre) {
    out_.text(-12);
    out_.attribute(18446744073709551615ULL);
    EXPECT_EQ(out_.html(), "-1218446744073709551615");
}

TEST_F(OutTest, BlocksAddressesThatRunCodeOrLeaveSilently) {
    out_.url("javascript:alert(1)");
    EXPECT_EQ(out_.html(), kBlockedUrl);
}

TEST_F(OutTest, EncodesLaterPartsOfAnAddress) {
    out_.raw("/sites/");
    out_.url_part("../a b?c=1&d#\"ä");
    EXPECT_EQ(out_.html(), "/sites/..%2Fa%20b%3Fc%3D1%26d%23%22%C3%A4");
}

TEST_F(OutTest, ChecksTheWholeAddressOnceMore) {
    for (const auto& [begin, rest] :
         {std::pair("/", "/evil.example"), {"javascript", ":alert%281%29"}}) {
        Out out(context_);
        out.url(std::string(begin));
        out.raw(rest);
        out.end_url();
        EXPECT_EQ(out.html(), kBlockedUrl) << begin << rest;
    }
    out_.url("/sites");
    out_.raw("/1?a=b:c");
    out_.end_url();
    EXPECT_EQ(out_.html(), "/sites/1?a=b:c");
}

TEST_F(OutTest, PassesOnHtmlThatTemplatesMade) {
    Out inner(context_);
    inner.raw("<b>");
    inner.text("<");
    out_.text(std::move(inner).take_safe());
    EXPECT_EQ(out_.html(), "<b>&lt;");
}

TEST(Linkable, AreOwnPathsHttpAndMail) {
    for (const char* url :
         {"",
          "/",
          "/sites?a=b:c",
          "sites/1",
          "?q=x:y",
          "#top",
          "./a:b/c",
          "https://a.example/",
          "HTTP://a.example",
          "mailto:a@b.example"}) {
        EXPECT_TRUE(is_linkable(url)) << url;
    }
}

TEST(Linkable, AreNotOtherSchemesHostsOrTricks) {
    for (const std::string url :
         {"javascript:alert(1)",
          "JaVaScRiPt:1",
          " javascript:1",
          "java\tscript:1",
          "java\nscript:1",
          "\x01javascript:1",
          "data:text/html,x",
          "vbscript:x",
          "//evil.example",
          "/\\evil.example",
          "\\\\evil.example",
          "\t//evil.example",
          "ftp://x",
          "blob:x",
          "a b",
          "view-source:x"}) {
        EXPECT_FALSE(is_linkable(url)) << url;
    }
    EXPECT_FALSE(is_linkable(std::string_view("/a\0b", 4)));
}

}  // namespace
}  // namespace hostelry::view
