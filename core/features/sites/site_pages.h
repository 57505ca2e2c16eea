#pragma once

#include "core/features/sites/sites.h"

namespace hostelry::sites {

void add_site_pages(http::Router& router, Sites& sites, const Sites::Needs& needs);

}  // namespace hostelry::sites
