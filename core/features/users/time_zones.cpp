#include "core/features/users/time_zones.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace hostelry::users {
namespace {

constexpr std::array<std::string_view, 9> kRegions{
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/"};

std::vector<std::string> read_time_zones() {
    std::vector<std::string> names;
    for (const auto& zone : date::get_tzdb().zones) {
        const bool is_regional = std::any_of(kRegions.begin(), kRegions.end(), [&](auto region) {
            return zone.name().starts_with(region);
        });
        if (is_regional) {
            names.push_back(zone.name());
        }
    }
    std::sort(names.begin(), names.end());
    names.insert(names.begin(), "UTC");
    return names;
}

}  // namespace

bool is_time_zone(std::string_view name) {
    const auto& names = time_zones();
    return std::find(names.begin(), names.end(), name) != names.end();
}

const std::vector<std::string>& time_zones() {
    static const std::vector<std::string> kNames = read_time_zones();
    return kNames;
}

void offer_time_zones(std::vector<view::Field>& fields, const std::string& chosen) {
    for (auto& field : fields) {
        const auto* text = std::get_if<view::TextField>(&field);
        if (text == nullptr || text->name != "time_zone") {
            continue;
        }
        view::SelectField zone;
        static_cast<view::FieldText&>(zone) = *text;
        zone.hint = "All dates are shown in it.";
        zone.required = true;
        zone.value = chosen.empty() ? "UTC" : chosen;
        for (const auto& name : time_zones()) {
            zone.options.push_back({name, name});
        }
        field = std::move(zone);
        return;
    }
}

void complete_field(
    std::vector<view::Field>& fields, std::string_view name, std::string_view autocomplete
) {
    for (auto& field : fields) {
        if (auto* text = std::get_if<view::TextField>(&field);
            text != nullptr && text->name == name) {
            text->autocomplete = autocomplete;
        }
        if (auto* password = std::get_if<view::PasswordField>(&field);
            password != nullptr && password->name == name) {
            password->autocomplete = autocomplete;
        }
    }
}

}  // namespace hostelry::users
