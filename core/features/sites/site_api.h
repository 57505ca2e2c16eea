#pragma once

#include "core/features/sites/sites.h"

namespace hostelry::sites {

void add_site_api(http::Router& router, Sites& sites);

}  // namespace hostelry::sites
