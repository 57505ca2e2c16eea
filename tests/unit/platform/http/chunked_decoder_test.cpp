#include "core/platform/http/chunked_decoder.h"

#include <gtest/gtest.h>

namespace hostelry::http {
namespace {

using State = ChunkedDecoder::State;

struct Decoded {
    State state;
    std::string body;
    std::string rest;
};

Decoded decode(const std::string& bytes, std::size_t piece, std::size_t room = 1'000'000) {
    ChunkedDecoder decoder;
    Decoded decoded{State::More, {}, {}};
    std::size_t at = 0;
    std::string_view left;
    while (decoded.state == State::More && (at < bytes.size() || !left.empty())) {
        if (left.empty()) {
            left = std::string_view(bytes).substr(at, piece);
            at += left.size();
        }
        decoded.state = decoder.feed(left, decoded.body, room);
    }
    decoded.rest = std::string(left) + bytes.substr(at);
    return decoded;
}

TEST(ChunkedDecoder, DecodesHoweverTheBytesAreSplit) {
    const std::string bytes =
        "3\r\nabc\r\n00000a\r\n0123456789\r\nF\r\nfifteen letters\r\n0\r\n\r\nGET /next";
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        for (const std::size_t room : {1U, 2U, 7U, 1000U}) {
            const auto decoded = decode(bytes, piece, room);
            ASSERT_EQ(decoded.state, State::Done) << piece << ' ' << room;
            EXPECT_EQ(decoded.body, "abc0123456789fifteen letters");
            EXPECT_EQ(decoded.rest, "GET /next");
        }
    }
}

TEST(ChunkedDecoder, RefusesEverythingElse) {
    for (const std::string bytes :
         {"\r\n",
          "x\r\n",
          "-1\r\n",
          "+1\r\n",
          " 1\r\n",
          "1 \r\n",
          "0x1\r\n",
          "1;a=b\r\n",
          "1\n",
          "1\r\r\n",
          "123456789\r\n",
          "1\r\nab\r\n",
          "1\r\na\n",
          "1\r\na\r\r",
          "0\r\nTrailer: x\r\n\r\n",
          "0\r\n\n",
          "0\r\nx",
          "3\r\nabc0\r\n\r\n"}) {
        for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
            EXPECT_EQ(decode(bytes, piece).state, State::Refused) << bytes << " by " << piece;
        }
    }
}

TEST(ChunkedDecoder, DoesNotTakeAnEarlyEndForTheEnd) {
    const std::string bytes = "3\r\nabc\r\n0\r\n\r\n";
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_EQ(decode(bytes.substr(0, size), 5).state, State::More) << size;
    }
}

}  // namespace
}  // namespace hostelry::http
