#pragma once

#include "core/features/databases/site_database.h"
#include "core/features/sites/site_views.h"
#include "core/features/sites/sites.h"
#include "core/platform/queue/job_store.h"

#include <optional>
#include <vector>

namespace hostelry::sites {

/// Everything a detail page knows, read in one transaction.
struct SiteShown {
    Site site{};
    std::optional<view::JobCard> card{};
    std::vector<queue::Job> jobs{};
    std::vector<databases::SiteDatabase> databases{};
};

view::Chip chip_of(const Site& site);
view::Menu menu_of(const Site& site, const http::Principal& principal);
SitePageView site_page_of(
    const Sites& sites, const SiteShown& shown, const http::Principal& principal, SiteTab tab
);
view::DeleteDialog delete_dialog_of(const SiteShown& shown);

}  // namespace hostelry::sites
