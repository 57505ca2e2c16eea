// The one program. Command line parsing lives here and nowhere else (CLI11 is slow to compile).

#include "core/app/api_client.h"
#include "core/app/api_commands.h"
#include "core/app/features.h"
#include "core/app/run_roles.h"
#include "core/app/signals.h"
#include "core/base/text.h"
#include "core/platform/config/config.h"
#include "core/platform/crypto/digest.h"
#include "core/platform/crypto/token.h"
#include "core/platform/db/migrations.h"
#include "core/platform/log/log.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cstdio>
#include <deque>
#include <functional>
#include <optional>

extern char** environ;

namespace hostelry::app {
namespace {

constexpr const char* kVersion = "0.1.0";

struct GlobalOptions {
    std::string config_file;
    std::string state_dir;
    std::string listen;
    std::string url;
    std::string key_file;
    bool json = false;
};

config::Environment environment() {
    config::Environment variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        const auto equals = text.find('=');
        variables[text.substr(0, equals)] =
            equals == std::string::npos ? "" : text.substr(equals + 1);
    }
    return variables;
}

/// Options of the command line win over the environment, the environment over the file.
Result<config::Config> load(const GlobalOptions& options) {
    auto variables = environment();
    if (!options.state_dir.empty()) {
        variables["HOSTELRY_STATE_DIR"] = options.state_dir;
    }
    if (!options.listen.empty()) {
        variables["HOSTELRY_HTTP_LISTEN"] = options.listen;
    }
    auto config = TRY(config::load_config(options.config_file, variables));
    log::set_up({.level = config.log.level, .format = config.log.format, .file = config.log.file});
    return config;
}

int report(const Error& error, bool json) {
    if (json) {
        nlohmann::json document{
            {"code", std::string(code_name(error.code))}, {"detail", error.message}};
        document["errors"] = nlohmann::json::array();
        for (const auto& field : error.fields) {
            document["errors"].push_back({{"field", field.field}, {"message", field.message}});
        }
        std::fprintf(stderr, "%s\n", document.dump().c_str());
        return exit_code(error.code);
    }
    std::fprintf(stderr, "hostelry: %s\n", error.message.c_str());
    for (const auto& field : error.fields) {
        if (field.message != error.message) {
            std::fprintf(stderr, "  %s: %s\n", field.field.c_str(), field.message.c_str());
        }
    }
    if (!error.cause.empty()) {
        log::debug("app", "command failed", {{"cause", error.cause}});
    }
    return exit_code(error.code);
}

Result<void> run_config(const GlobalOptions& options) {
    const auto config = TRY(load(options));
    for (const auto& [key, value] : config::describe_config(config)) {
        std::printf("%s: %s\n", key.c_str(), value.c_str());
    }
    return {};
}

/// The features without a platform behind them: enough to know every route.
class RouteTable {
public:
    explicit RouteTable(const config::Config& config) : platform_(Platform::detached(config)) {
        features_.emplace(*platform_, assets_, "");
        features_->add_routes(router_);
    }
    const http::Router& router() const { return router_; }

private:
    std::unique_ptr<Platform> platform_;
    view::Assets assets_;
    std::optional<Features> features_;
    http::Router router_;
};

struct CommandInput {
    std::vector<std::string> arguments;
    std::deque<std::pair<std::string, std::vector<std::string>>>
        options;  ///< Stable addresses: the parser fills them.
};

Result<std::string> read_secret_file(const std::string& path) {
    std::string text;
    if (std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "r")) {
        char buffer[4096];
        for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
            text.append(buffer, got);
        }
        if (file != stdin) {
            std::fclose(file);
        }
        return std::string(trim(text));
    }
    return fail(ErrorCode::Invalid, "The file " + path + " cannot be read.");
}

Result<PanelAddress> panel_of(const GlobalOptions& options) {
    if (!options.url.empty()) {
        const std::string key = TRY(read_secret_file(options.key_file));
        return PanelAddress{options.url, {}, key};
    }
    const auto config = TRY(config::load_config(options.config_file, environment()));
    return read_panel_address(options.state_dir.empty() ? config.state_dir : options.state_dir);
}

Result<void> run_api_command(
    const GlobalOptions& options, const ApiCommand& command, const CommandInput& input
) {
    const auto panel = TRY(panel_of(options));
    SystemRandom random;
    FormPairs pairs;
    for (const auto& [name, values] : input.options) {
        for (const auto& value : values) {
            pairs.emplace_back(name, value);
        }
    }
    std::string path = path_of(command, input.arguments);
    std::optional<nlohmann::json> body;
    if (command.route->request != nullptr && !http::is_safe(command.route->method)) {
        std::vector<FieldError> unknown;
        body = form_to_json(*command.route->request, pairs, unknown);
        if (!unknown.empty()) {
            return fail_fields(std::move(unknown));
        }
    } else if (!http::is_safe(command.route->method)) {
        body = nlohmann::json::object();
    }
    const auto answer = TRY(call_api(
        panel, command.route->method, path, body ? &*body : nullptr, crypto::make_token(random)
    ));
    const auto document = answer.body.empty() ? nlohmann::json(nullptr)
                                              : nlohmann::json::parse(answer.body, nullptr, false);
    const std::string text =
        options.json ? document.dump(2) + "\n" : render_answer(command, document);
    std::fputs(text.c_str(), stdout);
    return {};
}

/// "--options title=Hello" sets the entry `title`; may be repeated.
void add_map_option(
    CLI::App& app,
    const std::string& flag,
    const std::string& help,
    const std::string& name,
    CommandInput& input
) {
    app.add_option_function<std::vector<std::string>>(
        flag,
        [&input, name](const std::vector<std::string>& entries) {
            for (const auto& entry : entries) {
                const auto equals = entry.find('=');
                if (equals == std::string::npos) {
                    throw CLI::ValidationError(entry + " must be written name=value.");
                }
                input.options.emplace_back(
                    name + "." + entry.substr(0, equals),
                    std::vector<std::string>{entry.substr(equals + 1)}
                );
            }
        },
        help + " (name=value, may be repeated)"
    );
}

/// "--name VALUE" for each member; lists repeat; secrets come
/// from a file.
void add_member_options(CLI::App& app, const Description& description, CommandInput& input) {
    for (const auto& field : description.fields) {
        auto& slot = input.options.emplace_back(field.name, std::vector<std::string>{});
        std::string flag = "--" + field.name;
        std::replace(flag.begin(), flag.end(), '_', '-');
        const std::string help = field.facts.help.empty() ? field.facts.label : field.facts.help;
        if (field.facts.kind == Kind::Password) {
            app.add_option_function<std::string>(
                flag + "-file",
                [&slot](const std::string& path) {
                    const auto secret = read_secret_file(path);
                    if (!secret) {
                        throw CLI::ValidationError(secret.error().message);
                    }
                    slot.second = {*secret};
                },
                help + " (read from a file, - is standard input)"
            );
        } else if (field.facts.kind == Kind::TextMap) {
            add_map_option(app, flag, help, field.name, input);
        } else {
            app.add_option(flag, slot.second, help)->take_all();
        }
    }
}

class CommandLine {
public:
    int run(int argc, char** argv) {
        app_.set_version_flag("--version", kVersion);
        app_.require_subcommand(1);
        app_.fallthrough();
        app_.add_option("--config", global_.config_file, "Configuration file");
        app_.add_option("--state", global_.state_dir, "State folder (overrides the configuration)");
        app_.add_option("--url", global_.url, "Another panel, with --key-file");
        app_.add_option("--key-file", global_.key_file, "File that holds the API key for --url");
        app_.add_flag("--json", global_.json, "Answers and errors as JSON");
        add_roles();
        add_api_commands();
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            const int code = app_.exit(error);
            return code == 0 ? 0 : exit_code(ErrorCode::Invalid);
        }
        const Result<void> done = action_();
        return done ? 0 : report(done.error(), global_.json);
    }

private:
    void add_roles() {
        role(
            "up",
            "Everything in one process, with a private database when none is configured",
            {true, true, true}
        );
        role(
            "serve",
            "Answer people, programs and agents",
            {.serve = true, .work = false, .migrate = false}
        );
        role(
            "worker",
            "Run jobs, schedules and event listeners",
            {.serve = false, .work = true, .migrate = false}
        );
        add("config", "Show every configuration key with its present value", [this] {
            return run_config(global_);
        });
    }

    void role(const char* name, const char* help, Roles roles) {
        auto* command = app_.add_subcommand(name, help);
        command->add_option("--listen", global_.listen, "Address and port (overrides http.listen)");
        command->callback([this, roles] {
            action_ = [this, roles]() -> Result<void> {
                const auto config = TRY(load(global_));
                return run_roles(config, roles);
            };
        });
    }

    void add(const char* name, const char* help, std::function<Result<void>()> action) {
        auto* command = app_.add_subcommand(name, help);
        command->callback([this, action = std::move(action)] { action_ = action; });
    }

    void add_api_commands() {
        table_.emplace(config::Config{});
        commands_ = api_commands(table_->router());
        inputs_.resize(commands_.size());
        std::map<std::string, CLI::App*> nouns;
        for (std::size_t i = 0; i < commands_.size(); ++i) {
            auto*& noun = nouns[commands_[i].noun];
            if (noun == nullptr) {
                noun =
                    app_.add_subcommand(commands_[i].noun, "Commands about: " + commands_[i].noun);
                noun->require_subcommand(1);
                noun->fallthrough();
            }
            add_api_command(*noun, i);
        }
    }

    void add_api_command(CLI::App& noun, std::size_t index) {
        const ApiCommand& command = commands_[index];
        CommandInput& input = inputs_[index];
        auto* app = noun.add_subcommand(command.verb, command.route->summary);
        app->fallthrough();
        input.arguments.resize(command.arguments.size());
        for (std::size_t i = 0; i < command.arguments.size(); ++i) {
            app->add_option(command.arguments[i], input.arguments[i], "")->required();
        }
        if (command.route->request != nullptr && !http::is_safe(command.route->method)) {
            add_member_options(*app, *command.route->request, input);
        }
        app->callback([this, index] {
            action_ = [this, index] {
                return run_api_command(global_, commands_[index], inputs_[index]);
            };
        });
    }

    CLI::App app_{"Hostelry, the hosting control panel"};
    GlobalOptions global_;
    std::optional<RouteTable> table_;
    std::vector<ApiCommand> commands_;
    std::vector<CommandInput> inputs_;
    std::function<Result<void>()> action_;
};

}  // namespace
}  // namespace hostelry::app

int main(int argc, char** argv) {
    hostelry::app::block_stop_signals();
    hostelry::crypto::set_up();
    try {
        return hostelry::app::CommandLine().run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hostelry: %s\n", error.what());
        return hostelry::exit_code(hostelry::ErrorCode::Internal);
    }
}
