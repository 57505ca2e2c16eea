#include "core/platform/db/json_text.h"

#include <nlohmann/json.hpp>

namespace hostelry::db {
namespace {
constexpr int kDepthMax = 64;  // deeper documents overflow the stack when they are written again
}

JsonText JsonText::from(const nlohmann::json& value) {
    return of_text(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
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
