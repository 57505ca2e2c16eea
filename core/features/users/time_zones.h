#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hostelry::users {

/// True for a name of the IANA database this machine knows, "Europe/Berlin".
bool is_time_zone(std::string_view name);
/// Names for a person to choose from: "UTC" first, then by region, without the legacy ones.
const std::vector<std::string>& time_zones();

}  // namespace hostelry::users
