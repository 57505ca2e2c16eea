// The commands that come from the API's routes.

#include "core/app/api_client.h"
#include "core/app/api_commands.h"
#include "core/app/command_line.h"
#include "core/app/route_table.h"
#include "core/base/text.h"
#include "core/platform/crypto/token.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <optional>

namespace hostelry::app {
namespace {

struct CommandInput {
    std::vector<std::string> arguments;
    std::deque<std::pair<std::string, std::vector<std::string>>>
        options;  ///< Stable addresses: the parser fills them.
};

Result<int> run_api_command(
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
    return 0;
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

/// Lives as long as the actions that the commands leave behind.
struct GeneratedCommands {
    explicit GeneratedCommands(GlobalOptions& options)
        : global(options), table(config::Config{}), commands(api_commands(table.router())) {
        inputs.resize(commands.size());
    }
    GlobalOptions& global;
    RouteTable table;
    std::vector<ApiCommand> commands;
    std::deque<CommandInput> inputs;
};

void add_one(
    CLI::App& noun,
    CommandLine& line,
    const std::shared_ptr<GeneratedCommands>& generated,
    std::size_t index
) {
    const ApiCommand& command = generated->commands[index];
    CommandInput& input = generated->inputs[index];
    auto* app = noun.add_subcommand(command.verb, command.route->summary);
    app->fallthrough();
    input.arguments.resize(command.arguments.size());
    for (std::size_t i = 0; i < command.arguments.size(); ++i) {
        app->add_option(command.arguments[i], input.arguments[i], "")->required();
    }
    if (command.route->request != nullptr && !http::is_safe(command.route->method)) {
        add_member_options(*app, *command.route->request, input);
    }
    app->callback([&line, generated, index] {
        line.action = [generated, index] {
            return run_api_command(
                generated->global, generated->commands[index], generated->inputs[index]
            );
        };
    });
}

}  // namespace

void add_api_commands(CLI::App& app, CommandLine& line) {
    const auto generated = std::make_shared<GeneratedCommands>(line.global);
    std::map<std::string, CLI::App*> nouns;
    for (std::size_t i = 0; i < generated->commands.size(); ++i) {
        const auto& name = generated->commands[i].noun;
        auto*& noun = nouns[name];
        if (noun == nullptr) {
            noun = app.add_subcommand(name, "Commands about: " + name);
            noun->require_subcommand(1);
            noun->fallthrough();
        }
        add_one(*noun, line, generated, i);
    }
}

}  // namespace hostelry::app
