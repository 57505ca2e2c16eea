#include "core/base/describe.h"

#include "core/base/field_rules.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry {
namespace {

using describing::shown_name;
using nlohmann::json;

std::string wrong_type(const Field& field) {
    switch (field.facts.kind) {
        case Kind::Integer:
            return shown_name(field) + " must be a whole number.";
        case Kind::Number:
            return shown_name(field) + " must be a number.";
        case Kind::Boolean:
            return shown_name(field) + " must be true or false.";
        case Kind::TextList:
            return shown_name(field) + " must be a list of texts.";
        case Kind::TextMap:
            return shown_name(field) + " must be an object with text values.";
        case Kind::Id:
            return shown_name(field) + " must be an id.";
        case Kind::Timestamp:
            return shown_name(field) + " must be a time such as 2026-11-21T10:00:00Z.";
        case Kind::Object:
            return shown_name(field) + " must be an object.";
        case Kind::ObjectList:
            return shown_name(field) + " must be a list of objects.";
        default:
            return shown_name(field) + " must be text.";
    }
}

bool is_missing(const json* value) {
    return value == nullptr || value->is_null();
}

void decode_field(
    const Field& field,
    const json* value,
    void* object,
    const std::string& prefix,
    std::vector<FieldError>& errors
) {
    const std::string path = prefix + field.name;
    if (is_missing(value)) {
        if (field.facts.required) {
            errors.push_back({path, shown_name(field) + " is required."});
        }
        return;
    }
    if (std::string problem = describing::check_value(field, *value); !problem.empty()) {
        errors.push_back({path, std::move(problem)});
        return;
    }
    const bool empty_optional =
        field.optional && value->is_string() && value->get_ref<const std::string&>().empty();
    if (empty_optional) {
        return;
    }
    if (!field.take(*value, object, errors, path)) {
        errors.push_back({path, wrong_type(field)});
    }
}

}  // namespace

const Field* Description::find(std::string_view field_name) const {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& f) {
        return f.name == field_name;
    });
    return found == fields.end() ? nullptr : &*found;
}

std::vector<FieldError> decode(
    const Description& description, const json& value, void* object, const std::string& path
) {
    std::vector<FieldError> errors;
    if (!value.is_object()) {
        errors.push_back({path, "A JSON object is expected here."});
        return errors;
    }
    const std::string prefix = path.empty() ? std::string{} : path + ".";
    for (const auto& field : description.fields) {
        const auto found = value.find(field.name);
        decode_field(field, found == value.end() ? nullptr : &*found, object, prefix, errors);
    }
    for (const auto& item : value.items()) {
        if (description.find(item.key()) == nullptr) {
            errors.push_back({prefix + item.key(), "There is no member of this name."});
        }
    }
    return errors;
}

json encode(const Description& description, const void* object) {
    json out = json::object();
    for (const auto& field : description.fields) {
        field.put(out[field.name], object);
    }
    return out;
}

namespace describing {

bool take_list(
    const json& value,
    const Description& item,
    std::vector<FieldError>& errors,
    const std::string& path,
    void* list,
    void* (*append)(void* list)
) {
    if (!value.is_array()) {
        return false;
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
        auto nested = decode(item, value[i], append(list), fmt::format("{}.{}", path, i));
        errors.insert(errors.end(), nested.begin(), nested.end());
    }
    return true;
}

void put_list_item(json& out, const Description& item, const void* object) {
    out.push_back(encode(item, object));
}
void put_empty_list(json& out) {
    out = json::array();
}
void put_object(json& out, const Description& item, const void* object) {
    out = encode(item, object);
}

std::string encode_text(const Description& description, const void* object) {
    return encode(description, object).dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace describing
}  // namespace hostelry
