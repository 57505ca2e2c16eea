#include "core/platform/plugin_host/json_schema.h"

#include "core/base/lock_guarded.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

// The only file that sees valijson: its headers compile slowly and warn. Without the macro it ends
// the process where it would throw.
#define VALIJSON_USE_EXCEPTIONS 1
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#pragma GCC diagnostic pop

#include <algorithm>
#include <string>
#include <utility>

namespace hostelry::plugin_host {

namespace {

using nlohmann::json;

constexpr std::int64_t kPatternTextMax = 1024;
constexpr int kDepthMax = 32;
constexpr std::size_t kViolationsMax = 20;

/// Finds a pattern that could meet long text. std::regex recurses once per character, so such a
/// schema could be made to overflow the stack by the side that sends the document.
bool has_unbounded_pattern(const json& schema, int depth = 0) {
    if (depth > kDepthMax) {
        return true;
    }
    if (schema.is_array()) {
        for (const auto& item : schema) {
            if (has_unbounded_pattern(item, depth + 1)) {
                return true;
            }
        }
        return false;
    }
    if (!schema.is_object()) {
        return false;
    }
    if (schema.contains("patternProperties")) {
        return true;
    }
    if (const auto pattern = schema.find("pattern");
        pattern != schema.end() && pattern->is_string()) {
        const auto longest = schema.find("maxLength");
        if (longest == schema.end() || !longest->is_number_integer() ||
            longest->get<std::int64_t>() > kPatternTextMax) {
            return true;
        }
    }
    for (const auto& member : schema) {
        if (has_unbounded_pattern(member, depth + 1)) {
            return true;
        }
    }
    return false;
}

/// The same schema without patterns: what bounds the text before a pattern may look at it.
json without_patterns(const json& schema) {
    if (schema.is_array()) {
        auto copy = json::array();
        for (const auto& item : schema) {
            copy.push_back(without_patterns(item));
        }
        return copy;
    }
    if (!schema.is_object()) {
        return schema;
    }
    auto copy = json::object();
    for (const auto& [name, member] : schema.items()) {
        if (name == "pattern" && member.is_string()) {
            continue;
        }
        copy[name] = without_patterns(member);
    }
    return copy;
}

bool is_deeper_than(const json& document, int depth) {
    if (!document.is_structured()) {
        return false;
    }
    if (depth == 0) {
        return true;
    }
    for (const auto& member : document) {
        if (is_deeper_than(member, depth - 1)) {
            return true;
        }
    }
    return false;
}

void populate(const json& schema, valijson::Schema& out) {
    valijson::SchemaParser parser;
    const valijson::adapters::NlohmannJsonAdapter adapter(schema);
    parser.populateSchema(adapter, out);
}

/// ["<root>", "[\"site\"]", "[2]"] becomes "site.2".
std::string dotted(const std::vector<std::string>& context) {
    std::string path;
    for (const auto& part : context) {
        if (part == "<root>") {
            continue;
        }
        std::string name;
        for (const char c : part) {
            if (c != '[' && c != ']' && c != '"') {
                name += c;
            }
        }
        path += (path.empty() ? "" : ".") + name;
    }
    return path;
}

bool is_inside(const std::string& inner, const std::string& outer) {
    return inner != outer &&
           (outer.empty() || (inner.starts_with(outer) && inner[outer.size()] == '.'));
}

/// The validator also reports every object around a wrong member; only the innermost says what is
/// wrong.
std::vector<FieldError> innermost(const std::vector<FieldError>& errors) {
    std::vector<FieldError> kept;
    for (const auto& error : errors) {
        const bool surrounds = std::any_of(errors.begin(), errors.end(), [&](const auto& other) {
            return is_inside(other.field, error.field);
        });
        const bool known = std::any_of(kept.begin(), kept.end(), [&](const auto& other) {
            return other.field == error.field;
        });
        if (!surrounds && !known) {
            kept.push_back(error);
        }
    }
    return kept;
}

}  // namespace

struct JsonSchema::Compiled {
    valijson::Schema bounds;
    valijson::Schema full;
    // The validator keeps its regular expressions and is not safe for threads.
    mutable LockGuarded<std::unique_ptr<valijson::Validator>> validator{
        std::make_unique<valijson::Validator>()};

    std::vector<FieldError> check(const valijson::Schema& schema, const json& document) const {
        valijson::ValidationResults results;
        const valijson::adapters::NlohmannJsonAdapter adapter(document);
        const bool right = validator.with([&](const auto& shared) {
            return shared->validate(schema, adapter, &results);
        });
        std::vector<FieldError> errors;
        if (right) {
            return errors;
        }
        valijson::ValidationResults::Error error;
        while (errors.size() < kViolationsMax && results.popError(error)) {
            errors.push_back({dotted(error.context), error.description});
        }
        if (errors.empty()) {
            errors.push_back({"", "Does not match the schema."});
        }
        return innermost(errors);
    }
};

JsonSchema::JsonSchema(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&&) noexcept = default;
JsonSchema::~JsonSchema() = default;

Result<JsonSchema> JsonSchema::compile(const json& schema, const json& definitions) {
    if (has_unbounded_pattern(schema) || has_unbounded_pattern(definitions)) {
        return fail(
            ErrorCode::Invalid,
            fmt::format("A pattern in a schema needs a maxLength of at most {}.", kPatternTextMax)
        );
    }
    json root = schema;
    if (!definitions.is_null()) {
        root["definitions"] = definitions;
    }
    auto compiled = std::make_unique<Compiled>();
    try {
        populate(without_patterns(root), compiled->bounds);
        populate(root, compiled->full);
    } catch (const std::exception& error) {
        return fail(ErrorCode::Invalid, "A schema cannot be read.", error.what());
    }
    return JsonSchema(std::move(compiled));
}

std::vector<FieldError> JsonSchema::violations(const json& document) const {
    if (is_deeper_than(document, kDepthMax)) {
        return {{"", fmt::format("Is nested more than {} levels deep.", kDepthMax)}};
    }
    auto errors = compiled_->check(compiled_->bounds, document);
    if (!errors.empty()) {
        return errors;
    }
    try {
        return compiled_->check(compiled_->full, document);
    } catch (const std::exception& error) {
        return {{"", fmt::format("Could not be checked: {}", error.what())}};
    }
}

}  // namespace hostelry::plugin_host
