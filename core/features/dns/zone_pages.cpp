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

#include "templates/dns/index.cpt.h"
#include "templates/dns/show.cpt.h"

#include <map>

namespace hostelry::dns {
namespace {

using http::Exchange;
using http::Response;

view::List zone_list(const std::vector<Zone>& zones, const std::string& words) {
    view::List list;
    list.table.label = "Zones";
    list.table.columns = {
        {.label = "Domain"},
        {.label = "Status"},
        {.label = "Records", .is_number = true},
        {.label = "Backend", .priority = view::Priority::DesktopOnly},
        {.label = "Created", .priority = view::Priority::WideOnly, .is_number = true}};
    list.counted = std::to_string(zones.size()) + (zones.size() == 1 ? " zone" : " zones");
    if (zones.empty()) {
        list.empty = words.empty()
                         ? view::EmptyState{.icon = "route", .title = "No zones yet", .text = "A zone holds the DNS records of a domain. Sites with names in it get theirs by themselves."}
                         : view::EmptyState{.icon = "route", .title = "No zone fits this filter", .text = "Try other words.", .action = view::Action{.label = "Show all", .href = "/dns"}};
    }
    list.refresh_href = words.empty() ? "/dns" : "/dns?q=" + percent_encode(words);
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

view::List record_list(const ZoneWithRecords& found, const http::Principal& principal) {
    view::List list;
    list.table.label = "Records of " + found.zone.name;
    list.table.columns = {
        {.label = "Name"},
        {.label = "Type"},
        {.label = "Value"},
        {.label = "TTL", .priority = view::Priority::WideOnly, .is_number = true},
        {.label = "Actions", .label_is_hidden = true}};
    list.counted =
        std::to_string(found.records.size()) + (found.records.size() == 1 ? " record" : " records");
    if (found.records.empty()) {
        list.empty = view::EmptyState{
            .icon = "route",
            .title = "No records yet",
            .text = "Add the first one, or create a site with a name in this zone."};
        if (principal.may("dns:update")) {
            list.empty->action = view::Action{
                .label = "New record",
                .icon = "plus",
                .href = href_of(found.zone) + "/records/new"};
        }
    }
    list.refresh_href = href_of(found.zone);
    return list;
}

view::Facts zone_facts(const Zone& zone) {
    return {
        {.label = "Backend", .value = {.text = zone.backend_name}},
        {.label = "Name servers", .value = {.text = join(zone.nameservers, ", ")}},
        {.label = "DNSSEC", .value = {.text = zone.dnssec ? "Signed" : "Not signed"}},
        {.label = "Waiting changes", .value = {.text = std::to_string(zone.waiting)}},
        {.label = "Created", .moment = zone.created_at}};
}

view::PageHead zone_head(const Zone& zone, const http::Principal& principal) {
    view::PageHead head{
        .breadcrumbs = {{"Domains & DNS", "/dns"}},
        .title = zone.name,
        .chip = chip_of(zone, false)};
    if (!principal.may("dns:update") || zone.state == "deleting") {
        return head;
    }
    view::Menu menu{.id = "m-zone", .label = "Actions for " + zone.name, .small = false};
    if (zone.waiting > 0 || zone.state == "failed") {
        menu.items.push_back(
            {.label = "Push again",
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
            .word = "Pushing",
            .detail = zone.problem,
            .in_table = in_table};
    }
    return {.status = Status::Ready, .word = "Live", .detail = {}, .in_table = in_table};
}

Response ZonePages::index(Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto words = shell::filter_text(exchange.request, "q");
    const auto zones = dns_.list_zones(principal.tenant, words);
    if (!zones) {
        return Response::failed(zones.error());
    }
    ZonesPage page;
    page.list = zone_list(*zones, words);
    for (const auto& zone : *zones) {
        page.rows.push_back(
            {zone.id.to_string(),
             zone.name,
             chip_of(zone, true),
             std::to_string(zone.records),
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
    page.filter = {.href = "/dns", .query = words, .placeholder = "Domain", .kept = {}};
    return shell_.page(exchange, [&](view::Out& out) { views::dns::index(out, page); });
}

Response ZonePages::show(Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto found = zone_of_request(dns_, exchange);
    if (!found) {
        return Response::failed(found.error());
    }
    ZonePage page;
    page.list = record_list(*found, principal);
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
            .title = "The backend did not take it.",
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
        {.title = found->zone.name,
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
