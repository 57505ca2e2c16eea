#include "core/agent/runtime/programs.h"

#include "core/base/text.h"

namespace hostelry::agent {

namespace {
constexpr std::size_t kTailBytesMax = 2000;
}

Result<process::Outcome> call_program(const ProgramCall& call) {
    return process::run({
        .program = call.program,
        .argv = call.argv,
        .environment = {},
        .working_directory = "/",
        .input = call.input,
        .timeout = call.timeout,
        .on_line = {},
        .cancelled = {},
    });
}

std::string last_lines(const process::Outcome& outcome) {
    std::string text = outcome.errors.empty() ? outcome.output : outcome.errors;
    if (text.size() > kTailBytesMax) {
        text.erase(0, text.size() - kTailBytesMax);
    }
    return std::string(trim(text));
}

Result<std::string> require_program(const ProgramCall& call, const std::string& sentence) {
    auto outcome = TRY(call_program(call));
    if (outcome.exit_code != 0) {
        return fail(
            ErrorCode::Internal,
            sentence,
            call.program + " ended with " + std::to_string(outcome.exit_code) + ": " +
                last_lines(outcome)
        );
    }
    return std::move(outcome.output);
}

}  // namespace hostelry::agent
