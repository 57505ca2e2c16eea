#pragma once
// Looks at a shared object without running any of it.

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace hostelry::plugin_host {

/// Names of the symbols that the object defines for others, C++ unique ones included. Invalid when
/// the bytes are not a 64-bit shared object of this machine's kind.
Result<std::vector<std::string>> exported_symbols(std::string_view elf);

}  // namespace hostelry::plugin_host
