#include "core/platform/http/url.h"

#include <gtest/gtest.h>

namespace hostelry::http {
namespace {

TEST(DecodePath, DecodesOnceAndNormalises) {
    EXPECT_EQ(decode_path("/"), "/");
    EXPECT_EQ(decode_path("/sites/"), "/sites");
    EXPECT_EQ(decode_path("/a%20b/%C3%A9"), "/a b/\xc3\xa9");
    EXPECT_EQ(decode_path("/a%252e"), "/a%2e") << "once, not twice";
    EXPECT_EQ(decode_path("/.well-known/x..y/..."), "/.well-known/x..y/...");
}

TEST(DecodePath, RefusesWhatIsReadDifferentlyElsewhere) {
    for (const std::string raw :
         {"",       "a",       "//",        "//a",      "/a//b",  "/a//",   "/.",      "/..",
          "/a/.",   "/a/../b", "/%2e%2e/b", "/a/%2E/b", "/a%2fb", "/a%5cb", "/a\\b",   "/a%00b",
          "/a%0ab", "/a%7f",   "/a%",       "/a%2",     "/a%zz",  "/%ff",   "/%c0%af", "/../"}) {
        EXPECT_EQ(decode_path(raw), std::nullopt) << raw;
    }
}

TEST(DecodePairs, ReadsFormsInOrder) {
    const auto pairs = decode_pairs("a=b&c=d+e%2Bf&&empty=&bare&a=again").value();
    const FormPairs expected{
        {"a", "b"}, {"c", "d e+f"}, {"empty", ""}, {"bare", ""}, {"a", "again"}};
    EXPECT_EQ(pairs, expected);
    EXPECT_TRUE(decode_pairs("")->empty());
    EXPECT_EQ(decode_pairs("text=one%0D%0Atwo")->front().second, "one\r\ntwo");
}

TEST(DecodePairs, RefusesBadEscapesNulBadUtf8AndTooMuch) {
    for (const auto* text : {"a=%", "a=%zz", "a=%00", "%00=a", "a=%ff", "%c0%af=a"}) {
        EXPECT_EQ(decode_pairs(text), std::nullopt) << text;
    }
    EXPECT_EQ(decode_pairs(std::string(257, 'n') + "=v"), std::nullopt);
    std::string many;
    for (std::size_t i = 0; i <= kMaxFormPairs; ++i) {
        many += "a&";
    }
    EXPECT_EQ(decode_pairs(many), std::nullopt);
}

TEST(IsOwnPath, KnowsPathsThatLeaveThisHost) {
    EXPECT_TRUE(is_own_path("/"));
    EXPECT_TRUE(is_own_path("/jobs?state=failed"));
    for (const auto* path :
         {"", "jobs", "//evil.test", "/\\evil.test", "https://evil.test", "/a\r\nX: y", "/\tx"}) {
        EXPECT_FALSE(is_own_path(path)) << path;
    }
}

}  // namespace
}  // namespace hostelry::http
