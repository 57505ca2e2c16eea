#include "core/app/thing_names.h"

#include "core/base/id.h"
#include "core/base/text.h"
#include "core/platform/names/domain_name.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::app {
namespace {

using nlohmann::json;

constexpr int kPagesMax = 50;

/// What a thing is called by: the first of these that its description has. Nothing for what has no
/// name of its own.
const Field* name_member(const http::Route& list) {
    const auto* id = list.response == nullptr ? nullptr : list.response->find("id");
    if (id == nullptr || id->facts.kind != Kind::Id) {
        return nullptr;
    }
    for (const auto* name : {"domain", "email", "name"}) {
        if (const auto* field = list.response->find(name)) {
            return field;
        }
    }
    return nullptr;
}

/// As the API keeps it: domains in ASCII and small letters, whatever a person types.
std::string kept_form(const Field& member, const std::string& text) {
    const auto domain = member.name == "domain" ? names::domain_from_text(text)
                                                : Result<std::string>{lower_ascii(text)};
    return domain.value_or(lower_ascii(text));
}

/// A list of its own: one below another thing ("/dns-zones/{id}/records") needs to know which.
bool may_be_asked(const ApiCommand& command) {
    return command.route->response_is_list && command.arguments.empty();
}

std::string path_of_page(
    const http::Route& list, const std::string& words, const std::string& after
) {
    const bool takes_words = list.query != nullptr && list.query->find("q") != nullptr;
    std::string query = takes_words ? "?q=" + percent_encode(words) : "";
    if (!after.empty()) {
        query += (query.empty() ? "?after=" : "&after=") + percent_encode(after);
    }
    return list.path + query;
}

}  // namespace

ThingNames::ThingNames(const std::vector<ApiCommand>& commands, AskApi ask)
    : commands_(commands), ask_(std::move(ask)) {}

Result<std::string> ThingNames::id_in_path(
    const ApiCommand& command, std::size_t argument, const std::string& text
) const {
    const auto& path = command.route->path;
    const auto& name = command.arguments[argument];
    const auto* list = list_at(path.substr(0, path.find("/{" + name + "}")));
    return find(list != nullptr ? list : list_of(name), text);
}

Result<std::string> ThingNames::id_of_member(const Field& field, const std::string& text) const {
    return field.facts.kind == Kind::Id ? find(list_of(field.name), text) : text;
}

const ApiCommand* ThingNames::list_at(std::string_view path) const {
    const auto found = std::ranges::find_if(commands_, [&](const ApiCommand& one) {
        return may_be_asked(one) && one.route->path == path;
    });
    return found == commands_.end() ? nullptr : &*found;
}

/// "server" is a server; "backend" a DNS backend; a parent is an account.
const ApiCommand* ThingNames::list_of(std::string_view noun) const {
    const std::string_view wanted = noun == "parent" ? "tenant" : noun;
    const auto found = std::ranges::find_if(commands_, [&](const ApiCommand& one) {
        return may_be_asked(one) &&
               (one.noun == wanted || one.noun.ends_with("-" + std::string(wanted)));
    });
    return found == commands_.end() ? nullptr : &*found;
}

Result<std::string> ThingNames::find(const ApiCommand* list, const std::string& text) const {
    const Field* member = list == nullptr ? nullptr : name_member(*list->route);
    if (member == nullptr || text.empty() || Uuid::parse(text)) {
        return text;
    }
    const auto wanted = kept_form(*member, text);
    std::vector<std::string> ids;
    std::string after;
    for (int page = 0; page < kPagesMax; ++page) {
        const auto answer = TRY(ask_(path_of_page(*list->route, wanted, after)));
        if (!answer.is_object() || !answer.contains("items")) {
            return fail(
                ErrorCode::Internal, "The panel's answer to " + list->route->path + " is no list."
            );
        }
        for (const auto& item : answer.at("items")) {
            if (lower_ascii(item.value(member->name, "")) == wanted) {
                ids.push_back(item.value("id", ""));
            }
        }
        const auto next = answer.find("next");
        if (next == answer.end() || !next->is_string()) {
            break;
        }
        after = next->get<std::string>();
    }
    if (ids.empty()) {
        return fail(
            ErrorCode::NotFound,
            fmt::format(
                "There is no {0} \"{1}\". `hostelry {0} list` shows those there are.",
                list->noun,
                text
            )
        );
    }
    if (ids.size() > 1) {
        return fail(
            ErrorCode::Conflict,
            fmt::format("Several are called \"{}\". Name one by its id: {}.", text, join(ids, ", "))
        );
    }
    return ids.front();
}

}  // namespace hostelry::app
