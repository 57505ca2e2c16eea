#include "core/platform/db/param.h"

#include "core/base/time.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace hostelry::db {
namespace {

using namespace std::chrono_literals;

std::string text(const Param& param) {
    return param.c_str() == nullptr ? "NULL" : param.c_str();
}

TEST(Param, WritesPostgresText) {
    EXPECT_EQ(text("O'Reilly"), "O'Reilly");
    EXPECT_EQ(text(true), "t");
    EXPECT_EQ(text(std::int64_t{-5}), "-5");
    EXPECT_EQ(text(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
    EXPECT_EQ(text(0.1), "0.1");
    EXPECT_EQ(text(nullptr), "NULL");
    EXPECT_EQ(text(std::optional<int>{}), "NULL");
    EXPECT_EQ(text(std::optional<std::string>{"x"}), "x");
    EXPECT_EQ(text(1500ms), "1500 milliseconds");
    EXPECT_EQ(text(std::vector<std::byte>{std::byte{0xab}, std::byte{1}}), "\\xab01");
    EXPECT_EQ(text(nlohmann::json{{"a", 1}}), R"({"a":1})");
}

TEST(Param, WritesTimesWithMicroseconds) {
    EXPECT_EQ(text(*parse_rfc3339("2026-02-03T04:05:06.000007Z")), "2026-02-03 04:05:06.000007+00");
    EXPECT_EQ(text(*parse_rfc3339("1969-12-31T23:59:59.5Z")), "1969-12-31 23:59:59.500000+00");
}

TEST(Param, QuotesMembersOfLists) {
    EXPECT_EQ(text(std::vector<std::string>{}), "{}");
    EXPECT_EQ(
        text(std::vector<std::string>{"a,b", R"(q"\)", "NULL", ""}), R"({"a,b","q\"\\","NULL",""})"
    );
    EXPECT_EQ(text(std::vector<std::int64_t>{1, 2}), R"({"1","2"})");
}

TEST(Param, RefusesNul) {
    EXPECT_THROW(Param(std::string_view("a\0b", 3)), std::invalid_argument);
    EXPECT_THROW(Param(std::vector<std::string>{std::string("a\0b", 3)}), std::invalid_argument);
}

TEST(JsonText, ReplacesWhatADatabaseCannotHold) {
    EXPECT_EQ(JsonText(nlohmann::json("a\xff")).text(), "\"a\xef\xbf\xbd\"");
    EXPECT_EQ(
        JsonText(nlohmann::json(std::string("a\0b", 3))).parse(),
        "a\xef\xbf\xbd"
        "b"
    );
    EXPECT_EQ(JsonText(nlohmann::json("\\u0000")).parse(), "\\u0000")
        << "an escaped backslash stays";
}

TEST(JsonText, ReadsNullFromWhatIsNotJsonOrTooDeep) {
    EXPECT_TRUE(JsonText::of_text("{").parse().is_null());
    EXPECT_TRUE(JsonText::of_text(std::string(200000, '[')).parse().is_null());
    EXPECT_EQ(JsonText().text(), "{}");
}

}  // namespace
}  // namespace hostelry::db
