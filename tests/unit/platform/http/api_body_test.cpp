#include "core/platform/http/api.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace hostelry::http {
namespace {

/// What a body is refused with; empty when it is taken.
std::string refusal(const std::string& body, const std::string& type = "application/json") {
    Request request;
    request.method = Method::Post;
    request.headers.add("content-type", type);
    request.set_body(body);
    const auto taken = json_body(request);
    if (taken) {
        return "";
    }
    EXPECT_EQ(taken.error().code, ErrorCode::Invalid);
    return taken.error().message;
}

std::string nested(std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

TEST(ABodyOfTheApi, IsOneObject) {
    EXPECT_EQ(refusal("{}"), "");
    EXPECT_EQ(refusal(R"( {"name": "\u00fc", "list": [{"a": 1}, {"a": 2}]} )"), "");
    for (const char* other : {"[]", "7", "\"{}\"", "null", ""}) {
        EXPECT_EQ(refusal(other), "Send a JSON object with Content-Type application/json.")
            << other;
    }
    EXPECT_NE(refusal("{}", "text/plain"), "");
    EXPECT_NE(refusal("{}", "application/x-www-form-urlencoded"), "");
}

TEST(ABodyOfTheApi, IsWholeAndValid) {
    for (const char* broken :
         {"{\"a\": ", "{'a': 1}", "{\"a\": 1,}", "{} {}", "{\"a\": \"\xff\"}"}) {
        EXPECT_EQ(refusal(broken), "This is not valid JSON.") << broken;
    }
}

TEST(ABodyOfTheApi, NamesNoMemberTwiceAtAnyDepth) {
    const std::string sentence = "The JSON names a member twice.";
    EXPECT_EQ(refusal(R"({"role": "client", "role": "superadmin"})"), sentence);
    EXPECT_EQ(refusal(R"({"role": "client", "r\u006fle": "superadmin"})"), sentence);
    EXPECT_EQ(refusal(R"({"options": {"title": "a", "title": "b"}})"), sentence);
}

TEST(ABodyOfTheApi, IsNotNestedDeeply) {
    EXPECT_EQ(refusal(nested(24)), "");
    EXPECT_EQ(refusal(nested(25)), "The JSON is nested too deeply.");
    EXPECT_EQ(refusal(nested(400'000)), "The JSON is nested too deeply.");
}

}  // namespace
}  // namespace hostelry::http
