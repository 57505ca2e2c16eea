#include "core/features/dns/zone_pages.h"

#include "core/base/text.h"
#include "core/base/time.h"
#include "core/features/dns/dns_pages_common.h"
#include "core/features/dns/dns_views.h"
#include "core/features/dns/zone_name.h"
#include "core/features/jobs/jobs.h"
#include "core/features/shell/page_parts.h"
#include "core/platform/http/api.h"
#include "core/platform/web/described_fields.h"
#include "core/platform/web/reader_time.h"

#include "templates/dns/index.cpt.h"
#include "templates/dns/show.cpt.h"

#include <algorithm>
#include <array>
#include <map>

namespace hostelry::dns {
namespace {

using http::Exchange;
using http::Response;

constexpr std::int64_t kRowsOnPage = 50;

struct Group {
    const char* name;
    const char* label;
    const char* icon;
    const char* icon_class;
};

constexpr std::array kGroups{
    Group{"", "All", "", ""},
    Group{"live", "Live", "circle-check", "text-ready"},
    Group{"working", "Working", "loader-circle", "text-working"},
    Group{"failed", "Failed", "circle-x", "text-failed"}};

bool belongs_to(const Zone& zone, std::string_view group) {
    const auto status = chip_of(zone, true).status;
    return group.empty() || group == (status == view::Status::Failed    ? "failed"
                                      : status == view::Status::Working ? "working"
                                                                        : "live");
}

/// What of the list of zones is shown.
struct ZoneChoice {
    std::string words;
    std::string group;
    std::int64_t first = 0;
};

ZoneChoice zone_choice_of(const http::Request& request) {
    ZoneChoice choice{
        .words = shell::filter_text(request, "q"),
        .group = request.query("state").value_or(""),
        .first = shell::first_row_of(request)};
    const bool is_known = std::any_of(kGroups.begin(), kGroups.end(), [&](const Group& group) {
        return choice.group == group.name;
    });
    choice.group = is_known ? choice.group : "";
    return choice;
}

std::string zones_href(const ZoneChoice& choice, const std::string& group, std::int64_t first = 0) {
    return shell::link_with(
        "/dns",
        {{"q", choice.words}, {"state", group}, {"from", first > 0 ? std::to_string(first) : ""}}
    );
}

std::string counted(std::size_t count, const std::string& word) {
    return view::show_count(static_cast<long long>(count)) + " " + word + (count == 1 ? "" : "s");
}

view::EmptyState no_zones(const ZoneChoice& choice) {
    if (!choice.words.empty() || !choice.group.empty()) {
        return {
            .icon = "route",
            .title = "No zone fits this filter",
            .text = "Try other words, or look at all of them.",
            .action = view::Action{.label = "Show all", .href = "/dns"}};
    }
    return {
        .icon = "route",
        .title = "No zones yet",
        .text =
            "A zone holds the DNS records of a domain. Sites with names in it get theirs by "
            "themselves."};
}

/// Leaves in `zones` those of the page.
view::List zone_list(std::vector<Zone>& zones, const ZoneChoice& choice) {
    view::List list;
    for (const Group& group : kGroups) {
        const auto count = std::count_if(zones.begin(), zones.end(), [&](const Zone& zone) {
            return belongs_to(zone, group.name);
        });
        list.segments.push_back(
            {.label = group.label,
             .href = zones_href(choice, group.name),
             .count = view::show_count(count),
             .icon = group.icon,
             .icon_class = group.icon_class,
             .is_current = choice.group == group.name}
        );
    }
    std::erase_if(zones, [&](const Zone& zone) { return !belongs_to(zone, choice.group); });
    const auto matching = static_cast<std::int64_t>(zones.size());
    list.counted = counted(zones.size(), "zone");
    shell::keep_page(zones, choice.first, kRowsOnPage);
    list.pager = shell::pager_of(
        choice.first,
        static_cast<std::int64_t>(zones.size()),
        matching,
        kRowsOnPage,
        [&](std::int64_t first) { return zones_href(choice, choice.group, first); }
    );
    list.table.label = "Zones";
    list.table.columns = {
        {.label = "Domain"},
        {.label = "Status"},
        {.label = "Records", .is_number = true},
        {.label = "Name servers", .priority = view::Priority::DesktopOnly},
        {.label = "Created", .priority = view::Priority::WideOnly, .is_number = true}};
    if (zones.empty()) {
        list.empty = no_zones(choice);
    }
    list.refresh_href = zones_href(choice, choice.group, choice.first);
    return list;
}

RecordRow record_row(const Zone& zone, const Record& record, const http::Principal& principal) {
    RecordRow row{
        .id = record.id.to_string(),
        .name = name_in_zone(record.name, zone.name),
        .type = record.type,
        .value = record.value,
        .ttl = std::to_string(record.ttl),
        .is_of_site = record.site.has_value(),
        .site_href = record.site ? "/sites/" + record.site->to_string() : "",
        .menu =
            {.id = "m-" + record.id.to_string(),
             .label = "Actions for " + record.name + " " + record.type},
    };
    if (!record.site && principal.may("dns:update") && zone.state != "deleting") {
        const std::string href = href_of(zone) + "/records/" + row.id;
        row.menu.items = {
            {.label = "Edit", .icon = "pencil", .href = href + "/edit"},
            {},
            {.label = "Delete",
             .icon = "trash-2",
             .href = href + "/removal",
             .kind = view::ActionKind::Post,
             .look = view::ActionLook::Danger}};
    }
    return row;
}

/// What of the records of a zone is shown.
struct RecordChoice {
    std::string words;
    std::string type;
    std::int64_t first = 0;
};

std::string records_href(
    const Zone& zone, const RecordChoice& choice, const std::string& type, std::int64_t first = 0
) {
    return shell::link_with(
        href_of(zone),
        {{"q", choice.words}, {"type", type}, {"from", first > 0 ? std::to_string(first) : ""}}
    );
}

bool holds(const std::string& text, const std::string& words) {
    return lower_ascii(text).find(words) != std::string::npos;
}

/// A chip for each type there is.
std::vector<view::SegmentLink> record_types(
    const ZoneWithRecords& found, const RecordChoice& choice
) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& record : found.records) {
        ++counts[record.type];
    }
    std::vector<view::SegmentLink> links;
    const auto add = [&](const std::string& label, const std::string& type, std::int64_t count) {
        links.push_back(
            {.label = label,
             .href = records_href(found.zone, choice, type),
             .count = view::show_count(count),
             .is_current = choice.type == type}
        );
    };
    add("All", "", static_cast<std::int64_t>(found.records.size()));
    for (const auto& [type, count] : counts) {
        add(type, type, count);
    }
    return links;
}

view::EmptyState no_records(
    const Zone& zone, const RecordChoice& choice, const http::Principal& principal
) {
    if (!choice.words.empty() || !choice.type.empty()) {
        return {
            .icon = "route",
            .title = "No record fits this filter",
            .text = "Try other words, or look at all of them.",
            .action = view::Action{.label = "Show all", .href = href_of(zone)}};
    }
    view::EmptyState empty{
        .icon = "route",
        .title = "No records yet",
        .text = "Add the first one, or create a site with a name in this zone."};
    if (principal.may("dns:update")) {
        empty.action = view::Action{
            .label = "New record", .icon = "plus", .href = href_of(zone) + "/records/new"};
    }
    return empty;
}

/// Leaves in `found` the records of the page.
view::List record_list(
    ZoneWithRecords& found, const RecordChoice& choice, const http::Principal& principal
) {
    view::List list;
    const std::string words = lower_ascii(choice.words);
    std::erase_if(found.records, [&](const Record& record) {
        return !holds(record.name, words) && !holds(record.value, words);
    });
    list.segments = record_types(found, choice);
    std::erase_if(found.records, [&](const Record& record) {
        return !choice.type.empty() && record.type != choice.type;
    });
    const auto matching = static_cast<std::int64_t>(found.records.size());
    list.counted = counted(found.records.size(), "record");
    shell::keep_page(found.records, choice.first, kRowsOnPage);
    list.pager = shell::pager_of(
        choice.first,
        static_cast<std::int64_t>(found.records.size()),
        matching,
        kRowsOnPage,
        [&](std::int64_t first) { return records_href(found.zone, choice, choice.type, first); }
    );
    list.table.label = "Records of " + shown_name(found.zone);
    list.table.columns = {
        {.label = "Name"},
        {.label = "Type"},
        {.label = "Value"},
        {.label = "TTL", .priority = view::Priority::WideOnly, .is_number = true},
        {.label = "Actions", .label_is_hidden = true}};
    if (found.records.empty()) {
        list.empty = no_records(found.zone, choice, principal);
    }
    list.refresh_href = records_href(found.zone, choice, choice.type, choice.first);
    return list;
}

view::Facts zone_facts(const Zone& zone) {
    return {
        {.label = "Served by", .value = {.text = zone.backend_name}},
        {.label = "Name servers", .value = {.text = join(zone.nameservers, ", ")}},
        {.label = "DNSSEC", .value = {.text = zone.dnssec ? "Signed" : "Not signed"}},
        {.label = "Waiting changes", .value = {.text = std::to_string(zone.waiting)}},
        {.label = "Created", .moment = zone.created_at}};
}

view::PageHead zone_head(const Zone& zone, const http::Principal& principal) {
    view::PageHead head{
        .breadcrumbs = {{"Domains & DNS", "/dns"}},
        .title = shown_name(zone),
        .chip = chip_of(zone, false)};
    if (!principal.may("dns:update") || zone.state == "deleting") {
        return head;
    }
    view::Menu menu{.id = "m-zone", .label = "Actions for " + shown_name(zone), .small = false};
    if (zone.waiting > 0 || zone.state == "failed") {
        menu.items.push_back(
            {.label = "Send again",
             .icon = "rotate-cw",
             .href = href_of(zone) + "/push",
             .kind = view::ActionKind::Post}
        );
    }
    if (zone.state == "ready" && !zone.dnssec) {
        menu.items.push_back(
            {.label = "Sign with DNSSEC",
             .icon = "shield-check",
             .href = href_of(zone) + "/dnssec",
             .kind = view::ActionKind::Post}
        );
    } else if (zone.state == "ready") {
        menu.items.push_back(
            {.label = "Stop signing",
             .icon = "shield-check",
             .href = href_of(zone) + "/dnssec/removal",
             .kind = view::ActionKind::Dialog,
             .look = view::ActionLook::Danger}
        );
    }
    if (principal.may("tenant:create")) {
        menu.items.push_back({});
        menu.items.push_back(
            {.label = "Delete zone",
             .icon = "trash-2",
             .href = href_of(zone) + "/deletion",
             .kind = view::ActionKind::Dialog,
             .look = view::ActionLook::Danger}
        );
    }
    if (!menu.items.empty()) {
        head.menu = std::move(menu);
    }
    head.actions.push_back(
        {.label = "New record",
         .icon = "plus",
         .href = href_of(zone) + "/records/new",
         .look = view::ActionLook::Primary}
    );
    return head;
}

/// "52186 13 2 0ab4..." as registrars' forms ask for it.
std::vector<DsRow> ds_rows(const std::vector<std::string>& lines) {
    static const std::map<std::string, std::string> kAlgorithms{
        {"8", "RSA/SHA-256"},
        {"13", "ECDSA P-256/SHA-256"},
        {"14", "ECDSA P-384/SHA-384"},
        {"15", "Ed25519"},
        {"16", "Ed448"}};
    static const std::map<std::string, std::string> kDigests{
        {"1", "SHA-1"}, {"2", "SHA-256"}, {"4", "SHA-384"}};
    const auto with_word = [](const std::string& number, const auto& words) {
        const auto word = words.find(number);
        return word == words.end() ? number : number + " (" + word->second + ")";
    };
    std::vector<DsRow> rows;
    for (const auto& line : lines) {
        DsRow row{.line = line};
        const auto parts = split(line, ' ');
        if (parts.size() >= 4) {
            row.facts = {
                {.label = "Key tag", .value = {.text = parts[0]}},
                {.label = "Algorithm", .value = {.text = with_word(parts[1], kAlgorithms)}},
                {.label = "Digest type", .value = {.text = with_word(parts[2], kDigests)}}};
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace

view::Chip chip_of(const Zone& zone, bool in_table) {
    using view::Status;
    if (zone.state == "failed") {
        return {.status = Status::Failed, .word = {}, .detail = zone.problem, .in_table = in_table};
    }
    if (zone.state == "creating") {
        return {
            .status = Status::Working,
            .word = "Creating",
            .detail = zone.problem,
            .in_table = in_table};
    }
    if (zone.state == "deleting") {
        return {
            .status = Status::Working,
            .word = "Deleting",
            .detail = zone.problem,
            .in_table = in_table};
    }
    if (zone.waiting > 0) {
        return {
            .status = Status::Working,
            .word = "Sending",
            .detail = zone.problem,
            .in_table = in_table};
    }
    return {.status = Status::Ready, .word = "Live", .detail = {}, .in_table = in_table};
}

Response ZonePages::index(Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto choice = zone_choice_of(exchange.request);
    auto zones = dns_.list_zones(principal.tenant, choice.words);
    if (!zones) {
        return Response::failed(zones.error());
    }
    ZonesPage page;
    page.list = zone_list(*zones, choice);
    for (const auto& zone : *zones) {
        page.rows.push_back(
            {zone.id.to_string(),
             shown_name(zone),
             chip_of(zone, true),
             view::show_count(zone.records),
             zone.backend_name,
             zone.created_at}
        );
    }
    if (shell::asks_for(exchange.request, "list")) {
        return shell_.page(exchange, [&](view::Out& out) { views::dns::list_part(out, page); });
    }
    page.frame = shell_.frame(
        exchange,
        {.title = "Domains & DNS",
         .section = "dns",
         .topics = {"list:dns_zone:" + principal.tenant.to_string()}}
    );
    page.head = {.title = "Domains & DNS", .summary = "Zones and the records in them."};
    if (principal.may("tenant:create") && principal.may("dns:update")) {
        page.head.actions.push_back(
            {.label = "New zone",
             .icon = "plus",
             .href = "/dns/new",
             .look = view::ActionLook::Primary}
        );
    }
    page.filter = {
        .href = "/dns",
        .query = choice.words,
        .placeholder = "Filter by domain",
        .kept = {{"state", choice.group}}};
    return shell_.page(exchange, [&](view::Out& out) { views::dns::index(out, page); });
}

Response ZonePages::show(Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    auto found = zone_of_request(dns_, exchange);
    if (!found) {
        return Response::failed(found.error());
    }
    const RecordChoice choice{
        .words = shell::filter_text(exchange.request, "q"),
        .type = shell::filter_text(exchange.request, "type"),
        .first = shell::first_row_of(exchange.request)};
    ZonePage page;
    page.list = record_list(*found, choice, principal);
    page.filter = {
        .href = href_of(found->zone),
        .query = choice.words,
        .placeholder = "Filter by name or value",
        .kept = {{"type", choice.type}}};
    for (const auto& record : found->records) {
        page.rows.push_back(record_row(found->zone, record, principal));
    }
    if (shell::asks_for(exchange.request, "list")) {
        return shell_.page(exchange, [&](view::Out& out) { views::dns::records_part(out, page); });
    }
    page.head = zone_head(found->zone, principal);
    page.facts = zone_facts(found->zone);
    page.ds = ds_rows(found->zone.ds);
    if (!found->zone.problem.empty()) {
        page.note = view::Note{
            .kind = view::NoteKind::Failure,
            .title = "The name servers did not take it.",
            .text = found->zone.problem,
            .actions = {}};
    }
    const auto card = dns_.needs().database.in_tenant(
        principal.tenant,
        [&](db::Transaction& tx) -> Result<std::optional<view::JobCard>> {
            return jobs::latest_card(
                tx, principal, dns_.needs().clock.now(), "dns_zone", found->zone.id.uuid
            );
        }
    );
    const bool is_settled = found->zone.state == "ready" && found->zone.waiting == 0;
    if (card && *card &&
        (!is_settled || !(*card)->refresh_href.empty() || (*card)->failure.has_value())) {
        page.job = **card;
    }
    page.frame = shell_.frame(
        exchange,
        {.title = shown_name(found->zone),
         .section = "dns",
         .topics = {"dns_zone:" + found->zone.id.to_string()}}
    );
    page.activity = shell_.activity(exchange, found->zone.id.uuid);
    return shell_.page(exchange, [&](view::Out& out) { views::dns::show(out, page); });
}

Response ZonePages::push(Exchange& exchange) {
    const auto found = zone_of_request(dns_, exchange);
    if (!found) {
        return Response::failed(found.error());
    }
    const auto job = dns_.apply_again(users::caller_of(exchange), found->zone.id);
    return job ? Response::go_to(exchange.request, href_of(found->zone))
               : Response::failed(job.error());
}

void ZonePages::add_routes(http::Router& router) {
    const auto page = [&](http::Method method,
                          const char* path,
                          const char* permission,
                          Response (ZonePages::*handler)(Exchange&)) {
        router.add(http::page_route(method, path, permission, http::bound(this, handler)));
    };
    using http::Method;
    page(Method::Get, "/dns", "dns:read", &ZonePages::index);
    page(Method::Get, "/dns/new", "dns:update", &ZonePages::show_new);
    page(Method::Post, "/dns", "dns:update", &ZonePages::create);
    page(Method::Get, "/dns/{id}", "dns:read", &ZonePages::show);
    page(Method::Get, "/dns/{id}/deletion", "dns:update", &ZonePages::show_deletion);
    page(Method::Post, "/dns/{id}/deletion", "dns:update", &ZonePages::remove);
    page(Method::Post, "/dns/{id}/dnssec", "dns:update", &ZonePages::switch_dnssec);
    page(Method::Get, "/dns/{id}/dnssec/removal", "dns:update", &ZonePages::show_unsigning);
    page(Method::Post, "/dns/{id}/dnssec/removal", "dns:update", &ZonePages::stop_signing);
    page(Method::Post, "/dns/{id}/push", "dns:update", &ZonePages::push);
}

}  // namespace hostelry::dns
