#include "core/platform/http/cookies.h"

#include "core/base/text.h"

#include <algorithm>
#include <stdexcept>

namespace hostelry::http {
namespace {

/// RFC 6265 cookie-octet.
bool is_cookie_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
    });
}

}  // namespace

std::optional<std::string> find_cookie(std::string_view header, std::string_view name) {
    std::optional<std::string> found;
    while (!header.empty()) {
        const auto end = std::min(header.find(';'), header.size());
        const auto pair = trim(header.substr(0, end));
        header.remove_prefix(std::min(end + 1, header.size()));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || pair.substr(0, equals) != name) {
            continue;
        }
        if (found) {
            return std::nullopt;
        }
        found = std::string(pair.substr(equals + 1));
    }
    return found;
}

std::string format_cookie(const Cookie& cookie) {
    if (cookie.name.empty() || cookie.name.find('=') != std::string::npos ||
        !is_cookie_text(cookie.name) || !is_cookie_text(cookie.value)) {
        throw std::invalid_argument("A cookie's name or value holds a character it may not.");
    }
    std::string text = cookie.name + '=' + cookie.value + "; Path=/; Secure";
    if (cookie.http_only) {
        text += "; HttpOnly";
    }
    text += cookie.same_site == Cookie::SameSite::Lax ? "; SameSite=Lax" : "; SameSite=Strict";
    if (cookie.max_age) {
        text += "; Max-Age=" + std::to_string(cookie.max_age->count());
    }
    return text;
}

}  // namespace hostelry::http
