#include "core/platform/log/log.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hostelry::log {
namespace {

constexpr std::string_view kTime = "2026-11-21T10:04:05.123Z";

TEST(Log, WritesOneJsonObjectWhateverTheTextHolds) {
    const auto line = format_line(
        Format::Json,
        Level::Warn,
        kTime,
        "http",
        "line\nbreak \"quoted\"",
        {{"path", "/a\x01\xFF"}, {"status", 404}}
    );
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto parsed = nlohmann::json::parse(line);
    EXPECT_EQ(parsed["message"], "line\nbreak \"quoted\"");
    EXPECT_EQ(parsed["status"], 404);
    EXPECT_EQ(parsed["level"], "warn");
}

TEST(Log, CutsALongTextBetweenTwoLetters) {
    const std::string letters(5000, 'a');
    for (const auto& text : {letters, "\xc3\xbc" + letters, letters.substr(0, 4095) + "\xc3\xbc"}) {
        const auto line = format_line(Format::Json, Level::Info, kTime, "http", text, {});
        const auto message = nlohmann::json::parse(line).at("message").get<std::string>();
        EXPECT_EQ(text.rfind(message, 0), 0U);
        EXPECT_GE(message.size(), 4095U);
        EXPECT_LE(message.size(), 4096U);
    }
}

TEST(Log, RedactsFieldsWhoseNamesSpeakOfSecrets) {
    const auto line = format_line(
        Format::Json,
        Level::Info,
        kTime,
        "auth",
        "signed in",
        {{"Password", "hunter2"}, {"setup_token", "t0k3n"}, {"user", "ada"}}
    );
    EXPECT_EQ(line.find("hunter2"), std::string::npos);
    EXPECT_EQ(line.find("t0k3n"), std::string::npos);
    EXPECT_NE(line.find("ada"), std::string::npos);
}

TEST(Log, KeepsAForgedLineOnTheSameLineForPeople) {
    const auto line =
        format_line(Format::Human, Level::Info, kTime, "auth", "a\n10:04:05 info forged", {});
    EXPECT_EQ(line.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace hostelry::log
