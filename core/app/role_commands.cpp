#include "core/app/command_line.h"
#include "core/app/run_roles.h"
#include "core/app/signals.h"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace hostelry::app {
namespace {

void add_role(
    CLI::App& app, CommandLine& line, const char* name, const char* help, const Roles& roles
) {
    auto* command = app.add_subcommand(name, help);
    command->add_option("--listen", line.global.listen, "Address and port (overrides http.listen)");
    command->callback([&line, roles] {
        line.action = [&line, roles]() -> Result<int> {
            block_stop_signals();
            const auto config = TRY(load(line.global));
            TRY(run_roles(config, roles));
            return 0;
        };
    });
}

Result<int> show_config(const GlobalOptions& options) {
    const auto config = TRY(load(options));
    for (const auto& [key, value] : config::describe_config(config)) {
        std::printf("%s: %s\n", key.c_str(), value.c_str());
    }
    return 0;
}

}  // namespace

void add_role_commands(CLI::App& app, CommandLine& line) {
    add_role(
        app,
        line,
        "up",
        "Everything in one process, with a private database when none is configured",
        {.serve = true, .work = true, .migrate = true}
    );
    add_role(
        app,
        line,
        "serve",
        "Answer people, programs and agents",
        {.serve = true, .work = false, .migrate = false}
    );
    add_role(
        app,
        line,
        "worker",
        "Run jobs, schedules and event listeners",
        {.serve = false, .work = true, .migrate = false}
    );
    app.add_subcommand("config", "Show every configuration key with its present value")
        ->callback([&line] { line.action = [&line] { return show_config(line.global); }; });
}

}  // namespace hostelry::app
