#include "core/platform/http/head_parser.h"

#include <gtest/gtest.h>

#include <string>

namespace hostelry::http {
namespace {

HeadOutcome parse(std::string_view bytes, RequestHead& head) {
    HeadScan scan;
    return parse_head(bytes, scan, head);
}

int status_of(std::string_view bytes) {
    RequestHead head;
    const auto outcome = parse(bytes, head);
    switch (outcome.state) {
        case HeadState::Complete:
            return 200;
        case HeadState::Incomplete:
            return 0;
        default:
            return outcome.status;
    }
}

std::string with_field(const std::string& line) {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n";
}

std::string post_with(const std::string& lines) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n";
}

TEST(HeadParser, ReadsMethodPathQueryAndFields) {
    RequestHead head;
    const std::string bytes =
        "POST /sites/new?a=b&c HTTP/1.1\r\nHost: panel.test:8080\r\nX-Empty:\r\nX-Blank: \t v w "
        "\t\r\n"
        "Content-Length: 12\r\nconnection: keep-alive, Close\r\nExpect: 100-Continue\r\n\r\nbody";
    ASSERT_EQ(parse(bytes, head).state, HeadState::Complete);
    EXPECT_EQ(head.method, Method::Post);
    EXPECT_EQ(head.path, "/sites/new");
    EXPECT_EQ(head.query, "a=b&c");
    EXPECT_EQ(head.field_count, 6U);
    EXPECT_EQ(head.find("host"), "panel.test:8080");
    EXPECT_EQ(head.find("x-empty"), "");
    EXPECT_EQ(head.find("x-blank"), "v w");
    EXPECT_EQ(head.find("missing"), std::nullopt);
    EXPECT_EQ(head.content_length, 12U);
    EXPECT_TRUE(head.wants_close);
    EXPECT_TRUE(head.expects_continue);
    EXPECT_EQ(bytes.substr(head.size), "body");
}

TEST(HeadParser, ForgetsTheHeadBefore) {
    RequestHead head;
    ASSERT_EQ(
        parse(post_with("Content-Length: 5\r\nConnection: close"), head).state, HeadState::Complete
    );
    ASSERT_EQ(parse(with_field("X: y"), head).state, HeadState::Complete);
    EXPECT_EQ(head.content_length, 0U);
    EXPECT_FALSE(head.wants_close);
    EXPECT_FALSE(head.has_body());
    EXPECT_EQ(head.field_count, 2U);
}

TEST(HeadParser, RefusesWhatAnybodyCouldReadDifferently) {
    const std::pair<std::string, int> cases[] = {
        {"GET / HTTP/1.1\nHost: a\n\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
        {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"get / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
        {"GET / HTTP/1.1 junk\r\nHost: a\r\n\r\n", 400},
        {"GET /\r\nHost: a\r\n\r\n", 400},
        {"GET\r\nHost: a\r\n\r\n", 400},
        {"GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET / http/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {"GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505},
        {"GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"GETT / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
        {"OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
        {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        {with_field("no colon"), 400},
        {with_field(": no name"), 400},
        {with_field("X : y"), 400},
        {with_field("X\t: y"), 400},
        {with_field(" folded: y"), 400},
        {with_field("X: y\r\n folded"), 400},
        {with_field("X: y\r\n\tfolded"), 400},
        {with_field(std::string("X: a\0b", 6)), 400},
        {with_field(std::string("X\0: b", 5)), 400},
        {with_field("X: a\rb"), 400},
        {with_field("X: a\x7f"), 400},
        {with_field("X: a\x01"), 400},
        {with_field("X(: a"), 400},
        {with_field("X\xc3\xa9: a"), 400},
        {with_field("Cookie: a=b\r\nCookie: c=d"), 400},
        {with_field("Authorization: a\r\nAuthorization: b"), 400},
        {with_field("Origin: a\r\nOrigin: b"), 400},
        {with_field("X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2"), 400},
        {with_field("Content-Length: 3"), 400},
        {with_field("Transfer-Encoding: chunked"), 400},
        {post_with("X: y"), 411},
        {post_with("Content-Length: 3\r\nContent-Length: 3"), 400},
        {post_with("Content-Length: 3\r\nContent-Length: 4"), 400},
        {post_with("Content-Length: 3, 3"), 400},
        {post_with("Content-Length: +3"), 400},
        {post_with("Content-Length: -1"), 400},
        {post_with("Content-Length: 0x3"), 400},
        {post_with("Content-Length: 3 "), 200},
        {post_with("Content-Length: 3 4"), 400},
        {post_with("Content-Length:"), 400},
        {post_with("Content-Length: 5x"), 400},
        {post_with("Content-Length: 9999999999999999999999"), 400},
        {post_with("Content-Length : 5"), 400},
        {post_with("Content-Length: 3\r\nTransfer-Encoding: chunked"), 400},
        {post_with("Transfer-Encoding: chunked\r\nContent-Length: 3"), 400},
        {post_with("Transfer-Encoding: gzip, chunked"), 501},
        {post_with("Transfer-Encoding: chunked, gzip"), 501},
        {post_with("Transfer-Encoding: identity"), 501},
        {post_with("Transfer-Encoding: xchunked"), 501},
        {post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400},
        {post_with("Transfer-Encoding: CHUNKED"), 200},
        {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {post_with("Content-Length: 3\r\nExpect: something"), 417},
        {with_field("X: \xc3\xa9"), 200},
        {with_field("X: =?utf-8?q?a=0D=0AX?="), 200},
        {"DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", 200},
        {"GET / HTTP/1.0\r\n\r\n", 200},
    };
    for (const auto& [bytes, status] : cases) {
        EXPECT_EQ(status_of(bytes), status) << bytes;
    }
}

TEST(HeadParser, KeepsEncodedWordsAsTheyAre) {
    RequestHead head;
    const auto bytes = with_field("X: =?utf-8?q?a=0D=0AX?=");
    ASSERT_EQ(parse(bytes, head).state, HeadState::Complete);
    EXPECT_EQ(head.find("x"), "=?utf-8?q?a=0D=0AX?=");
}

TEST(HeadParser, LimitsLinesFieldsAndTheWholeHead) {
    EXPECT_EQ(
        status_of("GET /" + std::string(8 * 1024, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414
    );
    EXPECT_EQ(status_of("GET /" + std::string(9 * 1024, 'a')), 414)
        << "without waiting for the end";
    EXPECT_EQ(
        status_of("GET /" + std::string(8 * 1024 - 20, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 200
    );
    EXPECT_EQ(status_of(with_field("X: " + std::string(8 * 1024, 'a'))), 431);
    EXPECT_EQ(status_of(with_field("X: " + std::string(8 * 1024 - 3, 'a'))), 200);
    std::string fields;
    for (int i = 0; i < 99; ++i) {
        fields += (i == 0 ? "X" : "\r\nX") + std::to_string(i) + ": y";
    }
    EXPECT_EQ(status_of(with_field(fields)), 200);
    EXPECT_EQ(status_of(with_field(fields + "\r\nY: z")), 431);
    std::string large;
    for (int i = 0; i < 5; ++i) {
        large += (i == 0 ? "X" : "\r\nX") + std::to_string(i) + ": " + std::string(7000, 'a');
    }
    EXPECT_EQ(status_of(with_field(large)), 431);
}

TEST(HeadParser, JudgesTheSameHoweverTheBytesAreSplit) {
    const std::string cases[] = {
        post_with("Content-Length: 3\r\nCookie: a=b; c=d\r\nX: y"),
        "GET /a%20b?c=d HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\nGET /next",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nX : y\r\n\r\n",
        "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
        std::string("\x16\x03\x01", 3),
        "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n",
        with_field("X: " + std::string(9000, 'a')),
    };
    for (const auto& bytes : cases) {
        const int whole = status_of(bytes);
        // Byte by byte.
        RequestHead head;
        HeadScan scan;
        HeadOutcome outcome;
        std::size_t given = 0;
        while (outcome.state == HeadState::Incomplete && given < bytes.size()) {
            outcome = parse_head(std::string_view(bytes).substr(0, ++given), scan, head);
        }
        const int split = outcome.state == HeadState::Complete ? 200 : outcome.status;
        EXPECT_EQ(split, whole) << bytes.substr(0, 60);
        // In two, at every place.
        for (std::size_t at = 0; at <= std::min<std::size_t>(bytes.size(), 400); ++at) {
            HeadScan two_scan;
            auto two = parse_head(std::string_view(bytes).substr(0, at), two_scan, head);
            if (two.state == HeadState::Incomplete) {
                two = parse_head(bytes, two_scan, head);
            }
            EXPECT_EQ(two.state == HeadState::Complete ? 200 : two.status, whole)
                << bytes.substr(0, 60) << " at " << at;
        }
    }
}

}  // namespace
}  // namespace hostelry::http
