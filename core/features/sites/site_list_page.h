#pragma once

#include "core/features/shell/list_page.h"
#include "core/features/sites/site_views.h"
#include "core/features/sites/sites.h"

namespace hostelry::sites {

const shell::ListDescription& site_list();

/// The list and its rows; `list_answer` adds what stands around them.
SitesPage sites_page_of(
    const shell::ListQuery& query, const SitePage& found, const http::Principal& principal
);

}  // namespace hostelry::sites
