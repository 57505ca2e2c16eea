#pragma once

#include "core/base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace hostelry {

/// RFC 3339 in UTC with milliseconds: 2026-11-21T10:04:05.123Z
std::string format_rfc3339(TimePoint time);
/// RFC 3339 with "Z" or a numeric offset; also PostgreSQL's "2026-11-21 10:04:05.123+00". Nothing
/// for anything else.
std::optional<TimePoint> parse_rfc3339(std::string_view text);

}  // namespace hostelry
