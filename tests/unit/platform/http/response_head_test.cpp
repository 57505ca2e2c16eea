#include "core/platform/http/response_head.h"

#include <gtest/gtest.h>

namespace hostelry::http {
namespace {

ResponseHead parsed(std::string_view bytes, Method asked = Method::Get) {
    auto head = parse_response_head(bytes, asked);
    EXPECT_TRUE(head && *head) << (head ? "incomplete" : head.error().cause);
    return head && *head ? **head : ResponseHead{};
}

TEST(ResponseHead, IsReadWithItsFieldsInLowerCaseAndInOrder) {
    const auto head = parsed(
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 5\r\nSet-Cookie: b=2\r\n\r\nhello"
    );
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, AnswerBody::Length);
    EXPECT_EQ(head.length, 5U);
    const HeaderFields fields{
        {"set-cookie", "a=1"}, {"content-length", "5"}, {"set-cookie", "b=2"}};
    EXPECT_EQ(head.fields, fields);
}

TEST(ResponseHead, NeedsItsEmptyLineHoweverItIsSplit) {
    const std::string_view whole = "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto head = parse_response_head(whole.substr(0, size), Method::Get);
        ASSERT_TRUE(head);
        EXPECT_FALSE(*head) << size;
    }
    EXPECT_EQ(parsed(whole).size, whole.size());
}

TEST(ResponseHead, SaysWhereTheBodyEnds) {
    EXPECT_EQ(
        parsed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").body, AnswerBody::Chunked
    );
    EXPECT_EQ(parsed("HTTP/1.0 200 OK\r\n\r\n").body, AnswerBody::UntilClose);
    EXPECT_EQ(
        parsed("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n").body, AnswerBody::None
    );
    const auto head = parsed("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", Method::Head);
    EXPECT_EQ(head.body, AnswerBody::None);
    EXPECT_EQ(head.length, 9U);
}

TEST(ResponseHead, IsRefusedWhenItCanBeReadInTwoWays) {
    for (const auto* bytes :
         {"HTTP/2 200 OK\r\n\r\n",
          "HTTP/1.1 20 OK\r\n\r\n",
          "HTTP/1.1 999 OK\r\n\r\n",
          "HTTP/1.1 2000\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
          "HTTP/1.1 200 OK\r\n folded\r\n\r\n",
          "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
          "HTTP/1.1 200 OK\r\nA: b\nSet-Cookie: c=d\r\n\r\n",
          "<html>\r\n\r\n"}) {
        const auto head = parse_response_head(bytes, Method::Get);
        ASSERT_FALSE(head) << bytes;
        EXPECT_EQ(head.error().code, ErrorCode::ProviderUnavailable);
    }
}

TEST(ResponseHead, MayBeSixtyFourKibibytesAndNoMore) {
    const auto head_of = [](std::size_t bytes) {
        return "HTTP/1.1 200 OK\r\nA: " + std::string(bytes, 'x') + "\r\n\r\n";
    };
    EXPECT_TRUE(parse_response_head(head_of(60'000), Method::Get));
    EXPECT_FALSE(parse_response_head(head_of(kMaxAnswerHeadBytes), Method::Get));
    std::string many = "HTTP/1.1 200 OK\r\n";
    for (std::size_t i = 0; i <= kMaxAnswerFields; ++i) {
        many += "A: b\r\n";
    }
    EXPECT_FALSE(parse_response_head(many + "\r\n", Method::Get));
}

}  // namespace
}  // namespace hostelry::http
