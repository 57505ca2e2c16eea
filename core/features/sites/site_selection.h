#pragma once

#include "core/features/sites/sites.h"

namespace hostelry::sites {

/// What is done to the sites whose boxes were ticked in the list, each as if it had been chosen by
/// itself: one that cannot be changed now is left as it is, and the answer says why.
void add_site_selection(http::Router& router, Sites& sites);

/// The list with its filter when the form stands on it, `fallback` otherwise.
std::string list_before(const http::Request& request, const std::string& fallback);

}  // namespace hostelry::sites
