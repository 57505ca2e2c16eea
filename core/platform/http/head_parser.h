#pragma once
// Strict HTTP/1.1 request head parser. Any doubt is a refusal and the connection is closed: two
// parties that read the same bytes differently is how requests are smuggled. Pure: no I/O, no
// allocation, no copies.

#include "core/base/bytes.h"
#include "core/platform/http/message.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hostelry::http {

inline constexpr std::size_t kMaxLineBytes = 8_KiB;
inline constexpr std::size_t kMaxHeadBytes = 32_KiB;
inline constexpr std::size_t kMaxFields = 100;

struct FieldView {
    std::string_view name;  ///< As sent; compare without case.
    std::string_view value;
};

/// Views point into the bytes that were parsed and die with them.
struct RequestHead {
    Method method = Method::Get;
    std::string_view path;   ///< Raw, begins with a slash.
    std::string_view query;  ///< Raw, without the question mark.
    bool is_http_1_0 = false;
    bool wants_close =
        false;  ///< "Connection: close", or HTTP/1.0, whose connections we never keep.
    bool expects_continue = false;
    bool chunked = false;
    std::uint64_t content_length = 0;
    std::size_t size = 0;  ///< Bytes of the head, the empty line included.
    std::size_t field_count = 0;
    std::array<FieldView, kMaxFields> fields;

    bool has_body() const { return chunked || content_length > 0; }
    std::optional<std::string_view> find(std::string_view lower_name) const;
};

enum class HeadState : std::uint8_t { Incomplete, Complete, Refused };

struct HeadOutcome {
    HeadState state = HeadState::Incomplete;
    int status = 0;           ///< With Refused: 400, 405, 411, 414, 417, 431, 501 or 505.
    const char* reason = "";  ///< With Refused: a sentence for the person.
};

/// Looks at `bytes`, everything received so far that belongs to no earlier request. `scanned`
/// starts at zero and is kept by the caller between calls on the same, growing bytes. The verdict
/// does not depend on how the bytes were split.
struct HeadScan {
    std::size_t line_begin = 0;
    std::size_t lines = 0;
};
HeadOutcome parse_head(std::string_view bytes, HeadScan& scan, RequestHead& head);

bool equals_ignoring_case(std::string_view text, std::string_view lower);
/// A field name, or another token of RFC 9110; not empty.
bool is_token(std::string_view text);
/// No control byte but tab.
bool is_field_value(std::string_view text);

}  // namespace hostelry::http
