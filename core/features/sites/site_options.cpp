#include "core/features/sites/site_options.h"

#include "core/platform/crypto/token.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace hostelry::sites {
namespace {

using nlohmann::json;
using plugin_host::FieldType;
using plugin_host::FormField;
using plugin_host::FormSchema;

constexpr std::size_t kGeneratedLength = 20;

/// What a form or a flag says as text, in the type the schema asks for. Text that does not fit
/// stays text, and the schema refuses it by name.
json typed_value(const FormField& field, const std::string& text) {
    if (field.type == FieldType::Boolean && (text == "true" || text == "false")) {
        return text == "true";
    }
    if (field.type == FieldType::Integer) {
        std::int64_t number = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (problem == std::errc{} && end == text.data() + text.size()) {
            return number;
        }
    }
    return text;
}

json typed_values(const FormSchema& schema, const std::map<std::string, std::string>& typed) {
    json values = json::object();
    for (const auto& [name, text] : typed) {
        const FormField* field = schema.find(name);
        values[name] = field == nullptr ? json(text) : typed_value(*field, text);
    }
    return values;
}

bool is_empty(const json& values, const std::string& name) {
    return !values.contains(name) || values.at(name) == json("");
}

}  // namespace

Result<FormSchema> schema_of(const SiteTemplate& site_template) {
    return FormSchema::parse(site_template.options_schema.parse());
}

CheckedOptions check_options(
    const FormSchema& schema,
    const std::map<std::string, std::string>& typed,
    Random& random,
    std::vector<FieldError>& errors
) {
    CheckedOptions checked;
    json values = typed_values(schema, typed);
    for (const FormField& field : schema.fields()) {
        if (is_empty(values, field.name) && field.generate_password) {
            const auto length =
                std::max<std::size_t>(kGeneratedLength, static_cast<std::size_t>(field.min));
            values[field.name] = crypto::make_password(random, length);
            checked.generated.push_back(field.name);
        } else if (is_empty(values, field.name) && !field.required) {
            values.erase(field.name);
        }
    }
    values = schema.with_defaults(values);
    for (const FieldError& error : schema.violations(values)) {
        errors.push_back({.field = "options." + error.field, .message = error.message});
    }
    json open = json::object();
    for (const auto& [name, value] : values.items()) {
        const FormField* field = schema.find(name);
        if (field != nullptr && field->secret) {
            checked.secrets[name] = value.is_string() ? value.get<std::string>() : value.dump();
        } else {
            open[name] = value;
        }
    }
    checked.open = open;
    return checked;
}

}  // namespace hostelry::sites
