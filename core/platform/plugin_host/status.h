#pragma once
// Statuses and problem objects of plugins as Errors, by the one table in hostelry/abi.h.

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace hostelry::plugin_host {

/// The word of a status ("rate_limited"); "internal" for one this panel does not know.
std::string_view status_word(std::int32_t status);
ErrorCode error_code(std::int32_t status);
/// The status that tells a plugin about one of our errors.
std::int32_t status_of(const Error& error);

/// The Error for a member that returned `status` (not OK) and wrote `problem`. `source` names the
/// plugin and the member for the log.
Error to_error(std::int32_t status, std::string_view problem, std::string_view source);
/// The problem object (JSON text) for an error of a host table.
std::string to_problem(const Error& error);

}  // namespace hostelry::plugin_host
