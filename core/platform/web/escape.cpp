#include "core/platform/web/escape.h"

#include <algorithm>

namespace hostelry::view {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_forbidden_control(unsigned char c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

std::string_view replacement_of(char c) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        default:
            return is_forbidden_control(static_cast<unsigned char>(c)) ? kReplacement
                                                                       : std::string_view();
    }
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
    return text.size() >= start.size() &&
           std::equal(start.begin(), start.end(), text.begin(), [](char want, char have) {
               return want == lower(have);
           });
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

}  // namespace

void append_escaped(std::string& html, std::string_view text) {
    std::size_t clean_from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view replacement = replacement_of(text[i]);
        if (replacement.empty()) {
            continue;
        }
        html.append(text.substr(clean_from, i - clean_from));
        html.append(replacement);
        clean_from = i + 1;
    }
    html.append(text.substr(clean_from));
}

void append_percent_encoded(std::string& html, std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (const char c : text) {
        if (is_unreserved(c)) {
            html.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        html.push_back('%');
        html.push_back(kDigits[byte >> 4U]);
        html.push_back(kDigits[byte & 0x0FU]);
    }
}

bool is_linkable(std::string_view url) {
    const bool odd = std::any_of(url.begin(), url.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte <= 0x20 || byte == 0x7F || c == '\\';
    });
    if (odd || url.starts_with("//")) {
        return false;
    }
    for (const std::string_view scheme : {"http://", "https://", "mailto:"}) {
        if (starts_with_ignoring_case(url, scheme)) {
            return true;
        }
    }
    const auto colon = url.find(':');
    return colon == std::string_view::npos || url.find_first_of("/?#") < colon;
}

}  // namespace hostelry::view
