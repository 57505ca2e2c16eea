// The commands that come from the API's routes.

#include "core/app/api_client.h"
#include "core/app/api_commands.h"
#include "core/app/command_line.h"
#include "core/app/job_watch.h"
#include "core/app/route_table.h"
#include "core/app/thing_names.h"
#include "core/base/text.h"
#include "core/platform/crypto/token.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <optional>

namespace hostelry::app {
namespace {

using nlohmann::json;

struct CommandInput {
    std::vector<std::string> arguments;
    std::deque<std::pair<std::string, std::vector<std::string>>>
        options;  ///< Stable addresses: the parser fills them.
    bool wait = false;

    FormPairs pairs() const {
        FormPairs all;
        for (const auto& [name, values] : options) {
            for (const auto& value : values) {
                all.emplace_back(name, value);
            }
        }
        return all;
    }
};

/// What the options of a command mean: the body of what changes something, else the query.
const Description* options_of(const ApiCommand& command) {
    return http::is_safe(command.route->method) ? command.route->query : command.route->request;
}

bool may_start_job(const ApiCommand& command) {
    const auto* response = command.route->response;
    return !http::is_safe(command.route->method) &&
           (command.noun == "job" || response == nullptr || response->find("job") != nullptr);
}

Result<json> body_of(const ApiCommand& command, const CommandInput& input) {
    if (command.route->request == nullptr) {
        return json::object();
    }
    std::vector<FieldError> unknown;
    auto body = form_to_json(*command.route->request, input.pairs(), unknown);
    if (!unknown.empty()) {
        return fail_fields(std::move(unknown));
    }
    return body;
}

std::string query_of(const CommandInput& input) {
    std::string query;
    for (const auto& [name, value] : input.pairs()) {
        query += (query.empty() ? "?" : "&") + name + "=" + percent_encode(value);
    }
    return query;
}

Result<json> call(const PanelAddress& panel, const ApiCommand& command, const CommandInput& input) {
    const std::string path = path_of(command, input.arguments);
    const auto method = command.route->method;
    const auto answer = [&]() -> Result<ApiAnswer> {
        if (http::is_safe(method)) {
            return call_api(panel, method, path + query_of(input), nullptr, {});
        }
        SystemRandom random;
        const auto body = TRY(body_of(command, input));
        return call_api(panel, method, path, &body, crypto::make_token(random));
    }();
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    return answer->body.empty() ? json(nullptr) : json::parse(answer->body, nullptr, false);
}

void print(const GlobalOptions& options, const ApiCommand& command, const json& document) {
    const std::string text =
        options.json ? document.dump(2) + "\n" : render_answer(command, document);
    fmt::print("{}", text);
    static_cast<void>(std::fflush(stdout));
}

Result<json> watch_on_terminal(const PanelAddress& panel, const std::string& job) {
    return watch_job(panel, job, [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
}

/// Where a person gave a name, the id.
Result<CommandInput> with_ids(
    const ThingNames& names, const ApiCommand& command, CommandInput input
) {
    for (std::size_t i = 0; i < input.arguments.size(); ++i) {
        input.arguments[i] = TRY(names.id_in_path(command, i, input.arguments[i]));
    }
    const auto* description = options_of(command);
    for (auto& [name, values] : input.options) {
        const auto* field = description == nullptr ? nullptr : description->find(name);
        for (auto& value : values) {
            value = field == nullptr ? value : TRY(names.id_of_member(*field, value));
        }
    }
    return input;
}

Result<int> run_api_command(
    const GlobalOptions& options,
    const std::vector<ApiCommand>& commands,
    const ApiCommand& command,
    const CommandInput& typed
) {
    const auto panel = TRY(panel_of(options));
    const ThingNames names(commands, [&](const std::string& path) -> Result<json> {
        const auto answer = TRY(call_api(panel, http::Method::Get, path, nullptr, {}));
        return json::parse(answer.body, nullptr, false);
    });
    const auto input = TRY(with_ids(names, command, typed));
    const auto document = TRY(call(panel, command, input));
    print(options, command, document);
    const auto job = job_of(command, document);
    if (input.wait && !job.empty()) {
        TRY(watch_on_terminal(panel, job));
    }
    return 0;
}

/// `hostelry job watch ID`, beside the commands that the API's routes give.
void add_job_watch(CLI::App& noun, CommandLine& line) {
    auto* app = noun.add_subcommand("watch", "Follow a job until it ends");
    app->fallthrough();
    const auto id = std::make_shared<std::string>();
    app->add_option("id", *id, "")->required();
    app->callback([&line, id] {
        line.action = [&line, id]() -> Result<int> {
            const auto panel = TRY(panel_of(line.global));
            const auto ended = TRY(watch_on_terminal(panel, *id));
            if (line.global.json) {
                std::printf("%s\n", ended.dump(2).c_str());
            }
            return 0;
        };
    });
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

/// Secrets, which other people could read among the arguments, and texts of many lines.
bool is_read_from_file(const Field& field) {
    return field.facts.kind == Kind::Password || field.facts.kind == Kind::Multiline;
}

/// "--name"; with the noun before it where the program has an option of that name for itself
/// (--state is its folder, --job-state a job's).
std::string flag_of(const CLI::App& noun, const Field& field) {
    std::string name = field.name + (is_read_from_file(field) ? "-file" : "");
    std::replace(name.begin(), name.end(), '_', '-');
    const bool is_taken = noun.get_parent()->get_option_no_throw("--" + name) != nullptr;
    return "--" + (is_taken ? noun.get_name() + "-" : "") + name;
}

/// An option for each member; lists repeat.
void add_member_options(
    CLI::App& noun, CLI::App& app, const Description& description, CommandInput& input
) {
    for (const auto& field : description.fields) {
        auto& slot = input.options.emplace_back(field.name, std::vector<std::string>{});
        const std::string flag = flag_of(noun, field);
        const std::string help = field.facts.help.empty() ? field.facts.label : field.facts.help;
        if (is_read_from_file(field)) {
            app.add_option_function<std::string>(
                flag,
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
    if (const auto* description = options_of(command)) {
        add_member_options(noun, *app, *description, input);
    }
    if (may_start_job(command)) {
        app->add_flag(
            "--wait",
            input.wait,
            "Follow the job that this starts until it ends; the exit code says how"
        );
    }
    app->callback([&line, generated, index] {
        line.action = [generated, index] {
            return run_api_command(
                generated->global,
                generated->commands,
                generated->commands[index],
                generated->inputs[index]
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
    add_job_watch(*nouns.at("job"), line);
}

}  // namespace hostelry::app
