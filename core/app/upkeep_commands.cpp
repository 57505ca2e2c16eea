#include "core/app/command_line.h"
#include "core/app/doctor.h"
#include "core/app/migrate_command.h"
#include "core/app/route_table.h"
#include "core/app/setup_command.h"
#include "core/platform/http/openapi.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>

namespace hostelry::app {
namespace {

void add_migrate(CLI::App& app, CommandLine& line) {
    auto* migrate = app.add_subcommand("migrate", "Bring the database's schema up to date");
    migrate->require_subcommand(1);
    migrate->fallthrough();
    const auto to = std::make_shared<std::optional<int>>();
    const auto verb = [&](const char* name, const char* help, MigrateVerb which) {
        auto* command = migrate->add_subcommand(name, help);
        command->fallthrough();
        command->callback([&line, which, to] {
            line.action = [&line, which, to]() -> Result<int> {
                const auto config = TRY(load(line.global));
                return run_migrate(config, which, *to, line.global.json);
            };
        });
        return command;
    };
    verb("up", "Apply what is missing", MigrateVerb::Up);
    verb("down", "Take back what came after --to, with its data", MigrateVerb::Down)
        ->add_option("--to", *to, "Number of the last migration that stays");
    verb("status", "Show which are applied", MigrateVerb::Status);
}

void add_setup(CLI::App& app, CommandLine& line) {
    auto* setup = app.add_subcommand(
        "setup", "Print the setup link of a panel without people, or a new password link"
    );
    const auto email = std::make_shared<std::string>();
    setup->add_option("--email", *email, "A password link for whoever has this address");
    setup->callback([&line, email] {
        line.action = [&line, email]() -> Result<int> {
            const auto panel = TRY(panel_of(line.global));
            return run_setup(panel, *email, line.global.json);
        };
    });
}

Result<int> print_openapi() {
    const RouteTable table{config::Config{}};
    std::puts(
        http::openapi_document(table.router(), {.version = kVersion, .description = {}}).c_str()
    );
    return 0;
}

/// One line for each: method, path, who may, how it is guarded. The tests of pages read it.
Result<int> print_routes() {
    const RouteTable table{config::Config{}};
    fmt::print("{}", table.router().dump());
    return 0;
}

}  // namespace

void add_upkeep_commands(CLI::App& app, CommandLine& line) {
    add_migrate(app, line);
    add_setup(app, line);
    app.add_subcommand("doctor", "Check everything outside the program; say how to mend it")
        ->callback([&line] {
            line.action = [&line] { return run_doctor(load(line.global), line.global.json); };
        });
    app.add_subcommand("openapi", "Print the API's OpenAPI document")->callback([&line] {
        line.action = print_openapi;
    });
    app.add_subcommand("routes", "Print the table of routes")->callback([&line] {
        line.action = print_routes;
    });
}

}  // namespace hostelry::app
