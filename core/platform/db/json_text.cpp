#include "core/platform/db/json_text.h"

#include <nlohmann/json.hpp>

namespace hostelry::db {
namespace {
constexpr int kDepthMax = 64;  // deeper documents overflow the stack when they are written again

/// jsonb cannot hold U+0000, which JSON writes as an escape.
std::string without_nul(std::string text) {
    constexpr std::string_view kNul = "\\u0000";
    for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at + 2)) {
        if (text.compare(at, kNul.size(), kNul) == 0) {
            text.replace(at, kNul.size(), "\\ufffd");
        }
    }
    return text;
}

}  // namespace

JsonText JsonText::from(const nlohmann::json& value) {
    return of_text(without_nul(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
    );
}

nlohmann::json JsonText::parse() const {
    const auto within_depth = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        if (depth > kDepthMax) {
            throw nlohmann::json::other_error::create(501, "nested too deep", nullptr);
        }
        return true;
    };
    try {
        return nlohmann::json::parse(text_, within_depth);
    } catch (const nlohmann::json::exception&) {
        return nullptr;  // as the header says: what is not JSON reads as null
    }
}

}  // namespace hostelry::db
