#include "core/features/dns/zone_name.h"

#include "core/base/text.h"
#include "core/platform/http/address.h"
#include "core/platform/names/domain_name.h"
#include "core/platform/names/public_suffix.h"

#include <idn2.h>

#include <algorithm>

namespace hostelry::dns {
namespace {

constexpr std::size_t kNameMax = 253;
constexpr std::size_t kLabelMax = 63;

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

Result<std::string> ascii_of(std::string_view text) {
    if (is_ascii(text)) {
        return lower_ascii(text);
    }
    char* converted = nullptr;
    const std::string terminated(text);
    const int status =
        idn2_to_ascii_8z(terminated.c_str(), &converted, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
    if (status != IDN2_OK) {
        return fail(ErrorCode::Invalid, "“" + terminated + "” is not a valid international name.");
    }
    std::string ascii(converted);
    idn2_free(converted);
    return lower_ascii(ascii);
}

bool is_label(std::string_view label, bool with_underscore) {
    if (label.empty() || label.size() > kLabelMax || label.front() == '-' || label.back() == '-') {
        return false;
    }
    return std::all_of(label.begin(), label.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
               (with_underscore && c == '_');
    });
}

std::string without_final_dot(std::string_view text) {
    std::string name(trim(text));
    if (name.size() > 1 && name.ends_with('.')) {
        name.pop_back();
    }
    return name;
}

bool are_labels(const std::string& name, bool with_underscore) {
    const auto labels = split(name, '.');
    return name.size() <= kNameMax &&
           std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
               return is_label(label, with_underscore);
           });
}

}  // namespace

Result<std::string> zone_name_from_text(std::string_view text) {
    const auto name = TRY(ascii_of(without_final_dot(text)));
    if (http::IpAddress::parse(name)) {
        return fail(
            ErrorCode::Invalid, "This is an address. Give a domain, for example example.com."
        );
    }
    if (!are_labels(name, false) || name.find('.') == std::string::npos) {
        return fail(ErrorCode::Invalid, "This is not a domain. Give one such as example.com.");
    }
    if (names::is_registry_suffix(name)) {
        return fail(
            ErrorCode::Invalid,
            "Everybody registers domains below “" + name + "”. Give one of them."
        );
    }
    return name;
}

Result<std::string> record_name_from_text(std::string_view text, const std::string& zone) {
    const std::string typed(trim(text));
    if (typed == "@") {
        return zone;
    }
    const bool is_absolute = typed.ends_with('.');
    auto name = TRY(ascii_of(without_final_dot(typed)));
    if (!lies_in(name, zone)) {
        if (is_absolute) {
            return fail(ErrorCode::Invalid, "This name is not in the zone " + zone + ".");
        }
        name += "." + zone;
    }
    const std::string checked = name.starts_with("*.") ? name.substr(2) : name;
    if (name.size() > kNameMax || !are_labels(checked, true)) {
        return fail(
            ErrorCode::Invalid,
            "Use letters, digits, - and _ in each part of the name, at most 63; * only as the "
            "first."
        );
    }
    return name;
}

Result<std::string> target_from_text(std::string_view text) {
    const auto name = TRY(ascii_of(without_final_dot(text)));
    if (http::IpAddress::parse(name)) {
        return fail(ErrorCode::Invalid, "This must be a name, not an address.");
    }
    if (!are_labels(name, true) || name.find('.') == std::string::npos) {
        return fail(ErrorCode::Invalid, "Give the whole name, for example mail.example.com.");
    }
    return name;
}

std::string shown_name(const Zone& zone) {
    return names::domain_for_people(zone.name);
}

std::string name_in_zone(const std::string& name, const std::string& zone) {
    return name == zone ? "@" : name.substr(0, name.size() - zone.size() - 1);
}

bool lies_in(std::string_view name, std::string_view zone) {
    return name == zone || (name.size() > zone.size() && name.ends_with(zone) &&
                            name[name.size() - zone.size() - 1] == '.');
}

}  // namespace hostelry::dns
