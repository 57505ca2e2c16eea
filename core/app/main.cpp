// The one program. Its commands stand in *_commands.cpp, one file for each group.

#include "core/app/command_line.h"
#include "core/app/signals.h"
#include "core/platform/crypto/digest.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <string>

namespace {

using hostelry::ErrorCode;
using hostelry::exit_code;
namespace app = hostelry::app;

/// The commands there are where the line stops; true when it names none of them.
bool tell_commands(const CLI::App& program) {
    const CLI::App* at = &program;
    while (!at->get_subcommands().empty()) {
        at = at->get_subcommands().front();
    }
    const auto commands = at->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty()) {
        return false;
    }
    std::string names;
    for (const auto* command : commands) {
        names += (names.empty() ? "" : ", ") + command->get_name();
    }
    fmt::print(
        stderr,
        "hostelry: Name one of the commands{}: {}.\nAdd --help to see what one of them does.\n",
        at == &program ? "" : " of " + at->get_name(),
        names
    );
    return true;
}

int run(int argc, char** argv) {
    CLI::App program{"Hostelry, the hosting control panel"};
    app::CommandLine line;
    program.set_version_flag("--version", app::kVersion);
    program.require_subcommand(1);
    program.fallthrough();
    program.add_option("--config", line.global.config_file, "Configuration file");
    program.add_option(
        "--state", line.global.state_dir, "State folder (overrides the configuration)"
    );
    program.add_option("--url", line.global.url, "Another panel, with --key-file");
    program.add_option("--key-file", line.global.key_file, "File that holds the API key for --url");
    program.add_option(
        "--ca-file", line.global.ca_file, "PEM file of the authorities to trust for --url"
    );
    program.add_flag("--json", line.global.json, "Answers and errors as JSON");
    app::add_role_commands(program, line);
    app::add_upkeep_commands(program, line);
    app::add_api_commands(program, line);
    try {
        program.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
        if (!tell_commands(program)) {
            program.exit(error);
        }
        return exit_code(ErrorCode::Invalid);
    } catch (const CLI::ParseError& error) {
        const int code = program.exit(error);
        return code == 0 ? 0 : exit_code(ErrorCode::Invalid);
    }
    const auto done = line.action();
    return done ? *done : app::report(done.error(), line.global.json);
}

}  // namespace

int main(int argc, char** argv) {
    app::ignore_broken_pipes();
    hostelry::crypto::set_up();
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        static_cast<void>(std::fprintf(stderr, "hostelry: %s\n", error.what()));
        return exit_code(ErrorCode::Internal);
    }
}
