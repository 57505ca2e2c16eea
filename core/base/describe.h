#pragma once
// "Describe once": a request or answer type lists its members in one place. From that list come
// decoding of JSON and of HTML forms with all errors at once, the JSON Schema of the OpenAPI
// document, the form fields of the page, and the flags and columns of the command line.
//
//     struct CreateZone { std::string name; bool dnssec = false; };
//     template <>
//     inline const Description& hostelry::describe<CreateZone>() {
//         static const Description kDescription{"CreateZone", {
//             field<&CreateZone::name>("name", {.label = "Zone", .kind = Kind::Hostname, .required
//             = true}), field<&CreateZone::dnssec>("dnssec", {.label = "Sign with DNSSEC"}),
//         }};
//         return kDescription;
//     }

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/base/time.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace hostelry {

/// What a member holds. Automatic means: taken from the C++ type (text, integer, boolean, list,
/// ...).
enum class Kind {
    Automatic,
    Text,       ///< One line; control characters are refused.
    Multiline,  ///< Several lines; control characters other than tab and line ends are refused.
    Hostname,   ///< One line; the feature's own rules check it further.
    Email,
    Password,  ///< Never shown again, never echoed.
    Choice,    ///< One of `choices`.
    Id,
    Integer,
    Number,
    Boolean,
    Timestamp,
    TextList,
    TextMap,
    Object,
    ObjectList,
};

struct Choice {
    std::string value;
    std::string label;
};

inline constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

/// What a person and a program should know about a member. min and max are lengths in bytes for
/// text and values for integers.
struct FieldFacts {
    std::string label;
    std::string help;
    Kind kind = Kind::Automatic;
    bool required = false;
    std::int64_t min = 0;
    std::int64_t max = kUnlimited;
    std::vector<Choice> choices;
    std::string placeholder;
};

struct Description;

struct Field {
    std::string name;
    FieldFacts facts;
    const Description* nested = nullptr;  ///< With Object and ObjectList.
    bool optional = false;  ///< The member is a std::optional: absent and null mean the same.
    /// Puts the checked JSON value into the member; false when its JSON type does not fit.
    bool (*take
    )(const nlohmann::json& value,
      void* object,
      std::vector<FieldError>& errors,
      const std::string& path) = nullptr;
    void (*put)(nlohmann::json& out, const void* object) = nullptr;
};

struct Description {
    std::string name;  ///< Schema name in the OpenAPI document.
    std::vector<Field> fields;

    const Field* find(std::string_view field_name) const;
};

template <class T>
const Description& describe();

using FormPairs = std::vector<std::pair<std::string, std::string>>;

/// Reads `value` into `object`. Every problem is reported, with dotted paths for nested members;
/// unknown members are refused. `object` keeps what could be read.
std::vector<FieldError> decode(
    const Description& description,
    const nlohmann::json& value,
    void* object,
    const std::string& path = {}
);
/// The same from an HTML form or command line flags: text is turned into the member's type first.
/// Lists repeat the name; maps are written `name.key`; an absent boolean is false. Names starting
/// with "_" belong to the page (`_csrf`, `_key`) and are skipped.
std::vector<FieldError> decode_form(
    const Description& description, const FormPairs& pairs, void* object
);
/// The JSON object that decode_form decodes; pairs that name no member are reported in `unknown`.
nlohmann::json form_to_json(
    const Description& description, const FormPairs& pairs, std::vector<FieldError>& unknown
);
nlohmann::json encode(const Description& description, const void* object);
/// JSON Schema (2020-12, in the part that draft 7 reads alike).
nlohmann::json json_schema(const Description& description);

template <class T>
Result<T> decode_as(const nlohmann::json& value) {
    T object{};
    auto errors = decode(describe<T>(), value, &object);
    if (!errors.empty()) {
        return fail_fields(std::move(errors));
    }
    return object;
}

template <class T>
Result<T> decode_form_as(const FormPairs& pairs) {
    T object{};
    auto errors = decode_form(describe<T>(), pairs, &object);
    if (!errors.empty()) {
        return fail_fields(std::move(errors));
    }
    return object;
}

template <class T>
std::string to_json_text(const T& object);

namespace describing {

// One pair of functions for each plain type a member may have; they live in describe_members.cpp,
// so that no other file pays for the JSON library.
bool take(const nlohmann::json& value, std::string& out);
bool take(const nlohmann::json& value, std::int64_t& out);
bool take(const nlohmann::json& value, double& out);
bool take(const nlohmann::json& value, bool& out);
bool take(const nlohmann::json& value, std::vector<std::string>& out);
bool take(const nlohmann::json& value, std::map<std::string, std::string>& out);
bool take(const nlohmann::json& value, Uuid& out);
bool take(const nlohmann::json& value, TimePoint& out);
void put(nlohmann::json& out, const std::string& value);
void put(nlohmann::json& out, std::int64_t value);
void put(nlohmann::json& out, double value);
void put(nlohmann::json& out, bool value);
void put(nlohmann::json& out, const std::vector<std::string>& value);
void put(nlohmann::json& out, const std::map<std::string, std::string>& value);
void put(nlohmann::json& out, const Uuid& value);
void put(nlohmann::json& out, const TimePoint& value);
void put_null(nlohmann::json& out);
bool is_null(const nlohmann::json& value);
bool take_list(
    const nlohmann::json& value,
    const Description& item,
    std::vector<FieldError>& errors,
    const std::string& path,
    void* list,
    void* (*append)(void* list)
);
void put_list_item(nlohmann::json& out, const Description& item, const void* object);
void put_empty_list(nlohmann::json& out);
void put_object(nlohmann::json& out, const Description& item, const void* object);

template <class T>
struct IsId : std::false_type {};
template <class Tag>
struct IsId<Id<Tag>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsObjectList : std::false_type {};
template <class T>
struct IsObjectList<std::vector<T>> : std::bool_constant<!std::is_same_v<T, std::string>> {};

template <class T>
constexpr Kind kind_of() {
    if constexpr (IsOptional<T>::value) {
        return kind_of<typename T::value_type>();
    } else if constexpr (std::is_same_v<T, std::string>) {
        return Kind::Text;
    } else if constexpr (std::is_same_v<T, bool>) {
        return Kind::Boolean;
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        return Kind::Integer;
    } else if constexpr (std::is_same_v<T, double>) {
        return Kind::Number;
    } else if constexpr (std::is_same_v<T, TimePoint>) {
        return Kind::Timestamp;
    } else if constexpr (IsId<T>::value || std::is_same_v<T, Uuid>) {
        return Kind::Id;
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        return Kind::TextList;
    } else if constexpr (std::is_same_v<T, std::map<std::string, std::string>>) {
        return Kind::TextMap;
    } else if constexpr (IsObjectList<T>::value) {
        return Kind::ObjectList;
    } else {
        return Kind::Object;
    }
}

template <class T>
const Description* nested_of() {
    if constexpr (IsOptional<T>::value) {
        return nested_of<typename T::value_type>();
    } else if constexpr (kind_of<T>() == Kind::ObjectList) {
        return &describe<typename T::value_type>();
    } else if constexpr (kind_of<T>() == Kind::Object) {
        return &describe<T>();
    } else {
        return nullptr;
    }
}

template <class T>
bool take_any(
    const nlohmann::json& value, T& out, std::vector<FieldError>& errors, const std::string& path
) {
    if constexpr (IsOptional<T>::value) {
        if (is_null(value)) {
            out.reset();
            return true;
        }
        return take_any(value, out.emplace(), errors, path);
    } else if constexpr (IsId<T>::value) {
        return take(value, out.uuid);
    } else if constexpr (kind_of<T>() == Kind::ObjectList) {
        using Item = typename T::value_type;
        return take_list(value, describe<Item>(), errors, path, &out, [](void* list) -> void* {
            return &static_cast<std::vector<Item>*>(list)->emplace_back();
        });
    } else if constexpr (kind_of<T>() == Kind::Object) {
        auto nested = decode(describe<T>(), value, &out, path);
        errors.insert(errors.end(), nested.begin(), nested.end());
        return true;
    } else {
        return take(value, out);
    }
}

template <class T>
void put_any(nlohmann::json& out, const T& value) {
    if constexpr (IsOptional<T>::value) {
        if (value) {
            put_any(out, *value);
        } else {
            put_null(out);
        }
    } else if constexpr (IsId<T>::value) {
        put(out, value.uuid);
    } else if constexpr (kind_of<T>() == Kind::ObjectList) {
        put_empty_list(out);
        for (const auto& item : value) {
            put_list_item(out, describe<typename T::value_type>(), &item);
        }
    } else if constexpr (kind_of<T>() == Kind::Object) {
        put_object(out, describe<T>(), &value);
    } else {
        put(out, value);
    }
}

template <class T>
struct MemberOf;
template <class Object, class Member>
struct MemberOf<Member Object::*> {
    using object = Object;
    using member = Member;
};

std::string encode_text(const Description& description, const void* object);

}  // namespace describing

/// One member of a described type, from its pointer: `field<&CreateSite::domain>("domain", {...})`.
template <auto Pointer>
Field field(std::string name, FieldFacts facts = {}) {
    using Object = typename describing::MemberOf<decltype(Pointer)>::object;
    using Member = typename describing::MemberOf<decltype(Pointer)>::member;
    Field result;
    result.name = std::move(name);
    result.facts = std::move(facts);
    if (result.facts.kind == Kind::Automatic) {
        result.facts.kind = describing::kind_of<Member>();
    }
    result.nested = describing::nested_of<Member>();
    result.optional = describing::IsOptional<Member>::value;
    result.take = [](const nlohmann::json& value,
                     void* object,
                     std::vector<FieldError>& errors,
                     const std::string& path) {
        return describing::take_any(value, static_cast<Object*>(object)->*Pointer, errors, path);
    };
    result.put = [](nlohmann::json& out, const void* object) {
        describing::put_any(out, static_cast<const Object*>(object)->*Pointer);
    };
    return result;
}

template <class T>
std::string to_json_text(const T& object) {
    return describing::encode_text(describe<T>(), &object);
}

}  // namespace hostelry
