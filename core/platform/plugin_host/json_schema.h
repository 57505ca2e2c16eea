#pragma once
// JSON Schema (draft 7) as the plugin ABI uses it: compiled once, used from any thread.

#include "core/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <vector>

namespace hostelry::plugin_host {

class JsonSchema {
public:
    /// `definitions` is what "#/definitions/..." refers to, or null. Invalid when the schema uses a
    /// "pattern" on text without "maxLength" of at most kPatternTextMax: regular expressions only
    /// ever meet short text.
    static Result<JsonSchema> compile(
        const nlohmann::json& schema, const nlohmann::json& definitions
    );
    JsonSchema(JsonSchema&&) noexcept;
    JsonSchema& operator=(JsonSchema&&) noexcept;
    ~JsonSchema();

    /// Every violation with its dotted path; empty when the document is right.
    std::vector<FieldError> violations(const nlohmann::json& document) const;

private:
    struct Compiled;
    explicit JsonSchema(std::unique_ptr<Compiled> compiled);

    std::unique_ptr<Compiled> compiled_;
};

}  // namespace hostelry::plugin_host
