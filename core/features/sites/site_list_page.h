#pragma once

#include "core/features/sites/site_views.h"
#include "core/features/sites/sites.h"

namespace hostelry::sites {

/// The list with its filter, its tabs and its rows; the frame is the caller's to add.
SitesPage sites_page_of(
    const SiteFilter& filter, const SitePage& found, const http::Principal& principal
);

}  // namespace hostelry::sites
