#include "core/features/sites/site_list_page.h"

#include "core/features/sites/site_show_page.h"

#include <algorithm>

namespace hostelry::sites {
namespace {

view::Column sortable(const shell::ListQuery& query, std::string label, const std::string& name) {
    const bool ascending = query.value("sort") == name;
    const bool descending = query.value("sort") == "-" + name;
    return {
        .label = std::move(label),
        .sort_href = query.href_with("sort", ascending ? "-" + name : name),
        .sorted = ascending    ? view::Sorted::Ascending
                  : descending ? view::Sorted::Descending
                               : view::Sorted::No};
}

std::vector<view::Column> columns_of(const shell::ListQuery& query, bool shows_accounts) {
    using view::Priority;
    std::vector<view::Column> columns{
        sortable(query, "Site", "domain"),
        {.label = "Status"},
        {.label = "Template", .priority = Priority::DesktopOnly},
        {.label = "Server", .priority = Priority::DesktopOnly}};
    if (shows_accounts) {
        columns.push_back({.label = "Account", .priority = Priority::WideOnly});
    }
    columns.push_back(sortable(query, "Created", "created"));
    columns.back().is_number = true;
    columns.push_back({.label = "Actions", .label_is_hidden = true});
    return columns;
}

SiteRow row_of(const Site& site, const http::Principal& principal) {
    SiteRow row{
        .id = site.id.to_string(),
        .domain = site.shown_domain(),
        .chip = chip_of(site),
        .runtime = site.uses_php() ? site.template_title + ", PHP " + site.php_version
                                   : site.template_title,
        .server = site.server_name,
        .account = site.tenant_name,
        .created_at = site.created_at,
        .menu = menu_of(site, principal),
    };
    row.chip.in_table = true;
    return row;
}

std::string summary_of(const SiteCounts& counts) {
    std::string text = shell::counted(counts.all, site_list().noun);
    text += counts.failed > 0 ? ", " + view::show_count(counts.failed) + " failed" : "";
    text += counts.working > 0 ? ", " + view::show_count(counts.working) + " working" : "";
    return text + ".";
}

std::optional<view::BulkActions> bulk_of(const http::Principal& principal) {
    view::BulkActions bulk;
    if (principal.may("site:suspend")) {
        bulk.buttons = {
            {.label = "Suspend", .icon = "pause", .href = "/sites/suspension"},
            {.label = "Resume", .icon = "play", .href = "/sites/resumption"}};
    }
    if (principal.may("site:update")) {
        bulk.buttons.push_back({.label = "Redeploy", .icon = "rocket", .href = "/sites/deployments"}
        );
    }
    return bulk.buttons.empty() ? std::nullopt : std::optional{std::move(bulk)};
}

}  // namespace

const shell::ListDescription& site_list() {
    static const view::Action kCreate{.label = "Create site", .icon = "plus", .href = "/sites/new"};
    static const shell::ListDescription kList{
        .path = "/sites",
        .section = "sites",
        .topic = "site",
        .title = "Sites",
        .noun = {"site", "sites"},
        .icon = "globe",
        .placeholder = "Filter by domain, server or account",
        .parameters = {{"sort", {"-created", "created", "domain", "-domain"}}, {"state"}, {"q"}},
        .segments =
            {{"", "All"},
             {"ready", "Ready", view::Status::Ready},
             {"working", "Working", view::Status::Working},
             {"failed", "Failed", view::Status::Failed},
             {"suspended", "Suspended", view::Status::Suspended}},
        .creation = shell::Creation{kCreate, {"site:create"}},
        .nothing_yet = {
            .title = "Create your first site",
            .text =
                "A site is one application with its domain, certificate and database. It is live "
                "within seconds.",
            .action = kCreate}};
    return kList;
}

SitesPage sites_page_of(
    const shell::ListQuery& query, const SitePage& found, const http::Principal& principal
) {
    const auto& counts = found.counts;
    SitesPage page;
    page.head.summary = summary_of(counts);
    page.shows_accounts =
        std::any_of(found.sites.begin(), found.sites.end(), [&](const Site& site) {
            return site.tenant != principal.tenant;
        });
    shell::ListExtent extent{
        .shown = static_cast<std::int64_t>(found.sites.size()),
        .counts =
            {{"", counts.all},
             {"ready", counts.ready},
             {"working", counts.working},
             {"failed", counts.failed},
             {"suspended", counts.suspended}},
        .pager = {
            .previous_href = query.href_at("before", found.previous),
            .next_href = query.href_at("after", found.next)}};
    extent.matching = extent.counts[query.segment()];
    page.list = query.list(extent);
    page.list.table.columns = columns_of(query, page.shows_accounts);
    page.list.bulk = bulk_of(principal);
    page.list.table.selectable = page.list.bulk.has_value();
    for (const auto& site : found.sites) {
        page.rows.push_back(row_of(site, principal));
    }
    return page;
}

}  // namespace hostelry::sites
