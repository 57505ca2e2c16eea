#include "core/platform/web/described_fields.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace hostelry::view {
namespace {

std::string shown_value(const FormPairs& shown, std::string_view name) {
    const auto found = std::find_if(shown.begin(), shown.end(), [&](const auto& pair) {
        return pair.first == name;
    });
    return found == shown.end() ? std::string() : found->second;
}

std::string error_of(const std::vector<FieldError>& errors, std::string_view name) {
    const auto found = std::find_if(errors.begin(), errors.end(), [&](const FieldError& error) {
        return error.field == name;
    });
    return found == errors.end() ? std::string() : found->message;
}

Field text_field(FieldText text, TextKind kind, const FieldFacts& facts, std::string value) {
    TextField field{std::move(text)};
    field.kind = kind;
    field.value = std::move(value);
    field.placeholder = facts.placeholder;
    if (facts.kind == Kind::Hostname) {
        field.inputmode = "url";
    }
    return field;
}

Field number_field(FieldText text, const FieldFacts& facts, std::string value) {
    TextField field{std::move(text)};
    field.kind = TextKind::Number;
    field.value = std::move(value);
    field.min = std::to_string(facts.min);
    if (facts.max != kUnlimited) {
        field.max = std::to_string(facts.max);
    }
    return field;
}

Field select_field(FieldText text, const FieldFacts& facts, std::string value) {
    SelectField field{std::move(text)};
    field.value = std::move(value);
    const bool has_empty = std::any_of(
        facts.choices.begin(), facts.choices.end(), [](const Choice& c) { return c.value.empty(); }
    );
    if (!has_empty && (!field.required || field.value.empty())) {
        field.options.push_back({"", field.required ? "Choose…" : "None"});
    }
    for (const Choice& choice : facts.choices) {
        field.options.push_back({choice.value, choice.label});
    }
    return field;
}

Field checkbox_field(FieldText text, const std::string& value) {
    CheckboxField field{std::move(text)};
    field.checked = value == "true" || value == "on" || value == "1";
    return field;
}

Field password_field(FieldText text) {
    PasswordField field{std::move(text)};
    field.autocomplete = "new-password";
    return field;
}

Field textarea_field(FieldText text, const FieldFacts& facts, std::string value) {
    TextareaField field{std::move(text)};
    field.value = std::move(value);
    field.placeholder = facts.placeholder;
    return field;
}

}  // namespace

std::optional<Field> described_field(
    const hostelry::Field& member, const FormPairs& shown, const std::vector<FieldError>& errors
) {
    const FieldFacts& facts = member.facts;
    FieldText text;
    text.name = member.name;
    text.label = facts.label;
    text.hint = facts.help;
    text.error = error_of(errors, member.name);
    text.required = facts.required;
    std::string value = shown_value(shown, member.name);
    if (!facts.choices.empty()) {
        return select_field(std::move(text), facts, std::move(value));
    }
    switch (facts.kind) {
        case Kind::Text:
        case Kind::Hostname:
        case Kind::Id:
            return text_field(std::move(text), TextKind::Text, facts, std::move(value));
        case Kind::Email:
            return text_field(std::move(text), TextKind::Email, facts, std::move(value));
        case Kind::Multiline:
            return textarea_field(std::move(text), facts, std::move(value));
        case Kind::Password:
            return password_field(std::move(text));
        case Kind::Integer:
        case Kind::Number:
            return number_field(std::move(text), facts, std::move(value));
        case Kind::Boolean:
            return checkbox_field(std::move(text), value);
        default:
            return std::nullopt;
    }
}

std::vector<Field> described_fields(
    const Description& description,
    const FormPairs& shown,
    const std::vector<FieldError>& errors,
    const std::vector<std::string>& only
) {
    std::vector<const hostelry::Field*> members;
    members.reserve(only.size());
    for (const std::string& name : only) {
        members.push_back(description.find(name));
    }
    if (only.empty()) {
        for (const hostelry::Field& member : description.fields) {
            members.push_back(&member);
        }
    }
    std::vector<Field> fields;
    for (const hostelry::Field* member : members) {
        auto field = member == nullptr ? std::nullopt : described_field(*member, shown, errors);
        if (field) {
            fields.push_back(*std::move(field));
        }
    }
    return fields;
}

FormPairs shown_values(const Description& description, const void* object) {
    FormPairs pairs;
    const nlohmann::json members = encode(description, object);
    for (const auto& [name, value] : members.items()) {
        if (value.is_string()) {
            pairs.emplace_back(name, value.get<std::string>());
        } else if (value.is_number() || value.is_boolean()) {
            pairs.emplace_back(name, value.dump());
        }
    }
    return pairs;
}

ErrorSummary error_summary_of(const std::vector<FieldError>& errors, std::string_view consequence) {
    ErrorSummary summary;
    if (errors.empty()) {
        return summary;
    }
    summary.title = attention_title(errors.size(), consequence);
    for (const FieldError& error : errors) {
        summary.messages.push_back({error.field, error.message});
    }
    return summary;
}

}  // namespace hostelry::view
