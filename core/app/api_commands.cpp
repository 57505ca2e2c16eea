#include "core/app/api_commands.h"

#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

namespace hostelry::app {
namespace {

using nlohmann::json;

constexpr std::size_t kCellWidthMax = 48;
constexpr std::size_t kMinuteEnd = std::string_view("2026-11-29T13:45").size();

// What a list tells of things with many members, so that a row fits a screen. `show` and --json
// tell all.
const std::map<std::string_view, std::vector<std::string_view>>& brief_members() {
    static const std::map<std::string_view, std::vector<std::string_view>> kBrief{
        {"Site",
         {"id",
          "shown_domain",
          "state",
          "template",
          "server_name",
          "https",
          "account",
          "created_at"}},
        {"Job", {"id", "title", "subject_name", "state", "current_step", "error", "created_at"}},
        {"Server", {"id", "name", "address", "state", "is_online", "message", "last_seen_at"}},
        {"User", {"id", "name", "email", "role", "state", "tenant_name", "last_sign_in_at"}},
        {"Certificate", {"id", "names", "kind", "state", "not_after", "problem"}},
        {"DnsZone", {"id", "name", "state", "problem", "records", "backend_name", "dnssec"}},
    };
    return kBrief;
}

bool is_brief(const Description& description, const Field& field) {
    const auto brief = brief_members().find(description.name);
    return brief == brief_members().end() ||
           std::find(brief->second.begin(), brief->second.end(), field.name) != brief->second.end();
}

std::vector<std::string> path_parts(const std::string& path) {
    std::vector<std::string> names;
    for (const auto& part : split(path, '/')) {
        if (part.starts_with('{')) {
            names.push_back(part.substr(1, part.size() - 2));
        }
    }
    return names;
}

std::string shown(const json& value) {
    if (value.is_null()) {
        return "-";
    }
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (value.is_boolean()) {
        return value.get<bool>() ? "yes" : "no";
    }
    if (value.is_array()) {
        std::vector<std::string> items;
        for (const auto& item : value) {
            items.push_back(shown(item));
        }
        return join(items, ", ");
    }
    return value.dump();
}

/// "shown_domain" without a label of its own is "Shown domain".
std::string label_of(const Field& field) {
    if (!field.facts.label.empty()) {
        return field.facts.label;
    }
    std::string label = field.name;
    std::replace(label.begin(), label.end(), '_', ' ');
    label.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(label.front())));
    return label;
}

bool begins_letter(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

/// In letters, as a terminal counts most of them.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_letter));
}

std::string padded(const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, width_of(text)), ' ');
}

bool is_empty(const json& value) {
    return value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty()) ||
           (value.is_array() && value.empty());
}

/// What a table can hold and people read: no nested objects, no secrets, no ids of other things,
/// and nothing that is empty in every row. `show` and --json tell all.
std::vector<const Field*> columns_of(const Description& description, const json& items) {
    std::vector<const Field*> columns;
    for (const auto& field : description.fields) {
        const auto kind = field.facts.kind;
        const bool is_other_id = kind == Kind::Id && field.name != "id";
        if (field.nested != nullptr || kind == Kind::TextMap || kind == Kind::Password ||
            is_other_id || !is_brief(description, field)) {
            continue;
        }
        const bool is_told = std::any_of(items.begin(), items.end(), [&](const json& item) {
            return !is_empty(item.value(field.name, json(nullptr)));
        });
        if (is_told) {
            columns.push_back(&field);
        }
    }
    return columns;
}

/// Moments to the minute.
std::string in_cell(const Field& field, const json& value) {
    const std::string text = shown(value);
    return field.facts.kind == Kind::Timestamp && value.is_string()
               ? text.substr(0, kMinuteEnd) + "Z"
               : text;
}

std::string cut(std::string text) {
    if (width_of(text) <= kCellWidthMax) {
        return text;
    }
    while (width_of(text) > kCellWidthMax - 3 || !begins_letter(text.back())) {
        text.pop_back();
    }
    return text + "...";
}

std::string render_table(const Description& description, const json& items) {
    if (items.empty()) {
        return "None.\n";
    }
    const auto columns = columns_of(description, items);
    std::vector<std::vector<std::string>> rows(1);
    for (const auto* column : columns) {
        rows.front().push_back(label_of(*column));
    }
    for (const auto& item : items) {
        auto& row = rows.emplace_back();
        for (const auto* column : columns) {
            row.push_back(cut(in_cell(*column, item.value(column->name, json(nullptr)))));
        }
    }
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            std::size_t width = 0;
            for (const auto& other : rows) {
                width = std::max(width, width_of(other[i]));
            }
            text += i + 1 == row.size() ? row[i] : padded(row[i], width + 2);
        }
        text += "\n";
    }
    return text;
}

std::string render_object(const Description& description, const json& object) {
    std::size_t width = 0;
    for (const auto& field : description.fields) {
        width = std::max(width, width_of(label_of(field)));
    }
    std::string text;
    std::string tables;
    for (const auto& field : description.fields) {
        if (!object.contains(field.name)) {
            continue;
        }
        const auto& value = object.at(field.name);
        if (field.nested != nullptr && value.is_array()) {
            tables += "\n" + label_of(field) + ":\n" + render_table(*field.nested, value);
        } else if (field.nested != nullptr && value.is_object()) {
            tables += "\n" + label_of(field) + ":\n" + render_object(*field.nested, value);
        } else {
            text += padded(label_of(field), width + 2) + shown(value) + "\n";
        }
    }
    return text + tables;
}

}  // namespace

std::pair<std::string, std::string> noun_and_verb(const std::string& operation) {
    const auto verb_end = std::find_if(operation.begin(), operation.end(), [](char c) {
        return c >= 'A' && c <= 'Z';
    });
    const std::string verb(operation.begin(), verb_end);
    std::string noun;
    for (auto c = verb_end; c != operation.end(); ++c) {
        const bool upper = *c >= 'A' && *c <= 'Z';
        if (upper && !noun.empty()) {
            noun.push_back('-');
        }
        noun.push_back(upper ? static_cast<char>(*c | 0x20) : *c);
    }
    if (verb == "list" && noun.ends_with("ies")) {
        noun.replace(noun.size() - 3, 3, "y");
    } else if (verb == "list" && noun.ends_with('s') && !noun.ends_with("dns")) {
        noun.pop_back();
    }
    return {noun, verb == "get" ? "show" : verb};
}

std::vector<ApiCommand> api_commands(const http::Router& router) {
    std::vector<ApiCommand> commands;
    for (const auto& route : router.routes()) {
        if (route.api && !route.operation.empty()) {
            auto [noun, verb] = noun_and_verb(route.operation);
            commands.push_back({std::move(noun), std::move(verb), path_parts(route.path), &route});
        }
    }
    std::sort(commands.begin(), commands.end(), [](const ApiCommand& a, const ApiCommand& b) {
        return std::tie(a.noun, a.verb) < std::tie(b.noun, b.verb);
    });
    return commands;
}

std::string path_of(const ApiCommand& command, const std::vector<std::string>& arguments) {
    std::string path = command.route->path;
    for (std::size_t i = 0; i < command.arguments.size() && i < arguments.size(); ++i) {
        const std::string placeholder = "{" + command.arguments[i] + "}";
        path.replace(path.find(placeholder), placeholder.size(), percent_encode(arguments[i]));
    }
    return path;
}

std::string job_of(const ApiCommand& command, const json& answer) {
    // A job that is run again or cancelled is itself the answer.
    const auto* name = command.noun == "job" ? "id" : "job";
    const auto found = answer.is_object() ? answer.find(name) : answer.end();
    return found != answer.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string render_answer(const ApiCommand& command, const json& answer) {
    const Description* description = command.route->response;
    if (description == nullptr || !answer.is_object()) {
        const auto job = job_of(command, answer);
        if (!job.empty()) {
            return "Job  " + job + "\n";
        }
        return answer.is_null() ? std::string{} : answer.dump(2) + "\n";
    }
    if (answer.contains("items")) {
        const auto next = answer.value("next", json(nullptr));
        return render_table(*description, answer.at("items")) +
               (is_empty(next) ? "" : "More with: --after " + shown(next) + "\n");
    }
    return render_object(*description, answer);
}

}  // namespace hostelry::app
