#pragma once
// The schema of a plugin's settings or a site template's options (plugin-api/schemas/form.json): a
// flat list of fields from which come the form, its validation, the CLI's flags and the docs. Needs
// no plugin to be loaded, so `serve` may use it on a cached catalogue.

#include "core/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hostelry::plugin_host {

enum class FieldType { Text, Boolean, Integer };

struct FormField {
    std::string name;
    FieldType type = FieldType::Text;
    std::string title;
    std::string description;
    bool required = false;
    bool secret = false;             ///< "x-secret": stored sealed, never shown again.
    bool generate_password = false;  ///< "x-generate": "password": filled in when left empty.
    std::int64_t order = 0;
    std::string group;
    std::string format;    ///< "email", "hostname", "uri", "locale" or empty.
    std::string pattern;   ///< Anchored by its author; only ever meets at most 1024 bytes.
    std::int64_t min = 0;  ///< Length in characters for text, value for integers.
    std::int64_t max = 0;
    /// Value and label; empty when any text will do.
    std::vector<std::pair<std::string, std::string>> choices;
    std::optional<std::string> default_value;  ///< JSON text.
};

class FormSchema {
public:
    /// Invalid when the schema leaves the allowed subset.
    static Result<FormSchema> parse(const nlohmann::json& schema);

    /// By x-order, then by name.
    const std::vector<FormField>& fields() const { return fields_; }
    const FormField* find(std::string_view name) const;
    bool has_connection_test() const { return has_connection_test_; }

    /// `values` with the defaults of absent members. Empty text of an optional member counts as
    /// absent.
    nlohmann::json with_defaults(const nlohmann::json& values) const;
    /// One message per wrong member; unknown members are refused. An absent member that is
    /// required, or that has to be generated, is reported too.
    std::vector<FieldError> violations(const nlohmann::json& values) const;

private:
    std::vector<FormField> fields_;
    bool has_connection_test_ = false;
};

}  // namespace hostelry::plugin_host
