#pragma once

#include "core/platform/web/components/form.h"

#include <string>
#include <string_view>
#include <vector>

namespace hostelry::users {

/// True for a name of the IANA database this machine knows, "Europe/Berlin".
bool is_time_zone(std::string_view name);
/// Names for a person to choose from: "UTC" first, then by region, without the legacy ones.
const std::vector<std::string>& time_zones();

/// Turns the text field "time_zone" of a form into a choice of all zones.
void offer_time_zones(std::vector<view::Field>& fields, const std::string& chosen);
/// Says what a browser or password manager may fill into the field of that name.
void complete_field(
    std::vector<view::Field>& fields, std::string_view name, std::string_view autocomplete
);

}  // namespace hostelry::users
