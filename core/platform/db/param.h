#pragma once

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/platform/db/json_text.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::db {

/// One statement parameter, held as the text PostgreSQL reads. Made without ceremony from what
/// stores hold: text, integers, bool, double, ids, times, JSON, bytes (bytea), lists (arrays),
/// optional of these, nullptr (NULL).
class Param {
public:
    // NOLINTBEGIN(google-explicit-constructor): implicit is the point, `tx.query(sql, id, name)`.
    Param(std::nullptr_t) {}
    Param(std::nullopt_t) {}
    /// Throws std::invalid_argument for a NUL byte, which PostgreSQL's text cannot hold.
    Param(std::string_view text);
    Param(const std::string& text) : Param(std::string_view{text}) {}
    Param(const char* text) : Param(std::string_view{text}) {}
    template <std::same_as<bool> T>
    Param(T value) : text_(value ? "t" : "f") {}
    template <std::integral T>
    requires(!std::same_as<T, bool> && !std::same_as<T, char>) Param(T value)
        : text_(std::to_string(value)) {}
    template <std::same_as<double> T>
    Param(T value) : text_(text_of(value)) {}
    Param(const Uuid& id) : text_(id.to_string()) {}
    template <class Tag>
    Param(const Id<Tag>& id) : text_(id.to_string()) {}
    Param(TimePoint time);
    Param(std::chrono::milliseconds interval);
    Param(std::span<const std::byte> bytes);
    Param(const std::vector<std::byte>& bytes) : Param(std::span{bytes}) {}
    Param(const JsonText& json) : text_(json.text()) {}
    template <class T>
    requires std::same_as<T, nlohmann::json> Param(const T& json) : Param(JsonText{json}) {}
    Param(const std::vector<std::string>& list);
    Param(const std::vector<std::int64_t>& list);
    Param(const std::vector<Uuid>& list);
    template <class Tag>
    Param(const std::vector<Id<Tag>>& list) : Param(uuids_of(list)) {}
    template <class T>
    Param(const std::optional<T>& value) {
        if (value) {
            *this = Param(*value);
        }
    }

    // NOLINTEND(google-explicit-constructor)

    /// Null for NULL; valid as long as the Param.
    const char* c_str() const { return text_ ? text_->c_str() : nullptr; }

private:
    static std::string text_of(double value);
    template <class Tag>
    static std::vector<Uuid> uuids_of(const std::vector<Id<Tag>>& list) {
        std::vector<Uuid> uuids;
        for (const auto& id : list) {
            uuids.push_back(id.uuid);
        }
        return uuids;
    }

    std::optional<std::string> text_;
};

}  // namespace hostelry::db
