#pragma once
// Following a job on the terminal.

#include "core/app/operator_key.h"
#include "core/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>

namespace hostelry::app {

/// Returns when the job has ended: its last state when it succeeded, else the error it ended with
/// (Cancelled when somebody cancelled it), so that the exit code tells the kind of failure. Each
/// step that ends is told to `tell` as one line. A panel that is away for a moment is waited for.
Result<nlohmann::json> watch_job(
    const PanelAddress& panel,
    const std::string& job,
    const std::function<void(const std::string& line)>& tell
);

}  // namespace hostelry::app
