#include "core/platform/db/rows.h"

#include "core/base/text.h"
#include "core/base/time.h"
#include "core/platform/db/result_set.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <stdexcept>

namespace hostelry::db {
namespace {

[[noreturn]] void misread(const ResultSet& set, std::size_t column, std::string_view wanted) {
    throw std::logic_error(
        "Column " + std::string(PQfname(set.result.get(), static_cast<int>(column))) + " is not " +
        std::string(wanted) + "."
    );
}

/// Reads PostgreSQL's text form of a one-dimensional array; nothing for NULL members or nesting.
std::optional<std::vector<std::string>> parse_array(std::string_view text) {
    if (text.size() < 2 || text.front() != '{' || text.back() != '}') {
        return std::nullopt;
    }
    text = text.substr(1, text.size() - 2);
    std::vector<std::string> members;
    std::size_t at = 0;
    while (at < text.size()) {
        std::string member;
        const bool quoted = text[at] == '"';
        at += quoted ? 1U : 0U;
        while (at < text.size() && text[at] != (quoted ? '"' : ',')) {
            at += text[at] == '\\' && at + 1 < text.size() ? 1U : 0U;
            member += text[at++];
        }
        if (!quoted && (member == "NULL" || member.starts_with('{'))) {
            return std::nullopt;
        }
        members.push_back(std::move(member));
        at += quoted ? 1U : 0U;  // the closing quote
        at += 1;                 // the comma
    }
    return members;
}

}  // namespace

Value::Value(const ResultSet& set, std::size_t row, std::size_t column)
    : set_(set), row_(row), column_(column) {}

bool Value::is_null() const {
    return PQgetisnull(set_.result.get(), static_cast<int>(row_), static_cast<int>(column_)) != 0;
}

std::string_view Value::raw() const {
    if (is_null()) {
        misread(set_, column_, "NULL-free as its reader believes");
    }
    const auto row = static_cast<int>(row_);
    const auto column = static_cast<int>(column_);
    const int size = PQgetlength(set_.result.get(), row, column);
    return {PQgetvalue(set_.result.get(), row, column), static_cast<std::size_t>(size)};
}

std::string Value::text() const {
    return std::string(raw());
}

std::int64_t Value::integer() const {
    const auto text = raw();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        misread(set_, column_, "an integer");
    }
    return value;
}

double Value::real() const {
    const auto text = raw();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        misread(set_, column_, "a number");
    }
    return value;
}

bool Value::boolean() const {
    const auto text = raw();
    if (text != "t" && text != "f") {
        misread(set_, column_, "a boolean");
    }
    return text == "t";
}

Uuid Value::uuid() const {
    const auto parsed = Uuid::parse(raw());
    if (!parsed) {
        misread(set_, column_, "a UUID");
    }
    return *parsed;
}

TimePoint Value::time() const {
    const auto parsed = parse_rfc3339(raw());
    if (!parsed) {
        misread(set_, column_, "a time");
    }
    return *parsed;
}

std::vector<std::byte> Value::bytes() const {
    const auto text = raw();
    auto parsed = text.starts_with("\\x") ? from_hex(text.substr(2)) : std::nullopt;
    if (!parsed) {
        misread(set_, column_, "a byte string");
    }
    return std::move(*parsed);
}

std::string Value::json_text() const {
    return text();
}

nlohmann::json Value::json() const {
    return as_json_text().parse();
}

std::vector<std::string> Value::text_list() const {
    auto parsed = parse_array(raw());
    if (!parsed) {
        misread(set_, column_, "an array");
    }
    return std::move(*parsed);
}

std::vector<Uuid> Value::uuid_list() const {
    std::vector<Uuid> list;
    for (const auto& member : text_list()) {
        const auto parsed = Uuid::parse(member);
        if (!parsed) {
            misread(set_, column_, "an array of UUIDs");
        }
        list.push_back(*parsed);
    }
    return list;
}

std::optional<std::string> Value::optional_text() const {
    return is_null() ? std::nullopt : std::optional{text()};
}
std::optional<std::int64_t> Value::optional_integer() const {
    return is_null() ? std::nullopt : std::optional{integer()};
}
std::optional<double> Value::optional_real() const {
    return is_null() ? std::nullopt : std::optional{real()};
}
std::optional<bool> Value::optional_boolean() const {
    return is_null() ? std::nullopt : std::optional{boolean()};
}
std::optional<Uuid> Value::optional_uuid() const {
    return is_null() ? std::nullopt : std::optional{uuid()};
}
std::optional<TimePoint> Value::optional_time() const {
    return is_null() ? std::nullopt : std::optional{time()};
}

Value Row::operator[](std::string_view column) const& {
    const int columns = PQnfields(set_->result.get());
    for (int i = 0; i < columns; ++i) {
        if (column == PQfname(set_->result.get(), i)) {
            return Value{*set_, index_, static_cast<std::size_t>(i)};
        }
    }
    throw std::logic_error("The query has no column " + std::string(column) + ".");
}

Value Row::operator[](std::size_t column) const& {
    if (column >= static_cast<std::size_t>(PQnfields(set_->result.get()))) {
        throw std::logic_error("The query has no column " + std::to_string(column) + ".");
    }
    return Value{*set_, index_, column};
}

Rows::Rows(std::shared_ptr<const ResultSet> set)
    : set_(std::move(set)), size_(static_cast<std::size_t>(PQntuples(set_->result.get()))) {}

}  // namespace hostelry::db
