#include "core/features/users/time_zones.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace hostelry::users {
namespace {

constexpr std::array<std::string_view, 9> kRegions{
    "Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"};

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

}  // namespace hostelry::users
