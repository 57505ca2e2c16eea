#include "core/agent/protocol/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace hostelry::agent {
namespace {

std::string frame_of(const std::string& body) {
    std::string frame;
    for (const int shift : {24, 16, 8, 0}) {
        frame.push_back(static_cast<char>(static_cast<unsigned char>(body.size() >> shift)));
    }
    return frame + body;
}

Result<std::optional<Message>> read(const std::string& bytes) {
    FrameReader reader;
    reader.feed(bytes);
    return reader.next();
}

std::vector<Message> one_of_each() {
    Sample sample;
    sample.cpu_percent = 12.5;
    sample.disks = {{"/", 100, 40}};
    sample.services = {{"nginx", "active"}};
    Hello hello;
    hello.server_id = "server-1";
    hello.agent_version = "1.0";
    hello.facts = R"({"cpu":{"count":2}})";
    Enrol enrol;
    enrol.server_id = "server-1";
    enrol.token = "token";
    enrol.csr_pem = "-----BEGIN CERTIFICATE REQUEST-----\nx\n";
    return {
        hello,
        Welcome{},
        PlanOrder{R"({"plan":"p","actions":[]})", 60},
        Progress{"p", "a1", "running", "Zeile mit Ä"},
        PlanResult{"p", R"({"ok":true})"},
        Heartbeat{sample},
        Ping{7},
        Pong{7},
        enrol,
        Enrolled{"certificate", "ca"},
        Renew{"request"},
        Renewed{"certificate", "ca"},
        Bye{"stopping", "Good night."}};
}

TEST(Frames, CarryEveryMessageUnchanged) {
    FrameWriter writer;
    FrameReader reader;
    FrameWriter again;
    for (const auto& message : one_of_each()) {
        const auto frame = writer.write(message);
        ASSERT_TRUE(frame) << message_type(message);
        reader.feed(*frame);
        const auto read_back = reader.next();
        ASSERT_TRUE(read_back) << message_type(message) << ": " << read_back.error().cause;
        ASSERT_TRUE(*read_back);
        EXPECT_EQ(*again.write(**read_back), *frame);
    }
    EXPECT_EQ(one_of_each().size(), std::variant_size_v<Message>);
}

TEST(Frames, ComeTogetherFromSingleBytes) {
    FrameWriter writer;
    auto bytes = *writer.write(Ping{1});
    bytes += *writer.write(Ping{2});
    FrameReader reader;
    int messages = 0;
    for (const char byte : bytes) {
        reader.feed(std::string_view(&byte, 1));
        const auto message = reader.next();
        ASSERT_TRUE(message);
        messages += message->has_value() ? 1 : 0;
    }
    EXPECT_EQ(messages, 2);
    EXPECT_EQ(reader.pending_bytes(), 0U);
}

TEST(Frames, RefuseALengthThatIsZeroOrTooLarge) {
    EXPECT_FALSE(read(std::string(4, '\0')));
    EXPECT_FALSE(read(std::string("\x00\x40\x00\x01", 4)));
    EXPECT_FALSE(read("\xff\xff\xff\xff"));
    EXPECT_TRUE(read(std::string("\x00\x40\x00\x00", 4)));  // exactly the limit, still incomplete
}

TEST(Frames, RefuseWhatIsNotTheProtocol) {
    for (const char* body : {
             "[]",
             "null",
             "not json",
             "{}",
             R"({"type":"ping","number":1})",
             R"({"seq":1,"number":1})",
             R"({"type":"ping","seq":2,"number":1})",
             R"({"type":"ping","seq":"1","number":1})",
             R"({"type":"ping","seq":1,"number":1,"more":true})",
             R"({"type":"ping","seq":1,"number":"1"})",
             R"({"type":"shutdown","seq":1})",
             R"({"type":7,"seq":1})",
             R"({"type":"ping","seq":1,"number":1,"number":2})",
             R"({"type":"plan","seq":1,"timeout_seconds":60})",
             R"({"type":"plan","seq":1,"timeout_seconds":60,"plan":"{}"})",
             R"({"type":"plan","seq":1,"timeout_seconds":0,"plan":{}})",
             R"({"type":"bye","seq":1,"code":"","message":""})",
             "{\"type\":\"ping\",\"seq\":1,\"number\":1}\xff",
         }) {
        EXPECT_FALSE(read(frame_of(body))) << body;
    }
}

TEST(Frames, RefuseDeepNestingBeforeParsingIt) {
    const std::string deep(100'000, '[');
    EXPECT_FALSE(read(frame_of(R"({"type":"plan","seq":1,"timeout_seconds":1,"plan":{"a":)" + deep))
    );
}

TEST(Frames, StayBrokenAfterAnError) {
    FrameReader reader;
    reader.feed(frame_of("[]"));
    EXPECT_FALSE(reader.next());
    FrameWriter writer;
    reader.feed(*writer.write(Ping{1}));
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(reader.pending_bytes(), 0U);
}

TEST(Frames, AreNumberedAndRefuseAReplay) {
    FrameWriter writer;
    const auto first = *writer.write(Ping{1});
    FrameReader reader;
    reader.feed(first + first);
    EXPECT_TRUE(reader.next());
    EXPECT_FALSE(reader.next());
}

TEST(Frames, DoNotUseUpANumberWhenAMessageIsTooLarge) {
    FrameWriter writer;
    const std::string large(kFrameBytesMax, 'x');
    EXPECT_FALSE(writer.write(PlanResult{"p", nlohmann::json{{"x", large}}.dump()}));
    EXPECT_THAT(*writer.write(Ping{1}), ::testing::HasSubstr("\"seq\":1"));
}

}  // namespace
}  // namespace hostelry::agent
