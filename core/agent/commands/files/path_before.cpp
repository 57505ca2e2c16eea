#include "core/agent/commands/files/path_before.h"

#include "core/base/text.h"

#include <nlohmann/json.hpp>

namespace hostelry::agent {

using nlohmann::json;

std::string encode_before(const PathBefore& before) {
    json out = json::object();
    if (before.mode) {
        out["mode"] = *before.mode;
    }
    if (before.content) {
        out["content"] = to_base64(as_bytes(*before.content));
    }
    return out.dump();
}

std::optional<PathBefore> decode_before(const std::string& text) {
    const json value = json::parse(text, nullptr, false);
    if (!value.is_object()) {
        return std::nullopt;
    }
    PathBefore before;
    if (value.contains("mode")) {
        before.mode = value["mode"].get<mode_t>();
    }
    if (value.contains("content")) {
        const auto bytes = from_base64(value["content"].get<std::string>());
        if (!bytes) {
            return std::nullopt;
        }
        before.content = to_string(*bytes);
    }
    return before;
}

}  // namespace hostelry::agent
