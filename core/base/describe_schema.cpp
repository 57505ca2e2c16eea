// What the OpenAPI document says of a described type.
#include "core/base/describe.h"
#include "core/base/field_rules.h"

#include <nlohmann/json.hpp>

namespace hostelry {
namespace {

using nlohmann::json;

const char* schema_type(Kind kind) {
    switch (kind) {
        case Kind::Integer:
            return "integer";
        case Kind::Number:
            return "number";
        case Kind::Boolean:
            return "boolean";
        case Kind::TextList:
        case Kind::ObjectList:
            return "array";
        case Kind::TextMap:
        case Kind::Object:
            return "object";
        default:
            return "string";
    }
}

const char* schema_format(Kind kind) {
    switch (kind) {
        case Kind::Hostname:
            return "hostname";
        case Kind::Email:
            return "email";
        case Kind::Password:
            return "password";
        case Kind::Id:
            return "uuid";
        case Kind::Timestamp:
            return "date-time";
        default:
            return nullptr;
    }
}

void add_limits(json& schema, const Field& field) {
    const bool text = describing::is_text(field.facts.kind);
    if (text && field.facts.min > 0) {
        schema["minLength"] = field.facts.min;
    }
    if (text && field.facts.max != kUnlimited) {
        schema["maxLength"] = field.facts.max;
    }
    if (field.facts.kind == Kind::Integer &&
        (field.facts.min != 0 || field.facts.max != kUnlimited)) {
        schema["minimum"] = field.facts.min;
        schema["maximum"] = field.facts.max;
    }
    for (const auto& choice : field.facts.choices) {
        schema["enum"].push_back(choice.value);
    }
}

json field_schema(const Field& field) {
    json schema = field.facts.kind == Kind::Object ? json_schema(*field.nested) : json::object();
    const char* type = schema_type(field.facts.kind);
    schema["type"] = field.optional ? json::array({type, "null"}) : json(type);
    if (const char* format = schema_format(field.facts.kind)) {
        schema["format"] = format;
    }
    if (field.facts.kind == Kind::TextList) {
        schema["items"] = {{"type", "string"}};
    }
    if (field.facts.kind == Kind::ObjectList) {
        schema["items"] = json_schema(*field.nested);
    }
    if (field.facts.kind == Kind::TextMap) {
        schema["additionalProperties"] = {{"type", "string"}};
    }
    if (!field.facts.label.empty()) {
        schema["title"] = field.facts.label;
    }
    if (!field.facts.help.empty()) {
        schema["description"] = field.facts.help;
    }
    add_limits(schema, field);
    return schema;
}

}  // namespace

json json_schema(const Description& description) {
    json schema = {
        {"type", "object"}, {"properties", json::object()}, {"additionalProperties", false}};
    for (const auto& field : description.fields) {
        schema["properties"][field.name] = field_schema(field);
        if (field.facts.required) {
            schema["required"].push_back(field.name);
        }
    }
    return schema;
}

}  // namespace hostelry
