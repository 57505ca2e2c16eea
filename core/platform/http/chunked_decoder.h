#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hostelry::http {

/// Decodes a chunked body (RFC 9112 section 7.1), strictly: CR LF only, hexadecimal sizes of at
/// most eight digits, no extensions, no trailers. Feed it bytes as they come; the verdict does not
/// depend on how they were split.
class ChunkedDecoder {
public:
    enum class State : std::uint8_t { More, Done, Refused };

    /// Takes from the front of `input` what belongs to the body, appends the decoded bytes to
    /// `out`, at most `room` of them. After More with input left over, the room was used up: call
    /// again.
    State feed(std::string_view& input, std::string& out, std::size_t room);

    std::uint64_t decoded_bytes() const { return decoded_; }

private:
    enum class Expect : std::uint8_t {
        Size,
        SizeLf,
        Data,
        DataCr,
        DataLf,
        EndCr,
        EndLf,
        Done,
        Refused
    };

    Expect take_size_byte(char byte);
    Expect step(char byte);

    Expect expect_ = Expect::Size;
    std::uint64_t left_ = 0;
    unsigned digits_ = 0;
    std::uint64_t decoded_ = 0;
};

}  // namespace hostelry::http
