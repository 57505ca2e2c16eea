#pragma once
// Fixed programs of the server, started with an argument list.

#include "core/base/result.h"
#include "core/platform/process/process.h"

#include <chrono>
#include <string>
#include <vector>

namespace hostelry::agent {

struct ProgramCall {
    std::string program;
    std::vector<std::string> argv;
    std::string input = {};
    std::chrono::milliseconds timeout = std::chrono::seconds{60};
};

/// Any exit code is an outcome.
Result<process::Outcome> call_program(const ProgramCall& call);
/// Exit code 0 is wanted: its standard output, else Internal with `sentence` and the last lines of
/// what the program said as the cause.
Result<std::string> require_program(const ProgramCall& call, const std::string& sentence);

/// The last lines of a program's output, short enough for a message.
std::string last_lines(const process::Outcome& outcome);

}  // namespace hostelry::agent
