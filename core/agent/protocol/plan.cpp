#include "core/agent/protocol/plan.h"

#include "core/agent/protocol/protocol.h"
#include "core/base/id.h"
#include "core/base/strict_json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace hostelry::agent {

using nlohmann::json;

namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::array kStatuses{Status::Changed, Status::Unchanged, Status::Failed, Status::Skipped};

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= kNameBytesMax &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
           });
}

/// Takes a member of the given JSON type out of `object`, so that what remains is unknown.
bool take_text(json& object, const char* name, std::string& out) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) {
        return false;
    }
    out = found->get<std::string>();
    object.erase(found);
    return true;
}

bool take_flag(json& object, const char* name, bool& out) {
    const auto found = object.find(name);
    if (found == object.end()) {
        return true;
    }
    if (!found->is_boolean()) {
        return false;
    }
    out = found->get<bool>();
    object.erase(found);
    return true;
}

void take_action(
    json& item,
    std::size_t index,
    Plan& plan,
    std::set<std::string>& ids,
    std::vector<FieldError>& errors
) {
    const std::string path = "actions." + std::to_string(index);
    Action action;
    if (!item.is_object()) {
        errors.push_back({path, "An action is an object."});
        return;
    }
    if (!take_text(item, "id", action.id) || !is_name(action.id)) {
        errors.push_back({path + ".id", "An id has 1-64 letters, digits, dots, dashes."});
    } else if (!ids.insert(action.id).second) {
        errors.push_back({path + ".id", "Two actions have this id."});
    }
    if (!take_text(item, "do", action.name) || !is_name(action.name)) {
        errors.push_back({path + ".do", "The name of the action is missing."});
    }
    action.facts = item.dump();
    plan.actions.push_back(std::move(action));
}

void take_actions(json& body, Plan& plan, std::vector<FieldError>& errors) {
    const auto actions = body.find("actions");
    if (actions == body.end() || !actions->is_array()) {
        errors.push_back({"actions", "A plan has a list of actions."});
        return;
    }
    if (actions->size() > kActionsMax) {
        errors.push_back({"actions", "A plan has at most 256 actions."});
        return;
    }
    std::set<std::string> ids;
    for (std::size_t i = 0; i < actions->size(); ++i) {
        take_action((*actions)[i], i, plan, ids, errors);
    }
    body.erase(actions);
}

json to_json(const ActionResult& result) {
    json out{
        {"id", result.id},
        {"status", status_name(result.status)},
        {"message", result.message},
        {"ms", result.elapsed_ms}};
    if (!result.diff.empty()) {
        out["diff"] = result.diff;
    }
    if (!result.code.empty()) {
        out["code"] = result.code;
    }
    if (!result.output.empty()) {
        out["output"] = json::parse(result.output, nullptr, false);
    }
    return out;
}

Result<ActionResult> result_of(json& item) {
    ActionResult result;
    std::string status;
    const auto refused = fail(ErrorCode::Invalid, "The result of an action is malformed.");
    if (!item.is_object() || !take_text(item, "id", result.id) ||
        !take_text(item, "status", status) || !take_text(item, "message", result.message)) {
        return refused;
    }
    const auto* const known = std::find_if(kStatuses.begin(), kStatuses.end(), [&](Status one) {
        return status_name(one) == status;
    });
    if (known == kStatuses.end()) {
        return refused;
    }
    result.status = *known;
    take_text(item, "diff", result.diff);
    take_text(item, "code", result.code);
    if (item.contains("ms") && item["ms"].is_number_integer()) {
        result.elapsed_ms = item["ms"].get<std::int64_t>();
        item.erase("ms");
    }
    if (item.contains("output") && item["output"].is_object()) {
        result.output = item["output"].dump();
        item.erase("output");
    }
    if (!item.empty()) {
        return refused;
    }
    return result;
}

}  // namespace

std::string_view status_name(Status status) {
    switch (status) {
        case Status::Changed:
            return "changed";
        case Status::Unchanged:
            return "unchanged";
        case Status::Failed:
            return "failed";
        case Status::Skipped:
            break;
    }
    return "skipped";
}

bool PlanOutcome::ok() const {
    return failure() == nullptr;
}

const ActionResult* PlanOutcome::failure() const {
    for (const auto& result : results) {
        if (result.status == Status::Failed) {
            return &result;
        }
    }
    return nullptr;
}

Result<Plan> parse_plan(std::string_view text) {
    json body = TRY(parse_strict_json(text));
    if (!body.is_object()) {
        return fail(ErrorCode::Invalid, "A plan is a JSON object.");
    }
    Plan plan;
    std::vector<FieldError> errors;
    if (!take_text(body, "plan", plan.id) || !Uuid::parse(plan.id)) {
        errors.push_back({"plan", "The id of a plan is a UUID."});
    }
    if (!take_flag(body, "dry_run", plan.dry_run)) {
        errors.push_back({"dry_run", "This is true or false."});
    }
    if (!take_flag(body, "undo", plan.undo)) {
        errors.push_back({"undo", "This is true or false."});
    }
    if (body.contains("undo_of") && body["undo_of"].is_null()) {
        body.erase("undo_of");
    }
    if (take_text(body, "undo_of", plan.undo_of) && (!plan.undo || !Uuid::parse(plan.undo_of))) {
        errors.push_back({"undo_of", "This is the id of a plan and goes with undo."});
    }
    take_actions(body, plan, errors);
    for (const char* known : {"plan", "dry_run", "undo", "undo_of", "actions"}) {
        body.erase(known);  // what was wrong with these has been said
    }
    for (const auto& [name, value] : body.items()) {
        errors.push_back({name, "A plan has no such member."});
    }
    if (!errors.empty()) {
        return fail_fields(std::move(errors));
    }
    return plan;
}

std::string encode_plan(const Plan& plan) {
    json actions = json::array();
    for (const auto& action : plan.actions) {
        json item = json::parse(action.facts.empty() ? "{}" : action.facts, nullptr, false);
        item["id"] = action.id;
        item["do"] = action.name;
        actions.push_back(std::move(item));
    }
    json body{{"plan", plan.id}, {"dry_run", plan.dry_run}, {"actions", std::move(actions)}};
    if (plan.undo) {
        body["undo"] = true;
    }
    if (!plan.undo_of.empty()) {
        body["undo_of"] = plan.undo_of;
    }
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<PlanOutcome> parse_outcome(std::string_view text) {
    json body = TRY(parse_strict_json(text));
    PlanOutcome outcome;
    if (!body.is_object() || !take_text(body, "plan", outcome.plan) || !body.contains("results") ||
        !body["results"].is_array()) {
        return fail(ErrorCode::Invalid, "The result of a plan is malformed.");
    }
    for (auto& item : body["results"]) {
        outcome.results.push_back(TRY(result_of(item)));
    }
    return outcome;
}

std::string encode_outcome(const PlanOutcome& outcome) {
    json results = json::array();
    for (const auto& result : outcome.results) {
        results.push_back(to_json(result));
    }
    const json body{{"plan", outcome.plan}, {"ok", outcome.ok()}, {"results", results}};
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace hostelry::agent
