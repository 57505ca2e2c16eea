// From an HTML form or the flags of a command line, which know only text, to JSON.
#include "core/base/describe.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>

namespace hostelry {
namespace {

using nlohmann::json;

/// A number from a form or flag; the text itself when it is none, so that decoding names the
/// mistake.
json number_or_text(const Field& field, const std::string& text) {
    if (text.empty()) {
        return nullptr;
    }
    if (field.facts.kind == Kind::Integer) {
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        return error == std::errc{} && end == text.data() + text.size() ? json(number) : json(text);
    }
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool good =
        error == std::errc{} && end == text.data() + text.size() && std::isfinite(number);
    return good ? json(number) : json(text);
}

json boolean_or_text(const std::string& text) {
    if (text == "true" || text == "on" || text == "1" || text == "yes") {
        return true;
    }
    if (text == "false" || text == "off" || text == "0" || text == "no" || text.empty()) {
        return false;
    }
    return text;
}

void add_form_value(json& out, const Field& field, const std::string& text) {
    switch (field.facts.kind) {
        case Kind::Boolean:
            out[field.name] = boolean_or_text(text);
            break;
        case Kind::Integer:
        case Kind::Number:
            out[field.name] = number_or_text(field, text);
            break;
        case Kind::TextList:
            out[field.name].push_back(text);
            break;
        case Kind::Id:
        case Kind::Timestamp:
            out[field.name] = text.empty() ? json(nullptr) : json(text);
            break;
        case Kind::Password:
        case Kind::Multiline:
            out[field.name] = text;
            break;
        default:
            out[field.name] = std::string(trim(text));
    }
}

}  // namespace

json form_to_json(
    const Description& description, const FormPairs& pairs, std::vector<FieldError>& unknown
) {
    json value = json::object();
    for (const auto& [name, text] : pairs) {
        const auto dot = name.find('.');
        const Field* field = description.find(name.substr(0, dot));
        if (name.starts_with('_')) {
            continue;
        }
        if (field == nullptr) {
            unknown.push_back({name, "There is no field of this name."});
        } else if (field->facts.kind == Kind::TextMap && dot != std::string::npos) {
            value[field->name][name.substr(dot + 1)] = text;
        } else {
            add_form_value(value, *field, text);
        }
    }
    return value;
}

std::vector<FieldError> decode_form(
    const Description& description, const FormPairs& pairs, void* object
) {
    std::vector<FieldError> unknown;
    json value = form_to_json(description, pairs, unknown);
    for (const auto& field : description.fields) {
        // A box that is not ticked is not sent.
        if (field.facts.kind == Kind::Boolean && !value.contains(field.name)) {
            value[field.name] = false;
        }
    }
    auto errors = decode(description, value, object);
    errors.insert(errors.end(), unknown.begin(), unknown.end());
    return errors;
}

}  // namespace hostelry
