#include "core/app/command_line.h"

#include "core/base/text.h"
#include "core/platform/log/log.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

namespace hostelry::app {
namespace {

constexpr auto kPackagedConfig = "/etc/hostelry/hostelry.yaml";

std::string config_file_of(const GlobalOptions& options) {
    const bool is_packaged = ::access(kPackagedConfig, F_OK) == 0;
    return options.config_file.empty() && is_packaged ? kPackagedConfig : options.config_file;
}

}  // namespace

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

Result<config::Config> load(const GlobalOptions& options) {
    auto variables = environment();
    if (!options.state_dir.empty()) {
        variables["HOSTELRY_STATE_DIR"] = options.state_dir;
    }
    if (!options.listen.empty()) {
        variables["HOSTELRY_HTTP_LISTEN"] = options.listen;
    }
    auto config = TRY(config::load_config(config_file_of(options), variables));
    log::set_up({.level = config.log.level, .format = config.log.format, .file = config.log.file});
    return config;
}

Result<PanelAddress> panel_of(const GlobalOptions& options) {
    if (!options.url.empty()) {
        const std::string key = TRY(read_secret_file(options.key_file));
        return PanelAddress{options.url, key, options.ca_file};
    }
    const auto config = TRY(config::load_config(config_file_of(options), environment()));
    return read_panel_address(options.state_dir.empty() ? config.state_dir : options.state_dir);
}

Result<std::string> read_secret_file(const std::string& path) {
    std::ifstream file;
    if (path != "-") {
        file.open(path);
    }
    std::istream& from = path == "-" ? std::cin : file;
    const std::string text(std::istreambuf_iterator<char>(from), {});
    if (!from) {
        return fail(ErrorCode::Invalid, "The file " + path + " cannot be read.");
    }
    return std::string(trim(text));
}

int report(const Error& error, bool json) {
    if (json) {
        nlohmann::json document{
            {"code", std::string(code_name(error.code))}, {"detail", error.message}};
        document["errors"] = nlohmann::json::array();
        for (const auto& field : error.fields) {
            document["errors"].push_back({{"field", field.field}, {"message", field.message}});
        }
        fmt::print(stderr, "{}\n", document.dump());
        return exit_code(error.code);
    }
    fmt::print(stderr, "hostelry: {}\n", error.message);
    for (const auto& field : error.fields) {
        if (field.message != error.message) {
            fmt::print(stderr, "  {}: {}\n", field.field, field.message);
        }
    }
    if (!error.cause.empty()) {
        log::debug("app", "command failed", {{"cause", error.cause}});
    }
    return exit_code(error.code);
}

}  // namespace hostelry::app
