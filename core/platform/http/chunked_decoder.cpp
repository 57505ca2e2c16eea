#include "core/platform/http/chunked_decoder.h"

#include <algorithm>

namespace hostelry::http {
namespace {

constexpr unsigned kMaxSizeDigits = 8;

int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

ChunkedDecoder::Expect ChunkedDecoder::take_size_byte(char byte) {
    if (byte == '\r' && digits_ > 0) {
        return Expect::SizeLf;
    }
    const int value = hex_value(byte);
    if (value < 0 || digits_ == kMaxSizeDigits) {
        return Expect::Refused;
    }
    ++digits_;
    left_ = left_ * 16 + static_cast<std::uint64_t>(value);
    return Expect::Size;
}

ChunkedDecoder::Expect ChunkedDecoder::step(char byte) {
    switch (expect_) {
        case Expect::Size:
            return take_size_byte(byte);
        case Expect::SizeLf:
            digits_ = 0;
            if (byte != '\n') {
                return Expect::Refused;
            }
            return left_ == 0 ? Expect::EndCr : Expect::Data;
        case Expect::DataCr:
            return byte == '\r' ? Expect::DataLf : Expect::Refused;
        case Expect::DataLf:
            return byte == '\n' ? Expect::Size : Expect::Refused;
        case Expect::EndCr:
            return byte == '\r' ? Expect::EndLf : Expect::Refused;
        case Expect::EndLf:
            return byte == '\n' ? Expect::Done : Expect::Refused;
        default:
            return Expect::Refused;
    }
}

ChunkedDecoder::State ChunkedDecoder::feed(
    std::string_view& input, std::string& out, std::size_t room
) {
    while (expect_ != Expect::Done && expect_ != Expect::Refused && !input.empty()) {
        if (expect_ != Expect::Data) {
            expect_ = step(input.front());
            input.remove_prefix(1);
            continue;
        }
        const auto take = std::min({left_, std::uint64_t{input.size()}, std::uint64_t{room}});
        if (take == 0) {
            return State::More;
        }
        out.append(input.substr(0, take));
        input.remove_prefix(take);
        left_ -= take;
        room -= take;
        decoded_ += take;
        if (left_ == 0) {
            expect_ = Expect::DataCr;
        }
    }
    if (expect_ == Expect::Done) {
        return State::Done;
    }
    return expect_ == Expect::Refused ? State::Refused : State::More;
}

}  // namespace hostelry::http
