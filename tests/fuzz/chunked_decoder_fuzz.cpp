// Goal: decoding never crashes, ends at the same byte with the same body however the bytes are
// split, and takes no more room than it is given.
#include "core/platform/http/chunked_decoder.h"

#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using hostelry::http::ChunkedDecoder;

struct Outcome {
    ChunkedDecoder::State state = ChunkedDecoder::State::More;
    std::string body;
    std::size_t used = 0;
};

Outcome decode(std::string_view bytes, std::size_t step, std::size_t room) {
    ChunkedDecoder decoder;
    Outcome outcome;
    std::string_view left;
    std::size_t given = 0;
    while (outcome.state == ChunkedDecoder::State::More && (given < bytes.size() || !left.empty())
    ) {
        if (left.empty()) {
            left = bytes.substr(given, step);
            given += left.size();
        }
        const auto before = outcome.body.size();
        outcome.state = decoder.feed(left, outcome.body, room);
        if (outcome.body.size() - before > room) {
            std::abort();
        }
    }
    outcome.used = given - left.size();
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
    const auto whole = decode(bytes, bytes.size() + 1, bytes.size() + 1);
    const auto split = decode(bytes, data[0] % 16 + 1U, data[1] % 16 + 1U);
    if (whole.state != split.state || whole.body != split.body) {
        std::abort();
    }
    if (whole.state == ChunkedDecoder::State::Done && whole.used != split.used) {
        std::abort();
    }
    return 0;
}
