// Goal: an answer's head never crashes the reader, is judged alike with or without what follows it,
// and nothing that passes on to a browser holds a line end or a cookie of ours.
#include "core/platform/http/head_parser.h"
#include "core/platform/http/proxy_headers.h"

#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace hostelry::http;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto head = parse_response_head(bytes, Method::Get);
    if (!head || !*head) {
        return 0;
    }
    const auto again = parse_response_head(bytes.substr(0, (*head)->size), Method::Get);
    if (!again || !*again || (*again)->fields != (*head)->fields ||
        (*again)->body != (*head)->body) {
        std::abort();
    }
    const ProxyRules rules{.own_cookies = {"theme"}};
    for (const auto& [name, value] : passed_fields(**head, rules)) {
        if (!is_token(name) || !is_field_value(value)) {
            std::abort();
        }
        if (name == "set-cookie" && !confined_cookie(value, rules)) {
            std::abort();
        }
    }
    const std::vector<std::string> names{"example.com"};
    if (const auto location = (*head)->find("location")) {
        const Visit visit{.scheme = "http", .host = "s1.test:81", .target = "/", .names = names};
        if (!is_field_value(kept_location(*location, visit))) {
            std::abort();
        }
    }
    return 0;
}
