#include "core/platform/db/param.h"

#include "core/base/text.h"

#include <fmt/format.h>

#include <stdexcept>

namespace hostelry::db {
namespace {

void append_array_member(std::string& array, std::string_view member) {
    array += '"';
    for (const char c : member) {
        if (c == '"' || c == '\\') {
            array += '\\';
        }
        array += c;
    }
    array += '"';
}

template <class List, class ToText>
std::string array_of(const List& list, ToText to_text) {
    std::string array = "{";
    for (const auto& member : list) {
        if (array.size() > 1) {
            array += ',';
        }
        append_array_member(array, to_text(member));
    }
    return array + "}";
}

void refuse_nul(std::string_view text) {
    if (text.find('\0') != std::string_view::npos) {
        throw std::invalid_argument("A NUL byte cannot be stored as text.");
    }
}

}  // namespace

Param::Param(std::string_view text) {
    refuse_nul(text);
    text_.emplace(text);
}

Param::Param(TimePoint time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    text_ = fmt::format(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count(),
        clock.subseconds().count()
    );
}

Param::Param(std::chrono::milliseconds interval)
    : text_(fmt::format("{} milliseconds", interval.count())) {}

Param::Param(std::span<const std::byte> bytes) : text_("\\x" + to_hex(bytes)) {}

Param::Param(const std::vector<std::string>& list)
    : text_(array_of(list, [](const std::string& member) -> std::string_view {
          refuse_nul(member);
          return member;
      })) {}

Param::Param(const std::vector<std::int64_t>& list)
    : text_(array_of(list, [](std::int64_t member) { return std::to_string(member); })) {}

Param::Param(const std::vector<Uuid>& list)
    : text_(array_of(list, [](const Uuid& member) { return member.to_string(); })) {}

std::string Param::text_of(double value) {
    return fmt::format("{}", value);
}

}  // namespace hostelry::db
