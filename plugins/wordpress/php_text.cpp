#include "php_text.h"

#include "hostelry/problem.hpp"

#include <stdexcept>

namespace wordpress {

std::string php_quoted(std::string_view text) {
    std::string quoted;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            throw hostelry::plugin::Problem(
                HOSTELRY_INVALID, "A value contains a control character."
            );
        }
        if (c == '\\' || c == '\'') {
            quoted += '\\';
        }
        quoted += c;
    }
    return quoted;
}

std::string fill(std::string_view script, const std::map<std::string, std::string>& values) {
    std::string filled;
    while (true) {
        const auto open = script.find("{{");
        filled += script.substr(0, open);
        if (open == std::string_view::npos) {
            return filled;
        }
        script.remove_prefix(open + 2);
        const auto close = script.find("}}");
        const auto value = values.find(std::string(script.substr(0, close)));
        if (close == std::string_view::npos || value == values.end()) {
            throw std::logic_error("a script names a value that is not there");
        }
        filled += value->second;
        script.remove_prefix(close + 2);
    }
}

}  // namespace wordpress
