#include "core/base/field_rules.h"

#include "core/base/bytes.h"
#include "core/base/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace hostelry::describing {
namespace {

using nlohmann::json;

constexpr std::int64_t kTextBytesMax =
    64_KiB;  // What a member may hold when its description says nothing.
constexpr std::size_t kListItemsMax = 1000;

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
    return fmt::format("{} must be one of: {}.", shown_name(field), join(values, ", "));
}

/// The sentence for the first rule that a text breaks, or nothing.
std::string check_text(const Field& field, const std::string& text) {
    const auto size = static_cast<std::int64_t>(text.size());
    const std::int64_t max = std::min(field.facts.max, kTextBytesMax);
    if (text.empty()) {
        return field.facts.required ? shown_name(field) + " is required." : std::string{};
    }
    if (!is_valid_utf8(text) || has_forbidden_control(field, text)) {
        return shown_name(field) + " contains characters that cannot be used here.";
    }
    if (size < field.facts.min) {
        return fmt::format("{} needs at least {} characters.", shown_name(field), field.facts.min);
    }
    if (size > max) {
        return fmt::format("{} is too long: at most {} characters.", shown_name(field), max);
    }
    if (field.facts.kind == Kind::Email && !looks_like_email(text)) {
        return shown_name(field) + " must be an e-mail address such as ada@example.org.";
    }
    return field.facts.kind == Kind::Choice ? check_choice(field, text) : std::string{};
}

}  // namespace

std::string shown_name(const Field& field) {
    return field.facts.label.empty() ? field.name : field.facts.label;
}

bool is_text(Kind kind) {
    return kind == Kind::Text || kind == Kind::Multiline || kind == Kind::Hostname ||
           kind == Kind::Email || kind == Kind::Password || kind == Kind::Choice;
}

std::string check_value(const Field& field, const json& value) {
    if (value.is_string() && is_text(field.facts.kind)) {
        return check_text(field, value.get_ref<const std::string&>());
    }
    if (value.is_number_integer() && field.facts.kind == Kind::Integer) {
        const auto number = value.get<std::int64_t>();
        if (number < field.facts.min || number > field.facts.max) {
            return fmt::format(
                "{} must be between {} and {}.", shown_name(field), field.facts.min, field.facts.max
            );
        }
    }
    if (value.is_array() && value.size() > kListItemsMax) {
        return fmt::format(
            "{} has too many entries: at most {}.", shown_name(field), kListItemsMax
        );
    }
    return {};
}

}  // namespace hostelry::describing
