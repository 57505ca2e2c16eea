#pragma once

#include "core/app/operator_key.h"
#include "core/base/result.h"

#include <string>

namespace hostelry::app {

/// `hostelry setup`: prints the setup link of a panel that has nobody yet, or with an address a new
/// password link for that person. Asks the running panel. Conflict, NotFound.
Result<int> run_setup(const PanelAddress& panel, const std::string& email, bool json);

}  // namespace hostelry::app
