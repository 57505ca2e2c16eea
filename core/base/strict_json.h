#pragma once
// JSON that somebody else sends (a program at the API, the other end of an agent's connection):
// untrusted, so the parser refuses what only an attacker or a bug would send.

#include "core/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string_view>

namespace hostelry {

inline constexpr std::size_t kStrictJsonDepthMax = 24;

/// Invalid for what is no JSON or not UTF-8, is nested deeper, or names a member twice: of two
/// readers of such a document one takes the first and the other the last.
Result<nlohmann::json> parse_strict_json(std::string_view text);

}  // namespace hostelry
