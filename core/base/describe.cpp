#include "core/base/describe.h"

#include "core/base/bytes.h"
#include "core/base/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace hostelry {
namespace {

using nlohmann::json;

constexpr std::int64_t kTextBytesMax =
    64_KiB;  // What a member may hold when its description says nothing.
constexpr std::size_t kListItemsMax = 1000;

bool is_text(Kind kind) {
    return kind == Kind::Text || kind == Kind::Multiline || kind == Kind::Hostname ||
           kind == Kind::Email || kind == Kind::Password || kind == Kind::Choice;
}

std::string name_of(const Field& field) {
    return field.facts.label.empty() ? field.name : field.facts.label;
}

std::string wrong_type(const Field& field) {
    switch (field.facts.kind) {
        case Kind::Integer:
            return name_of(field) + " must be a whole number.";
        case Kind::Number:
            return name_of(field) + " must be a number.";
        case Kind::Boolean:
            return name_of(field) + " must be true or false.";
        case Kind::TextList:
            return name_of(field) + " must be a list of texts.";
        case Kind::TextMap:
            return name_of(field) + " must be an object with text values.";
        case Kind::Id:
            return name_of(field) + " must be an id.";
        case Kind::Timestamp:
            return name_of(field) + " must be a time such as 2026-11-21T10:00:00Z.";
        case Kind::Object:
            return name_of(field) + " must be an object.";
        case Kind::ObjectList:
            return name_of(field) + " must be a list of objects.";
        default:
            return name_of(field) + " must be text.";
    }
}

/// What makes valid UTF-8 read other than it is: overrides and isolates of the writing direction,
/// invisible blanks, line separators and the controls of ISO 6429. Marks and joiners that languages
/// need are none.
bool has_disguise(std::string_view text) {
    static constexpr std::array kDisguises{
        U'\u200B',
        U'\u2028',
        U'\u2029',
        U'\u202A',
        U'\u202B',
        U'\u202C',
        U'\u202D',
        U'\u202E',
        U'\u2060',
        U'\u2066',
        U'\u2067',
        U'\u2068',
        U'\u2069',
        U'\uFEFF'};
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte_at = [&](std::size_t place) {
            return place < text.size() ? static_cast<unsigned char>(text[place]) : 0U;
        };
        const unsigned first = byte_at(i);
        if (first == 0xC2 && byte_at(i + 1) < 0xA0) {
            return true;
        }
        const auto three = static_cast<char32_t>(
            (first & 0x0FU) << 12U | (byte_at(i + 1) & 0x3FU) << 6U | (byte_at(i + 2) & 0x3FU)
        );
        if (first >> 4U == 0xE &&
            std::find(kDisguises.begin(), kDisguises.end(), three) != kDisguises.end()) {
            return true;
        }
    }
    return false;
}

/// One line stands beside other words, which it must not seem to change. Passwords are not shown.
bool has_forbidden_control(const Field& field, std::string_view text) {
    if (field.facts.kind == Kind::Password) {
        return has_control_bytes(text);
    }
    if (field.facts.kind != Kind::Multiline) {
        return has_control_bytes(text) || has_disguise(text);
    }
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
    });
}

bool looks_like_email(std::string_view text) {
    const auto at = text.find('@');
    const bool one_at =
        at != std::string_view::npos && text.find('@', at + 1) == std::string_view::npos;
    return one_at && at > 0 && at + 1 < text.size() &&
           text.find_first_of(" \t<>\"(),:;") == std::string_view::npos &&
           text.find('.', at) != std::string_view::npos && text.back() != '.';
}

std::string check_choice(const Field& field, std::string_view text) {
    const auto& choices = field.facts.choices;
    const bool known =
        choices.empty() || std::any_of(choices.begin(), choices.end(), [&](const Choice& c) {
            return c.value == text;
        });
    if (known) {
        return {};
    }
    std::vector<std::string> values;
    values.reserve(choices.size());
    for (const auto& choice : choices) {
        values.push_back(choice.value);
    }
    return fmt::format("{} must be one of: {}.", name_of(field), join(values, ", "));
}

/// The sentence for the first rule that a text breaks, or nothing.
std::string check_text(const Field& field, const std::string& text) {
    const auto size = static_cast<std::int64_t>(text.size());
    const std::int64_t max = std::min(field.facts.max, kTextBytesMax);
    if (text.empty()) {
        return field.facts.required ? name_of(field) + " is required." : std::string{};
    }
    if (!is_valid_utf8(text) || has_forbidden_control(field, text)) {
        return name_of(field) + " contains characters that cannot be used here.";
    }
    if (size < field.facts.min) {
        return fmt::format("{} needs at least {} characters.", name_of(field), field.facts.min);
    }
    if (size > max) {
        return fmt::format("{} is too long: at most {} characters.", name_of(field), max);
    }
    if (field.facts.kind == Kind::Email && !looks_like_email(text)) {
        return name_of(field) + " must be an e-mail address such as ada@example.org.";
    }
    return field.facts.kind == Kind::Choice ? check_choice(field, text) : std::string{};
}

std::string check_value(const Field& field, const json& value) {
    if (value.is_string() && is_text(field.facts.kind)) {
        return check_text(field, value.get_ref<const std::string&>());
    }
    if (value.is_number_integer() && field.facts.kind == Kind::Integer) {
        const auto number = value.get<std::int64_t>();
        if (number < field.facts.min || number > field.facts.max) {
            return fmt::format(
                "{} must be between {} and {}.", name_of(field), field.facts.min, field.facts.max
            );
        }
    }
    if (value.is_array() && value.size() > kListItemsMax) {
        return fmt::format("{} has too many entries: at most {}.", name_of(field), kListItemsMax);
    }
    return {};
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
            errors.push_back({path, name_of(field) + " is required."});
        }
        return;
    }
    if (std::string problem = check_value(field, *value); !problem.empty()) {
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
    const bool text = is_text(field.facts.kind);
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

json encode(const Description& description, const void* object) {
    json out = json::object();
    for (const auto& field : description.fields) {
        field.put(out[field.name], object);
    }
    return out;
}

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

namespace describing {

namespace {

template <class T>
bool take_as(const json& value, T& out, bool fits) {
    if (fits) {
        out = value.get<T>();
    }
    return fits;
}

}  // namespace

bool take(const json& value, std::string& out) {
    return take_as(value, out, value.is_string());
}
bool take(const json& value, std::int64_t& out) {
    const bool fits = value.is_number_integer() &&
                      !(value.is_number_unsigned() &&
                        value.get<std::uint64_t>() > static_cast<std::uint64_t>(kUnlimited));
    return take_as(value, out, fits);
}
bool take(const json& value, double& out) {
    return take_as(value, out, value.is_number());
}
bool take(const json& value, bool& out) {
    return take_as(value, out, value.is_boolean());
}
bool take(const json& value, std::vector<std::string>& out) {
    const bool fits =
        value.is_array() && std::all_of(value.begin(), value.end(), [](const json& item) {
            return item.is_string() && is_valid_utf8(item.get_ref<const std::string&>());
        });
    return take_as(value, out, fits);
}
bool take(const json& value, std::map<std::string, std::string>& out) {
    const bool fits =
        value.is_object() && std::all_of(value.begin(), value.end(), [](const json& item) {
            return item.is_string() && is_valid_utf8(item.get_ref<const std::string&>());
        });
    return take_as(value, out, fits);
}
bool take(const json& value, Uuid& out) {
    const auto parsed =
        value.is_string() ? Uuid::parse(value.get_ref<const std::string&>()) : std::nullopt;
    out = parsed.value_or(out);
    return parsed.has_value();
}
bool take(const json& value, TimePoint& out) {
    const auto parsed =
        value.is_string() ? parse_rfc3339(value.get_ref<const std::string&>()) : std::nullopt;
    out = parsed.value_or(out);
    return parsed.has_value();
}
void put(json& out, const std::string& value) {
    out = value;
}
void put(json& out, std::int64_t value) {
    out = value;
}
void put(json& out, double value) {
    out = value;
}
void put(json& out, bool value) {
    out = value;
}
void put(json& out, const std::vector<std::string>& value) {
    out = value;
}
void put(json& out, const std::map<std::string, std::string>& value) {
    out = value;
}
void put(json& out, const Uuid& value) {
    out = value.to_string();
}
void put(json& out, const TimePoint& value) {
    out = format_rfc3339(value);
}
void put_null(json& out) {
    out = nullptr;
}
bool is_null(const json& value) {
    return value.is_null();
}

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
