#pragma once

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/platform/db/json_text.h"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::db {

struct ResultSet;  // libpq's answer, seen inside this room only

/// One cell of an answer. Reading NULL, or a text that is not of the asked type, throws
/// std::logic_error: the query and its reader disagree, which is a bug. Nullable columns are read
/// with the optional_ functions.
class Value {
public:
    Value(const ResultSet& set, std::size_t row, std::size_t column);

    bool is_null() const;
    std::string text() const;
    std::int64_t integer() const;
    double real() const;
    bool boolean() const;
    Uuid uuid() const;
    template <class StrongId>
    StrongId id() const {
        return StrongId{uuid()};
    }
    TimePoint time() const;
    std::vector<std::byte> bytes() const;
    /// A jsonb column as text, as a value, or as JsonText.
    std::string json_text() const;
    nlohmann::json json() const;
    JsonText as_json_text() const { return JsonText::of_text(json_text()); }
    /// A text[] column without NULL members.
    std::vector<std::string> text_list() const;
    std::vector<Uuid> uuid_list() const;

    std::optional<std::string> optional_text() const;
    std::optional<std::int64_t> optional_integer() const;
    std::optional<double> optional_real() const;
    std::optional<bool> optional_boolean() const;
    std::optional<Uuid> optional_uuid() const;
    template <class StrongId>
    std::optional<StrongId> optional_id() const {
        const auto found = optional_uuid();
        return found ? std::optional<StrongId>{StrongId{*found}} : std::nullopt;
    }
    std::optional<TimePoint> optional_time() const;

private:
    std::string_view raw() const;

    const ResultSet& set_;
    std::size_t row_;
    std::size_t column_;
};

/// One row. Keeps its answer alive by itself, so it may be returned and stored; a Value may not
/// outlive its Row.
class Row {
public:
    Row(std::shared_ptr<const ResultSet> set, std::size_t index)
        : set_(std::move(set)), index_(index) {}

    /// Throws std::logic_error for a column the query does not have.
    Value operator[](std::string_view column) const&;
    Value operator[](std::size_t column) const&;

private:
    // Shared by all rows of one answer: libpq keeps the answer as one block.
    std::shared_ptr<const ResultSet> set_;
    std::size_t index_;
};

/// The answer of one statement.
class Rows {
public:
    explicit Rows(std::shared_ptr<const ResultSet> set);

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    Row operator[](std::size_t index) const { return Row{set_, index}; }
    Row front() const { return Row{set_, 0}; }

    class Iterator {
    public:
        Iterator(const Rows& rows, std::size_t index) : rows_(&rows), index_(index) {}
        Row operator*() const { return (*rows_)[index_]; }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        friend bool operator==(const Iterator&, const Iterator&) = default;

    private:
        const Rows* rows_;
        std::size_t index_;
    };
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, size_}; }

private:
    std::shared_ptr<const ResultSet> set_;
    std::size_t size_;
};

}  // namespace hostelry::db
