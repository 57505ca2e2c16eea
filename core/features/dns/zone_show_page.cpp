// A zone with its records, its state and what a registrar is told of it.
#include "core/base/text.h"
#include "core/features/dns/dns_pages_common.h"
#include "core/features/dns/dns_views.h"
#include "core/features/dns/zone_name.h"
#include "core/features/dns/zone_pages.h"
#include "core/features/jobs/jobs.h"
#include "core/features/shell/list_page.h"

#include "templates/dns/show.cpt.h"

#include <map>

namespace hostelry::dns {
namespace {

using http::Exchange;
using http::Response;

/// Its segments are the types there are.
shell::ListDescription record_list(const Zone& zone) {
    const std::string href = href_of(zone);
    const view::Action add{.label = "New record", .icon = "plus", .href = href + "/records/new"};
    return {
        .path = href,
        .section = "dns",
        .title = "Records of " + shown_name(zone),
        .noun = {"record", "records"},
        .icon = "route",
        .placeholder = "Filter by name or value",
        .parameters = {{"q"}, {"type"}},
        .segment_parameter = "type",
        .columns =
            {{.label = "Name"},
             {.label = "Type"},
             {.label = "Value"},
             {.label = "TTL", .priority = view::Priority::WideOnly, .is_number = true},
             {.label = "Actions", .label_is_hidden = true}},
        .rows_on_page = 50,
        .creation = shell::Creation{add, {"dns:update"}},
        .nothing_yet = {
            .title = "No records yet",
            .text = "Add the first one, or create a site with a name in this zone.",
            .action = add}};
}

bool holds(const std::string& text, const std::string& words) {
    return lower_ascii(text).find(words) != std::string::npos;
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

Response ZonePages::show(Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    auto found = zone_of_request(dns_, exchange);
    if (!found) {
        return Response::failed(found.error());
    }
    const auto description = record_list(found->zone);
    const shell::ListQuery query(description, exchange);
    const std::string words = lower_ascii(query.words());
    std::erase_if(found->records, [&](const Record& record) {
        return !holds(record.name, words) && !holds(record.value, words);
    });
    ZonePage page;
    page.list = query.list(shell::keep_page(query, found->records, [](const Record& record) {
        return record.type;
    }));
    page.filter = query.form();
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
    const auto card = jobs::latest_card(
        dns_.needs().database, principal, dns_.needs().clock.now(), "dns_zone", found->zone.id.uuid
    );
    const bool is_settled = found->zone.state == "ready" && found->zone.waiting == 0;
    if (card && (!is_settled || !card->refresh_href.empty() || card->failure.has_value())) {
        page.job = card;
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

}  // namespace hostelry::dns
