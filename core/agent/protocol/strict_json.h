#pragma once
// JSON from the other side of the connection: untrusted, so the parser refuses what only an
// attacker or a bug would send (deep nesting, a member named twice, text that is not UTF-8).

#include "core/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace hostelry::agent {

Result<nlohmann::json> parse_strict_json(std::string_view text);

}  // namespace hostelry::agent
