#include "core/features/sites/site_list_page.h"

#include "core/base/text.h"
#include "core/features/sites/site_show_page.h"

#include <fmt/format.h>

#include <algorithm>

namespace hostelry::sites {
namespace {

std::string list_href(
    const SiteFilter& filter, const std::string& group, const std::string& page_part = {}
) {
    std::string href = "/sites?sort=";
    href += filter.order == SortOrder::Descending ? "-" : "";
    href += filter.sort == SiteSort::Domain ? "domain" : "created";
    href += group.empty() ? "" : "&state=" + group;
    href += filter.words.empty() ? "" : "&q=" + percent_encode(filter.words);
    return href + page_part;
}

view::Column sortable(const SiteFilter& filter, std::string label, SiteSort sort) {
    const bool current = filter.sort == sort;
    const bool ascending = filter.order == SortOrder::Ascending;
    SiteFilter turned = filter;
    turned.sort = sort;
    turned.order =
        current ? (ascending ? SortOrder::Descending : SortOrder::Ascending) : SortOrder::Ascending;
    return {
        .label = std::move(label),
        .sort_href = list_href(turned, filter.group),
        .sorted = !current    ? view::Sorted::No
                  : ascending ? view::Sorted::Ascending
                              : view::Sorted::Descending};
}

view::Column plain(std::string label, view::Priority priority = view::Priority::Always) {
    return {.label = std::move(label), .sort_href = {}, .priority = priority};
}

std::vector<view::SegmentLink> segments_of(const SiteFilter& filter, const SiteCounts& counts) {
    const auto segment = [&](const char* label,
                             const char* group,
                             std::int64_t count,
                             const char* icon,
                             const char* icon_class) {
        return view::SegmentLink{
            .label = label,
            .href = list_href(filter, group),
            .count = view::show_count(count),
            .icon = icon,
            .icon_class = icon_class,
            .is_current = filter.group == group};
    };
    return {
        segment("All", "", counts.all, "", ""),
        segment("Ready", "ready", counts.ready, "circle-check", "text-ready"),
        segment("Working", "working", counts.working, "loader-circle", "text-working"),
        segment("Failed", "failed", counts.failed, "circle-x", "text-failed"),
        segment("Suspended", "suspended", counts.suspended, "circle-pause", "text-text-3"),
    };
}

std::optional<view::EmptyState> empty_of(
    const SiteFilter& filter, const SitePage& page, const http::Principal& principal
) {
    if (!page.sites.empty()) {
        return std::nullopt;
    }
    if (!filter.words.empty() || !filter.group.empty()) {
        return view::EmptyState{
            .icon = "search",
            .title = "No site fits",
            .text = "Try another word or another state.",
            .action = view::Action{
                .label = "Show all sites",
                .icon = {},
                .href = "/sites",
                .name = {},
                .value = {},
                .swap_target = {}}};
    }
    view::EmptyState empty{
        .icon = "globe",
        .title = "Create your first site",
        .text =
            "A site is one application with its domain, certificate and database. It is live "
            "within seconds.",
        .action = {}};
    if (principal.may("site:create")) {
        empty.action = view::Action{
            .label = "Create site",
            .icon = "plus",
            .href = "/sites/new",
            .look = view::ActionLook::Primary,
            .name = {},
            .value = {},
            .swap_target = {}};
    }
    return empty;
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
    std::string text = view::show_count(counts.all) + (counts.all == 1 ? " site" : " sites");
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

view::List list_of(
    const SiteFilter& filter,
    const SitePage& found,
    const http::Principal& principal,
    bool shows_accounts
) {
    view::List list;
    const std::int64_t matching = filter.group.empty()          ? found.counts.all
                                  : filter.group == "ready"     ? found.counts.ready
                                  : filter.group == "failed"    ? found.counts.failed
                                  : filter.group == "suspended" ? found.counts.suspended
                                                                : found.counts.working;
    list.counted = view::show_count(matching) + (matching == 1 ? " site matches" : " sites match");
    list.segments = segments_of(filter, found.counts);
    list.table.label = "Sites";
    list.bulk = bulk_of(principal);
    list.table.selectable = list.bulk.has_value();
    list.table.columns = {
        sortable(filter, "Site", SiteSort::Domain),
        plain("Status"),
        plain("Template", view::Priority::DesktopOnly),
        plain("Server", view::Priority::DesktopOnly)};
    if (shows_accounts) {
        list.table.columns.push_back(plain("Account", view::Priority::WideOnly));
    }
    list.table.columns.push_back(sortable(filter, "Created", SiteSort::Created));
    list.table.columns.back().is_number = true;
    list.table.columns.push_back({.label = "Actions", .sort_href = {}, .label_is_hidden = true});
    list.empty = empty_of(filter, found, principal);
    list.pager = {
        .range = fmt::format("{} of {}", found.sites.size(), view::show_count(matching)),
        .previous_href =
            found.previous.empty()
                ? ""
                : list_href(filter, filter.group, "&before=" + percent_encode(found.previous)),
        .next_href = found.next.empty()
                         ? ""
                         : list_href(filter, filter.group, "&after=" + percent_encode(found.next))};
    const std::string here = !filter.after.empty()    ? "&after=" + percent_encode(filter.after)
                             : !filter.before.empty() ? "&before=" + percent_encode(filter.before)
                                                      : "";
    list.refresh_href = list_href(filter, filter.group, here);
    return list;
}

}  // namespace

SitesPage sites_page_of(
    const SiteFilter& filter, const SitePage& found, const http::Principal& principal
) {
    SitesPage page{
        .head =
            {.breadcrumbs = {},
             .title = "Sites",
             .chip = {},
             .summary = summary_of(found.counts),
             .actions = {},
             .menu = {}},
        .filter =
            {.href = "/sites",
             .query = filter.words,
             .placeholder = "Filter by domain, server or account",
             .kept = {}},
        .shows_accounts = std::any_of(
            found.sites.begin(),
            found.sites.end(),
            [&](const Site& site) { return site.tenant != principal.tenant; }
        ),
    };
    if (!filter.group.empty()) {
        page.filter.kept.emplace_back("state", filter.group);
    }
    if (principal.may("site:create")) {
        page.head.actions.push_back(
            {.label = "Create site",
             .icon = "plus",
             .href = "/sites/new",
             .look = view::ActionLook::Primary,
             .name = {},
             .value = {},
             .swap_target = {}}
        );
    }
    page.list = list_of(filter, found, principal, page.shows_accounts);
    for (const auto& site : found.sites) {
        page.rows.push_back(row_of(site, principal));
    }
    return page;
}

}  // namespace hostelry::sites
