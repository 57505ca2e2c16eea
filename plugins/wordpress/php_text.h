#pragma once
// Puts values into PHP scripts without letting them become code.

#include <map>
#include <string>
#include <string_view>

namespace wordpress {

/// `text` as it stands between single quotes in PHP. Refuses control characters by throwing a
/// Problem.
std::string php_quoted(std::string_view text);

/// `script` with each {{name}} replaced by its value, in one pass: what a value holds is never
/// replaced again. A name without a value is a bug and throws.
std::string fill(std::string_view script, const std::map<std::string, std::string>& values);

}  // namespace wordpress
