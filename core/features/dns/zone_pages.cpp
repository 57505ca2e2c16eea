#include "core/features/dns/zone_pages.h"

#include "core/features/dns/dns_pages_common.h"
#include "core/features/dns/dns_views.h"
#include "core/features/dns/zone_name.h"
#include "core/features/shell/list_page.h"
#include "core/platform/http/api.h"
#include "core/platform/web/out.h"

#include "templates/dns/index.cpt.h"

namespace hostelry::dns {
namespace {

using http::Exchange;
using http::Response;

const shell::ListDescription& zone_list() {
    using view::Priority;
    static const shell::ListDescription kList{
        .path = "/dns",
        .section = "dns",
        .topic = "dns_zone",
        .title = "Domains & DNS",
        .label = "Zones",
        .summary = "Zones and the records in them.",
        .noun = {"zone", "zones"},
        .icon = "route",
        .placeholder = "Filter by domain",
        .segments =
            {{"", "All"},
             {"live", "Live", view::Status::Ready},
             {"working", "Working", view::Status::Working},
             {"failed", "Failed", view::Status::Failed}},
        .columns =
            {{.label = "Domain"},
             {.label = "Status"},
             {.label = "Records", .is_number = true},
             {.label = "Name servers", .priority = Priority::DesktopOnly},
             {.label = "Created", .priority = Priority::WideOnly, .is_number = true}},
        .rows_on_page = 50,
        .creation =
            shell::Creation{
                {.label = "New zone", .icon = "plus", .href = "/dns/new"},
                {"tenant:create", "dns:update"}},
        .nothing_yet = {
            .title = "No zones yet",
            .text = "A zone holds the DNS records of a domain. Sites with names in it get theirs "
                    "by themselves."}};
    return kList;
}

std::string_view segment_of(const Zone& zone) {
    const auto status = chip_of(zone, true).status;
    return status == view::Status::Failed    ? "failed"
           : status == view::Status::Working ? "working"
                                             : "live";
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
    const shell::ListQuery query(zone_list(), exchange);
    auto zones = dns_.list_zones(exchange.signed_in().tenant, query.words());
    if (!zones) {
        return Response::failed(zones.error());
    }
    ZonesPage page;
    page.list = query.list(shell::keep_page(query, *zones, segment_of));
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
    return shell::list_answer(
        shell_, exchange, query, page, views::dns::list_part, views::dns::index
    );
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
    const auto page = http::pages_of(router, this);
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
