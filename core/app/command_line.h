#pragma once
// What the groups of commands share: the options that stand before any command, and the action that
// the chosen command leaves behind. CLI11 is known to main.cpp and the three files below only: it
// is slow to compile.

#include "core/app/operator_key.h"
#include "core/base/result.h"
#include "core/platform/config/config.h"

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace hostelry::app {

inline constexpr const char* kVersion = "0.1.0";

struct GlobalOptions {
    std::string config_file;
    std::string state_dir;
    std::string listen;
    std::string url;
    std::string key_file;
    std::string ca_file;
    bool json = false;
};

struct CommandLine {
    GlobalOptions global;
    std::function<Result<int>()> action;  ///< Answers the exit code.
};

config::Environment environment();
/// Without --config the packaged configuration is read, where there is one. Options of the command
/// line win over the environment, the environment over the file. Sets up the log too.
Result<config::Config> load(const GlobalOptions& options);
/// The panel that the options name: --url with --key-file (and --ca-file), else the one of the
/// state folder.
Result<PanelAddress> panel_of(const GlobalOptions& options);
/// The trimmed text of a file; "-" is standard input.
Result<std::string> read_secret_file(const std::string& path);
/// Tells the error on standard error; answers its exit code.
int report(const Error& error, bool json);

// The groups. `line` outlives `app`.
/// role_commands.cpp: up, serve, worker, config.
void add_role_commands(CLI::App& app, CommandLine& line);
/// upkeep_commands.cpp: migrate, setup, doctor, openapi.
void add_upkeep_commands(CLI::App& app, CommandLine& line);
/// generated_commands.cpp: <noun> <verb>, made from the API's routes.
void add_api_commands(CLI::App& app, CommandLine& line);

}  // namespace hostelry::app
