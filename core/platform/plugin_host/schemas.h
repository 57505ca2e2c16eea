#pragma once
// The schemas of plugin-api/schemas, built into the program.

#include <string_view>

namespace hostelry::plugin_host {

/// The JSON text of plugin-api/schemas/<name>.json; empty when there is none.
std::string_view schema_text(std::string_view name);

}  // namespace hostelry::plugin_host
