#include "core/platform/http/head_parser.h"

#include <algorithm>

namespace hostelry::http {
namespace {

constexpr std::uint8_t kToken = 1;
constexpr std::uint8_t kTarget = 2;
constexpr std::uint8_t kValue = 4;

constexpr bool is_token_char(unsigned c) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        return true;
    }
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return c < 128 && kMarks.find(static_cast<char>(c)) != std::string_view::npos;
}

// RFC 9110 tokens; a target is visible ASCII without what a URI may not hold; a value has no
// control byte but tab.
constexpr std::array<std::uint8_t, 256> kClasses = [] {
    std::array<std::uint8_t, 256> classes{};
    constexpr std::string_view kNotInTarget = "\"#<>\\^`{|}";
    for (unsigned c = 0; c < 256; ++c) {
        std::uint8_t bits = 0;
        if (is_token_char(c)) {
            bits |= kToken;
        }
        if (c > 0x20 && c < 0x7f &&
            kNotInTarget.find(static_cast<char>(c)) == std::string_view::npos) {
            bits |= kTarget;
        }
        if (c == '\t' || (c >= 0x20 && c != 0x7f)) {
            bits |= kValue;
        }
        classes[c] = bits;
    }
    return classes;
}();

bool all_of_class(std::string_view text, std::uint8_t wanted) {
    return std::all_of(text.begin(), text.end(), [wanted](char c) {
        return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0;
    });
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string_view trim_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

constexpr HeadOutcome kGood{HeadState::Complete, 0, ""};

HeadOutcome refuse(int status, const char* reason) {
    return {HeadState::Refused, status, reason};
}

HeadOutcome line_too_long(std::size_t line) {
    return line == 0 ? refuse(414, "The request line is longer than 8 KiB.")
                     : refuse(431, "A header field is longer than 8 KiB.");
}

/// Finds the empty line that ends the head. Only sizes and line ends are judged here.
HeadOutcome find_end(std::string_view bytes, HeadScan& scan, std::size_t& end) {
    if (bytes.empty()) {
        return {};
    }
    if (bytes.front() < 'A' || bytes.front() > 'Z') {
        return refuse(400, "This is not an HTTP request.");
    }
    while (true) {
        const auto newline = bytes.find('\n', scan.line_begin);
        const auto line_end = newline == std::string_view::npos ? bytes.size() : newline;
        if (line_end - scan.line_begin > kMaxLineBytes + 1) {
            return line_too_long(scan.lines);
        }
        if (line_end >= kMaxHeadBytes) {
            return refuse(431, "The request head is larger than 32 KiB.");
        }
        if (newline == std::string_view::npos) {
            return {};
        }
        if (newline == 0 || bytes[newline - 1] != '\r') {
            return refuse(400, "A line does not end with CR LF.");
        }
        const bool is_empty = newline - scan.line_begin == 1;
        scan.line_begin = newline + 1;
        if (is_empty) {
            end = scan.line_begin;
            return kGood;
        }
        if (++scan.lines > kMaxFields + 1) {
            return refuse(431, "The request has more than 100 header fields.");
        }
    }
}

HeadOutcome parse_version(std::string_view version, RequestHead& head) {
    if (version == "HTTP/1.1") {
        return kGood;
    }
    if (version == "HTTP/1.0") {
        head.is_http_1_0 = true;
        head.wants_close = true;
        return kGood;
    }
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
        version[6] == '.' && is_digit(version[7])) {
        return refuse(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    }
    return refuse(400, "The request line is malformed.");
}

HeadOutcome parse_request_line(std::string_view line, RequestHead& head) {
    const auto first = line.find(' ');
    const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) {
        return refuse(400, "The request line is malformed.");
    }
    const auto method = line.substr(0, first);
    const auto target = line.substr(first + 1, second - first - 1);
    if (!all_of_class(method, kToken) || target.empty() || !all_of_class(target, kTarget)) {
        return refuse(400, "The request line holds a character that is not allowed there.");
    }
    if (const auto outcome = parse_version(line.substr(second + 1), head);
        outcome.state == HeadState::Refused) {
        return outcome;
    }
    const auto known = method_from_name(method);
    if (!known) {
        // OPTIONS, TRACE and CONNECT are HTTP's own and answered as not allowed; the rest is
        // unknown.
        const bool standard = method == "OPTIONS" || method == "TRACE" || method == "CONNECT";
        return standard ? refuse(405, "This method is not served here.")
                        : refuse(501, "The request method is unknown.");
    }
    if (target.front() != '/') {
        return refuse(400, "The request target must be a path.");
    }
    head.method = *known;
    const auto mark = target.find('?');
    head.path = target.substr(0, mark);
    head.query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
    return kGood;
}

/// Fields that decide how the bytes are read, or who is asking: a second one is a refusal.
enum class Single : std::uint8_t {
    None,
    Host,
    ContentLength,
    TransferEncoding,
    Expect,
    Connection,
    ContentType,
    Authorization,
    Cookie,
    Origin,
    FetchSite,
    IdempotencyKey,
    ForwardedFor,
    ForwardedProto,
    Count
};

Single single_field(std::string_view name) {
    static constexpr std::array<std::string_view, static_cast<std::size_t>(Single::Count)> kNames{
        "",
        "host",
        "content-length",
        "transfer-encoding",
        "expect",
        "connection",
        "content-type",
        "authorization",
        "cookie",
        "origin",
        "sec-fetch-site",
        "idempotency-key",
        "x-forwarded-for",
        "x-forwarded-proto"};
    for (std::size_t i = 1; i < kNames.size(); ++i) {
        if (kNames[i].size() == name.size() && equals_ignoring_case(name, kNames[i])) {
            return static_cast<Single>(i);
        }
    }
    return Single::None;
}

struct HeadFraming {
    std::array<bool, static_cast<std::size_t>(Single::Count)> seen{};
    bool has(Single which) const { return seen[static_cast<std::size_t>(which)]; }
};

bool is_host(std::string_view value) {
    return !value.empty() && value.size() <= 255 &&
           std::all_of(value.begin(), value.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
           });
}

HeadOutcome parse_content_length(std::string_view value, RequestHead& head) {
    // 18 digits cannot overflow; a sign, a list, a blank inside or hexadecimal is a refusal.
    if (value.empty() || value.size() > 18) {
        return refuse(400, "Content-Length is not a number of bytes.");
    }
    for (const char c : value) {
        if (c < '0' || c > '9') {
            return refuse(400, "Content-Length is not a number of bytes.");
        }
        head.content_length = head.content_length * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return kGood;
}

HeadOutcome parse_connection(std::string_view value, RequestHead& head) {
    while (!value.empty()) {
        const auto comma = value.find(',');
        if (equals_ignoring_case(trim_blanks(value.substr(0, comma)), "close")) {
            head.wants_close = true;
        }
        value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
    }
    return kGood;
}

HeadOutcome apply_field(Single which, std::string_view value, RequestHead& head) {
    switch (which) {
        case Single::Host:
            return is_host(value) ? kGood : refuse(400, "The Host header is malformed.");
        case Single::ContentLength:
            return parse_content_length(value, head);
        case Single::TransferEncoding:
            head.chunked = true;
            return equals_ignoring_case(value, "chunked")
                       ? kGood
                       : refuse(501, "The only transfer coding spoken here is chunked.");
        case Single::Expect:
            head.expects_continue = true;
            return equals_ignoring_case(value, "100-continue")
                       ? kGood
                       : refuse(417, "The only expectation met here is 100-continue.");
        case Single::Connection:
            return parse_connection(value, head);
        default:
            return kGood;
    }
}

HeadOutcome parse_field(std::string_view line, HeadFraming& framing, RequestHead& head) {
    if (line.front() == ' ' || line.front() == '\t') {
        return refuse(400, "Header fields may not be folded over lines.");
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
        return refuse(400, "A header line has no name.");
    }
    const auto name = line.substr(0, colon);
    if (!all_of_class(name, kToken)) {
        return refuse(400, "A header name holds a character that is not allowed there.");
    }
    const auto value = trim_blanks(line.substr(colon + 1));
    if (!all_of_class(value, kValue)) {
        return refuse(400, "A header value holds a control character.");
    }
    const auto which = single_field(name);
    if (which != Single::None) {
        auto& seen = framing.seen[static_cast<std::size_t>(which)];
        if (seen) {
            return refuse(400, "A header field that may come once came twice.");
        }
        seen = true;
        if (const auto outcome = apply_field(which, value, head);
            outcome.state == HeadState::Refused) {
            return outcome;
        }
    }
    head.fields[head.field_count++] = {name, value};
    return kGood;
}

HeadOutcome check_framing(const HeadFraming& framing, const RequestHead& head) {
    if (!framing.has(Single::Host) && !head.is_http_1_0) {
        return refuse(400, "The Host header is missing.");
    }
    if (head.chunked && framing.has(Single::ContentLength)) {
        return refuse(400, "Content-Length and Transfer-Encoding exclude each other.");
    }
    if (head.chunked && head.is_http_1_0) {
        return refuse(400, "HTTP/1.0 has no transfer codings.");
    }
    if (is_safe(head.method) && head.has_body()) {
        return refuse(400, "A GET or HEAD request carries no body.");
    }
    const bool needs_length =
        head.method == Method::Post || head.method == Method::Put || head.method == Method::Patch;
    if (needs_length && !head.chunked && !framing.has(Single::ContentLength)) {
        return refuse(411, "The length of the body is missing.");
    }
    return kGood;
}

}  // namespace

bool equals_ignoring_case(std::string_view text, std::string_view lower_text) {
    return text.size() == lower_text.size() &&
           std::equal(text.begin(), text.end(), lower_text.begin(), [](char a, char b) {
               return lower(a) == b;
           });
}

bool is_token(std::string_view text) {
    return !text.empty() && all_of_class(text, kToken);
}

bool is_field_value(std::string_view text) {
    return all_of_class(text, kValue);
}

std::optional<std::string_view> RequestHead::find(std::string_view lower_name) const {
    for (std::size_t i = 0; i < field_count; ++i) {
        if (equals_ignoring_case(fields[i].name, lower_name)) {
            return fields[i].value;
        }
    }
    return std::nullopt;
}

HeadOutcome parse_head(std::string_view bytes, HeadScan& scan, RequestHead& head) {
    std::size_t end = 0;
    if (const auto outcome = find_end(bytes, scan, end); outcome.state != HeadState::Complete) {
        return outcome;
    }
    head.field_count = 0;
    head.content_length = 0;
    head.chunked = head.expects_continue = head.wants_close = head.is_http_1_0 = false;
    head.size = end;
    auto rest = bytes.substr(0, end - 2);  // Without the empty line.
    const auto next_line = [&rest] {
        const auto newline = rest.find('\n');
        const auto line = rest.substr(0, newline - 1);
        rest.remove_prefix(newline + 1);
        return line;
    };
    if (const auto outcome = parse_request_line(next_line(), head);
        outcome.state == HeadState::Refused) {
        return outcome;
    }
    HeadFraming framing;
    while (!rest.empty()) {
        if (const auto outcome = parse_field(next_line(), framing, head);
            outcome.state == HeadState::Refused) {
            return outcome;
        }
    }
    return check_framing(framing, head);
}

}  // namespace hostelry::http
