#include "core/platform/plugin_host/form_schema.h"

#include "core/base/text.h"
#include "core/platform/plugin_host/json_schema.h"
#include "core/platform/plugin_host/schemas.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <regex>
#include <set>

namespace hostelry::plugin_host {

namespace {

using nlohmann::json;

constexpr std::int64_t kTextMax = 65'536;
constexpr std::int64_t kPatternFieldMax = 1024;

/// A group that repeats, or a back reference, can make matching exponential; both are refused.
bool is_harmless_pattern(const std::string& pattern) {
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at] == '\\') {
            ++at;
            if (at < pattern.size() && pattern[at] >= '1' && pattern[at] <= '9') {
                return false;
            }
            continue;
        }
        const bool repeats =
            at + 1 < pattern.size() &&
            (pattern[at + 1] == '*' || pattern[at + 1] == '+' || pattern[at + 1] == '{');
        if (pattern[at] == ')' && repeats) {
            return false;
        }
    }
    try {
        const std::regex compiled(pattern);
        return true;
    } catch (const std::regex_error&) {
        return false;
    }
}

FieldType type_of(const std::string& name) {
    if (name == "boolean") {
        return FieldType::Boolean;
    }
    return name == "integer" ? FieldType::Integer : FieldType::Text;
}

void read_bounds(const json& property, FormField& field) {
    if (field.type == FieldType::Integer) {
        field.min = property.value("minimum", std::numeric_limits<std::int64_t>::min());
        field.max = property.value("maximum", std::numeric_limits<std::int64_t>::max());
        return;
    }
    field.min = property.value("minLength", std::int64_t{0});
    field.max = property.value("maxLength", kTextMax);
}

void read_choices(const json& property, FormField& field) {
    const auto choices = property.find("enum");
    if (choices == property.end()) {
        return;
    }
    const auto labels = property.value("x-labels", json::object());
    for (const auto& choice : *choices) {
        const auto value = choice.get<std::string>();
        field.choices.emplace_back(value, labels.value(value, value));
    }
}

FormField read_field(const std::string& name, const json& property) {
    FormField field;
    field.name = name;
    field.type = type_of(property.at("type"));
    field.title = property.at("title");
    field.description = property.value("description", "");
    field.secret = property.value("x-secret", false);
    field.generate_password = property.value("x-generate", "") == "password";
    field.order = property.value("x-order", std::int64_t{0});
    field.group = property.value("x-group", "");
    field.format = property.value("format", "");
    field.pattern = property.value("pattern", "");
    read_bounds(property, field);
    read_choices(property, field);
    if (const auto found = property.find("default"); found != property.end()) {
        field.default_value = found->dump();
    }
    return field;
}

std::size_t characters(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

bool is_email(const std::string& text) {
    static const std::regex kEmail("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9][A-Za-z0-9.-]*$");
    return text.size() <= 254 && std::regex_match(text, kEmail);
}

bool is_hostname(const std::string& text) {
    static const std::regex kHost("^[A-Za-z0-9][A-Za-z0-9.-]*$");
    return text.size() <= 253 && std::regex_match(text, kHost);
}

bool is_uri(const std::string& text) {
    static const std::regex kUri("^https?://[A-Za-z0-9\\[][A-Za-z0-9.:\\]-]*(/[A-Za-z0-9._~/%-]*)?$"
    );
    return text.size() <= 1000 && std::regex_match(text, kUri);
}

bool is_locale(const std::string& text) {
    static const std::regex kLocale("^[a-z]{2,3}(_[A-Z]{2})?(_[a-z]+)?$");
    return text.size() <= 30 && std::regex_match(text, kLocale);
}

std::string format_problem(const std::string& format, const std::string& text) {
    if (format == "email" && !is_email(text)) {
        return "Must be an e-mail address, for example anna@example.com.";
    }
    if (format == "hostname" && !is_hostname(text)) {
        return "Must be a host name, for example ns1.example.com.";
    }
    if (format == "uri" && !is_uri(text)) {
        return "Must be an address that begins with http:// or https://, without a user name.";
    }
    if (format == "locale" && !is_locale(text)) {
        return "Must be a locale, for example en_US.";
    }
    return {};
}

std::string length_problem(const FormField& field, const std::string& text) {
    const auto length = static_cast<std::int64_t>(characters(text));
    if (length < field.min) {
        return field.min == 1 ? "Must not be empty."
                              : fmt::format("Must have at least {} characters.", field.min);
    }
    if (length > field.max) {
        return fmt::format("Must have at most {} characters.", field.max);
    }
    return {};
}

bool is_choice(const FormField& field, const std::string& text) {
    return field.choices.empty() ||
           std::any_of(field.choices.begin(), field.choices.end(), [&](const auto& choice) {
               return choice.first == text;
           });
}

std::string text_problem(const FormField& field, const std::string& text) {
    if (!is_valid_utf8(text) || has_control_bytes(text)) {
        return "Must not contain control characters.";
    }
    if (auto problem = length_problem(field, text); !problem.empty()) {
        return problem;
    }
    if (!is_choice(field, text)) {
        return "Must be one of the choices.";
    }
    if (!field.pattern.empty() && !std::regex_search(text, std::regex(field.pattern))) {
        return "Does not have the expected form.";
    }
    return format_problem(field.format, text);
}

std::string integer_problem(const FormField& field, std::int64_t value) {
    if (value < field.min || value > field.max) {
        return fmt::format("Must be between {} and {}.", field.min, field.max);
    }
    return {};
}

std::string value_problem(const FormField& field, const json& value) {
    switch (field.type) {
        case FieldType::Boolean:
            return value.is_boolean() ? "" : "Must be true or false.";
        case FieldType::Integer:
            return value.is_number_integer() ? integer_problem(field, value.get<std::int64_t>())
                                             : "Must be a whole number.";
        case FieldType::Text:
            return value.is_string() ? text_problem(field, value.get<std::string>())
                                     : "Must be text.";
    }
    return "Has an unknown type.";
}

/// What form.json cannot say: that required names exist, defaults fit, patterns are harmless.
std::vector<FieldError> lint(const json& schema, const std::vector<FormField>& fields) {
    std::vector<FieldError> errors;
    for (const auto& name : schema.value("required", std::vector<std::string>{})) {
        if (!schema.at("properties").contains(name)) {
            errors.push_back({"required", "Names a property that is not there: " + name});
        }
    }
    for (const auto& field : fields) {
        const auto path = "properties." + field.name;
        if (!field.pattern.empty() &&
            (field.max > kPatternFieldMax || !is_harmless_pattern(field.pattern))) {
            errors.push_back(
                {path,
                 "A pattern needs maxLength of at most 1024 and no repeated "
                 "group or back reference."}
            );
            continue;
        }
        if (field.default_value) {
            auto problem = value_problem(field, json::parse(*field.default_value));
            if (!problem.empty() && *field.default_value != "\"\"") {
                errors.push_back({path + ".default", std::move(problem)});
            }
        }
    }
    return errors;
}

const JsonSchema& form_rules() {
    static const auto kRules =
        JsonSchema::compile(json::parse(schema_text("form")), nullptr).value();
    return kRules;
}

}  // namespace

Result<FormSchema> FormSchema::parse(const json& schema) {
    if (auto errors = form_rules().violations(schema); !errors.empty()) {
        return fail_fields(std::move(errors));
    }
    FormSchema form;
    form.has_connection_test_ = schema.value("x-test", false);
    const auto required = schema.value("required", std::set<std::string>{});
    for (const auto& [name, property] : schema.at("properties").items()) {
        form.fields_.push_back(read_field(name, property));
        form.fields_.back().required = required.contains(name);
    }
    if (auto errors = lint(schema, form.fields_); !errors.empty()) {
        return fail_fields(std::move(errors));
    }
    std::stable_sort(
        form.fields_.begin(),
        form.fields_.end(),
        [](const FormField& left, const FormField& right) { return left.order < right.order; }
    );
    return form;
}

const FormField* FormSchema::find(std::string_view name) const {
    const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const FormField& field) {
        return field.name == name;
    });
    return found == fields_.end() ? nullptr : &*found;
}

json FormSchema::with_defaults(const json& values) const {
    json filled = values.is_object() ? values : json::object();
    for (const auto& field : fields_) {
        const auto found = filled.find(field.name);
        const bool blank = found != filled.end() && found->is_string() &&
                           found->get_ref<const std::string&>().empty();
        if (found != filled.end() && !(blank && (!field.required || field.default_value))) {
            continue;
        }
        if (found != filled.end()) {
            filled.erase(found);
        }
        if (field.default_value) {
            filled[field.name] = json::parse(*field.default_value);
        }
    }
    return filled;
}

std::vector<FieldError> FormSchema::violations(const json& values) const {
    if (!values.is_object()) {
        return {{"", "Must be an object."}};
    }
    std::vector<FieldError> errors;
    for (const auto& [name, value] : values.items()) {
        const auto* field = find(name);
        if (field == nullptr) {
            errors.push_back({name, "Is not known here."});
        } else if (auto problem = value_problem(*field, value); !problem.empty()) {
            errors.push_back({name, std::move(problem)});
        }
    }
    for (const auto& field : fields_) {
        if (field.required && !values.contains(field.name)) {
            errors.push_back({field.name, "Must not be empty."});
        }
    }
    return errors;
}

}  // namespace hostelry::plugin_host
