#include "record_text.h"

#include "hostelry/plugin.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <vector>

namespace powerdns {

namespace {

using hostelry::plugin::Problem;

constexpr std::size_t kTextPieceMax = 255;  // RFC 1035, section 3.3: one character-string

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::vector<std::string> words(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> found;
    for (std::string word; stream >> word;) {
        found.push_back(word);
    }
    return found;
}

/// How many words stand before the host name in values of that type; -1 when there is none in it.
int words_before_host(const std::string& type) {
    if (type == "CNAME" || type == "NS") {
        return 0;
    }
    if (type == "MX") {
        return 1;
    }
    return type == "SRV" ? 3 : -1;
}

std::string join(const std::vector<std::string>& parts) {
    std::string text;
    for (const auto& part : parts) {
        text += (text.empty() ? "" : " ") + part;
    }
    return text;
}

void append_escaped(std::string& quoted, char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
        quoted += '\\';
        quoted += c;
    } else if (byte < 0x20 || byte > 0x7e) {
        quoted += '\\';
        quoted += static_cast<char>('0' + byte / 100);
        quoted += static_cast<char>('0' + byte / 10 % 10);
        quoted += static_cast<char>('0' + byte % 10);
    } else {
        quoted += c;
    }
}

/// One or more quoted strings of at most 255 bytes each.
std::string quote_text(const std::string& text) {
    std::string quoted;
    std::size_t at = 0;
    do {
        quoted += quoted.empty() ? "\"" : " \"";
        const auto end = std::min(text.size(), at + kTextPieceMax);
        for (; at < end; ++at) {
            append_escaped(quoted, text[at]);
        }
        quoted += '"';
    } while (at < text.size());
    return quoted;
}

/// Takes one escaped character from `content` at `at`, behind the backslash.
char take_escaped(const std::string& content, std::size_t& at) {
    const bool decimal = at + 2 < content.size() && is_digit(content[at]) &&
                         is_digit(content[at + 1]) && is_digit(content[at + 2]);
    if (!decimal) {
        return content[at++];
    }
    const int value =
        (content[at] - '0') * 100 + (content[at + 1] - '0') * 10 + (content[at + 2] - '0');
    at += 3;
    return static_cast<char>(value);
}

std::string unquote_text(const std::string& content) {
    std::string text;
    bool inside = false;
    for (std::size_t at = 0; at < content.size();) {
        const char c = content[at++];
        if (c == '"') {
            inside = !inside;
        } else if (c == '\\' && at < content.size()) {
            text += take_escaped(content, at);
        } else if (inside || c != ' ') {
            text += c;
        }
    }
    return text;
}

bool is_text_for_json(const std::string& text) {
    try {
        return !nlohmann::json(text).dump().empty();
    } catch (const nlohmann::json::type_error&) {
        return false;
    }
}

}  // namespace

std::string absolute(std::string_view name) {
    std::string text(name);
    if (!text.ends_with('.')) {
        text += '.';
    }
    return text;
}

std::string relative_free(std::string_view name) {
    std::string text(name);
    if (text.size() > 1 && text.ends_with('.')) {
        text.pop_back();
    }
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return text;
}

std::string to_content(const std::string& type, const std::string& value) {
    if (type == "TXT") {
        return quote_text(value);
    }
    const auto before = words_before_host(type);
    if (before < 0) {
        return value;
    }
    auto parts = words(value);
    if (parts.size() != static_cast<std::size_t>(before) + 1) {
        throw Problem(
            HOSTELRY_INVALID, "\"" + value + "\" is not a value for a record of type " + type + "."
        )
            .field("changes");
    }
    parts.back() = absolute(parts.back());
    return join(parts);
}

std::string to_value(const std::string& type, const std::string& content) {
    if (type == "TXT") {
        const auto text = unquote_text(content);
        // Bytes that are no UTF-8 cannot travel as text; the escaped form can.
        return is_text_for_json(text) ? text : content;
    }
    if (words_before_host(type) < 0) {
        return content;
    }
    auto parts = words(content);
    if (parts.empty()) {
        return content;
    }
    parts.back() = relative_free(parts.back());
    return join(parts);
}

}  // namespace powerdns
