#include "core/platform/http/response_head.h"

#include "core/base/text.h"
#include "core/platform/http/head_parser.h"

#include <algorithm>

namespace hostelry::http {
namespace {

constexpr std::size_t kStatusLineMin = 12;  // "HTTP/1.1 200"

tl::unexpected<Error> broken(const char* why) {
    return fail(
        ErrorCode::ProviderUnavailable, "The site gave an answer that cannot be passed on.", why
    );
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

Result<int> parse_status_line(std::string_view line) {
    const bool fits = line.size() >= kStatusLineMin &&
                      (line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ")) &&
                      line[9] >= '1' && line[9] <= '5' && is_digit(line[10]) &&
                      is_digit(line[11]) && (line.size() == kStatusLineMin || line[12] == ' ');
    if (!fits) {
        return broken("the status line is malformed");
    }
    return (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
}

Result<std::uint64_t> parse_length(std::string_view value) {
    // 18 digits cannot overflow.
    if (value.empty() || value.size() > 18 || !std::all_of(value.begin(), value.end(), is_digit)) {
        return broken("Content-Length is not a number of bytes");
    }
    std::uint64_t length = 0;
    for (const char c : value) {
        length = length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return length;
}

Result<void> add_field(ResponseHead& head, std::string_view line) {
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    if (colon == std::string_view::npos || !is_token(name)) {
        return broken("a header line has no proper name");
    }
    const auto value = trim(line.substr(colon + 1));
    if (!is_field_value(value)) {
        return broken("a header value holds a control character");
    }
    if (head.fields.size() == kMaxAnswerFields) {
        return broken("the answer has too many header fields");
    }
    head.fields.emplace_back(lower_ascii(name), std::string(value));
    return {};
}

/// Content-Length and Transfer-Encoding decide where the answer ends: each at most once, never
/// both.
Result<void> find_body(ResponseHead& head, Method asked) {
    bool chunked = false;
    for (const auto& [name, value] : head.fields) {
        if (name == "content-length") {
            if (head.length) {
                return broken("Content-Length came twice");
            }
            head.length = TRY(parse_length(value));
        } else if (name == "transfer-encoding") {
            if (chunked || lower_ascii(value) != "chunked") {
                return broken("the transfer coding is not chunked");
            }
            chunked = true;
        }
    }
    if (chunked && head.length) {
        return broken("Content-Length and Transfer-Encoding exclude each other");
    }
    if (asked == Method::Head || head.status < 200 || head.status == 204 || head.status == 304) {
        head.body = AnswerBody::None;
    } else if (chunked) {
        head.body = AnswerBody::Chunked;
    } else {
        head.body = head.length ? AnswerBody::Length : AnswerBody::UntilClose;
    }
    return {};
}

}  // namespace

std::optional<std::string_view> ResponseHead::find(std::string_view lower_name) const {
    for (const auto& [name, value] : fields) {
        if (name == lower_name) {
            return value;
        }
    }
    return std::nullopt;
}

Result<std::optional<ResponseHead>> parse_response_head(std::string_view bytes, Method asked) {
    const auto end = bytes.substr(0, kMaxAnswerHeadBytes).find("\r\n\r\n");
    if (end == std::string_view::npos) {
        if (bytes.size() >= kMaxAnswerHeadBytes) {
            return broken("the head of the answer is too large");
        }
        return std::optional<ResponseHead>{};
    }
    auto rest = bytes.substr(0, end + 2);
    const auto next_line = [&rest] {
        const auto newline = rest.find("\r\n");
        const auto line = rest.substr(0, newline);
        rest.remove_prefix(newline + 2);
        return line;
    };
    ResponseHead head;
    head.size = end + 4;
    head.status = TRY(parse_status_line(next_line()));
    while (!rest.empty()) {
        TRY(add_field(head, next_line()));
    }
    TRY(find_body(head, asked));
    return std::optional{std::move(head)};
}

}  // namespace hostelry::http
