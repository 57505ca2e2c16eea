#include "core/agent/runtime/command.h"

#include "core/base/strict_json.h"

#include <nlohmann/json.hpp>

namespace hostelry::agent {

Outcome changed(std::string message, std::string diff) {
    return {Status::Changed, std::move(message), std::move(diff), {}};
}

Outcome unchanged(std::string message) {
    return {Status::Unchanged, std::move(message), {}, {}};
}

Result<std::unique_ptr<Command>> Registry::make(const Action& action) const {
    const auto maker = makers_.find(action.name);
    if (maker == makers_.end()) {
        return fail(
            ErrorCode::Unsupported, "The agent does not know the action \"" + action.name + "\"."
        );
    }
    return maker->second(TRY(parse_strict_json(action.facts)));
}

std::vector<std::string> Registry::names() const {
    std::vector<std::string> names;
    for (const auto& [name, maker] : makers_) {
        names.push_back(name);
    }
    return names;
}

}  // namespace hostelry::agent
