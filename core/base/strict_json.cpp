#include "core/base/strict_json.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace hostelry {

using nlohmann::json;

Result<json> parse_strict_json(std::string_view text) {
    std::vector<std::set<std::string>> names_of_open_objects;
    bool too_deep = false;
    bool doubled = false;
    const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
        if (event == json::parse_event_t::object_start) {
            names_of_open_objects.emplace_back();
        } else if (event == json::parse_event_t::object_end) {
            names_of_open_objects.pop_back();
        } else if (event == json::parse_event_t::key) {
            doubled |= !names_of_open_objects.back().insert(parsed.get<std::string>()).second;
        }
        too_deep |= static_cast<std::size_t>(depth) > kStrictJsonDepthMax;
        return !too_deep;
    };
    // Deep nesting is refused before parsing proper: the callback does not stop the parser's own
    // descent.
    std::size_t depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_text) {
            if (c == '\\') {
                ++i;
            } else if (c == '"') {
                in_text = false;
            }
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            if (++depth > kStrictJsonDepthMax) {
                return fail(ErrorCode::Invalid, "The JSON is nested too deeply.");
            }
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    json parsed = json::parse(text, watch, false);
    if (parsed.is_discarded() || too_deep) {
        return fail(ErrorCode::Invalid, "This is not valid JSON.");
    }
    if (doubled) {
        return fail(ErrorCode::Invalid, "The JSON names a member twice.");
    }
    return parsed;
}

}  // namespace hostelry
