// Goal: the parser never crashes or reads outside, gives the same verdict however the bytes are
// split, and what it accepts is unambiguous. Method: the first byte says where to split; the whole
// and the parts are compared.
#include "core/platform/http/head_parser.h"
#include "core/platform/http/url.h"

#include <cstdlib>
#include <string_view>

namespace {

using hostelry::http::HeadOutcome;
using hostelry::http::HeadScan;
using hostelry::http::HeadState;
using hostelry::http::RequestHead;

void must(bool condition) {
    if (!condition) {
        std::abort();
    }
}

bool is_inside(std::string_view part, std::string_view whole) {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

void check_accepted(const RequestHead& head, std::string_view bytes) {
    must(head.size <= bytes.size() && head.size <= hostelry::http::kMaxHeadBytes + 2);
    must(bytes.substr(0, head.size).ends_with("\r\n\r\n"));
    must(is_inside(head.path, bytes) && is_inside(head.query, bytes));
    must(!head.path.empty() && head.path.front() == '/');
    must(!(head.chunked && head.content_length > 0));
    must(!(is_safe(head.method) && head.has_body()));
    std::size_t hosts = 0;
    for (std::size_t i = 0; i < head.field_count; ++i) {
        const auto& field = head.fields[i];
        must(is_inside(field.name, bytes) && is_inside(field.value, bytes));
        must(field.name.find_first_of(std::string_view(" \t\r\n\0:", 6)) == std::string_view::npos);
        must(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
        hosts += hostelry::http::equals_ignoring_case(field.name, "host") ? 1 : 0;
    }
    must(hosts == 1 || (head.is_http_1_0 && hosts == 0));
    if (const auto path = hostelry::http::decode_path(head.path)) {
        must(
            path->front() == '/' && path->find("//") == std::string::npos &&
            path->find('\0') == std::string::npos
        );
        must(path->find("/../") == std::string::npos && !path->ends_with("/.."));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    RequestHead head;
    HeadScan scan;
    const auto whole = parse_head(bytes, scan, head);
    if (whole.state == HeadState::Complete) {
        check_accepted(head, bytes);
    }
    RequestHead split_head;
    HeadScan split_scan;
    const std::size_t step = data[0] % 64 + 1U;
    HeadOutcome split;
    for (std::size_t given = 0; given < bytes.size() && split.state == HeadState::Incomplete;) {
        given = std::min(given + step, bytes.size());
        split = parse_head(bytes.substr(0, given), split_scan, split_head);
    }
    must(split.state == whole.state && split.status == whole.status);
    must(whole.state != HeadState::Complete || split_head.size == head.size);
    return 0;
}
