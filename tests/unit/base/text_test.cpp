#include "core/base/text.h"

#include <gtest/gtest.h>

namespace hostelry {
namespace {

TEST(Text, SplitKeepsEmptyParts) {
    EXPECT_EQ(split("a,,b", ','), (std::vector<std::string>{"a", "", "b"}));
    EXPECT_EQ(split("", ','), (std::vector<std::string>{""}));
}

TEST(Text, Utf8RefusesOverlongFormsSurrogatesAndCutSequences) {
    EXPECT_TRUE(is_valid_utf8("gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80"));
    for (const char* bad :
         {"\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3", "\xFF", "\x80"}) {
        EXPECT_FALSE(is_valid_utf8(bad)) << to_hex(as_bytes(bad));
    }
}

TEST(Text, Base64RoundTripsTheVectorsOfRfc4648) {
    const std::pair<std::string, std::string> vectors[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : vectors) {
        EXPECT_EQ(to_base64(as_bytes(plain)), coded);
        EXPECT_EQ(to_string(*from_base64(coded)), plain);
    }
    EXPECT_FALSE(from_base64("Zg="));
    EXPECT_FALSE(from_base64("Zh=="));
    EXPECT_FALSE(from_base64url("Zg=="));
}

TEST(Text, PercentDecodingRefusesACutEscape) {
    EXPECT_EQ(percent_decode("a%2Fb"), "a/b");
    EXPECT_FALSE(percent_decode("a%2"));
    EXPECT_FALSE(percent_decode("%zz"));
    EXPECT_EQ(percent_encode("a b/\xC3\xBC"), "a%20b%2F%C3%BC");
}

TEST(Text, ControlBytesAreSeen) {
    EXPECT_TRUE(has_control_bytes("a\nb"));
    EXPECT_TRUE(has_control_bytes("\x7F"));
    EXPECT_FALSE(has_control_bytes("gr\xC3\xBC\xC3\x9F"));
}

TEST(Text, HexRefusesOddAndForeignDigits) {
    EXPECT_EQ(to_hex(as_bytes("\x01\xAB")), "01ab");
    EXPECT_EQ(to_string(*from_hex("01AB")), "\x01\xAB");
    EXPECT_FALSE(from_hex("0"));
    EXPECT_FALSE(from_hex("0g"));
}

}  // namespace
}  // namespace hostelry
