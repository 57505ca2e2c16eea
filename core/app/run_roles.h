#pragma once
// `hostelry up`, `serve` and `worker`: one process with some or all roles, and the ranked stop at
// its end.

#include "core/base/result.h"
#include "core/platform/config/config.h"

namespace hostelry::app {

struct Roles {
    bool serve = false;
    bool work = false;
    bool migrate = false;
};

/// Runs until a stop signal. Prints one line "ready {json}" on standard output once everything
/// serves.
Result<void> run_roles(const config::Config& config, const Roles& roles);

}  // namespace hostelry::app
