#pragma once

#include "core/platform/http/message.h"

#include <optional>
#include <string>
#include <string_view>

namespace hostelry::http {

/// The value of a cookie in a Cookie header. Nothing when it is absent, or there twice: which one
/// is meant is then somebody else's choice.
std::optional<std::string> find_cookie(std::string_view header, std::string_view name);

/// A Set-Cookie value. Throws std::invalid_argument when name or value holds what a cookie may not.
std::string format_cookie(const Cookie& cookie);

}  // namespace hostelry::http
