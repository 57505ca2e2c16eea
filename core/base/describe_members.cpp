// The plain types that members have, to and from JSON.
#include "core/base/describe.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::describing {
namespace {

using nlohmann::json;

template <class T>
bool take_as(const json& value, T& out, bool fits) {
    if (fits) {
        out = value.get<T>();
    }
    return fits;
}

bool holds_texts(const json& value) {
    return std::all_of(value.begin(), value.end(), [](const json& item) {
        return item.is_string() && is_valid_utf8(item.get_ref<const std::string&>());
    });
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
    return take_as(value, out, value.is_array() && holds_texts(value));
}
bool take(const json& value, std::map<std::string, std::string>& out) {
    return take_as(value, out, value.is_object() && holds_texts(value));
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

}  // namespace hostelry::describing
