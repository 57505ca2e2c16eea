// Adding a zone, and what is asked again before it is done: deleting it, taking its signatures
// away.
#include "core/features/dns/dns_pages_common.h"
#include "core/features/dns/dns_views.h"
#include "core/features/dns/zone_name.h"
#include "core/features/dns/zone_pages.h"
#include "core/features/shell/form_page.h"
#include "core/platform/web/described_fields.h"

namespace hostelry::dns {
namespace {

using http::Exchange;
using http::Response;

/// A text field of the description shown as a choice.
void choose_backend(
    std::vector<view::Field>& fields, const std::vector<plugins::DnsBackend>& backends
) {
    view::SelectField select;
    select.name = "backend";
    select.label = "Backend";
    select.hint = "Where the zone is served.";
    select.required = true;
    for (const auto& backend : backends) {
        select.options.push_back({backend.id.to_string(), backend.name});
    }
    for (auto& field : fields) {
        if (auto* text = std::get_if<view::TextField>(&field);
            text != nullptr && text->name == "backend") {
            select.value = text->value;
            select.error = text->error;
            field = std::move(select);
            return;
        }
    }
    fields.emplace_back(std::move(select));
}

/// As it is shown, or as it is stored.
bool names_zone(const http::Request& request, const Zone& zone) {
    const std::string typed{trim(request.form_value("name"))};
    return typed == shown_name(zone) || lower_ascii(typed) == zone.name;
}

}  // namespace

Response ZonePages::show_new(Exchange& exchange) {
    return create_form(exchange, {}, nullptr);
}

Response ZonePages::create(Exchange& exchange) {
    CreateDnsZone request;
    const auto& typed = exchange.request.form();
    auto errors = decode_form(describe<CreateDnsZone>(), typed, &request);
    if (!errors.empty()) {
        const Error error = fail_fields(std::move(errors)).value();
        return create_form(exchange, typed, &error);
    }
    const auto key = exchange.request.form_value("_key");
    const auto made = dns_.create_zone(
        users::caller_of(exchange),
        request,
        key.empty() ? std::nullopt : std::optional{key.substr(0, 100)}
    );
    if (!made) {
        return shell::belongs_to_form(made.error()) ? create_form(exchange, typed, &made.error())
                                                    : Response::failed(made.error());
    }
    return Response::go_to(exchange.request, href_of(made->zone));
}

Response ZonePages::create_form(Exchange& exchange, const FormPairs& shown, const Error* error) {
    const auto backends = dns_.needs().plugins.list_dns_backends(plugins::CountZones::No);
    if (!backends) {
        return Response::failed(backends.error());
    }
    DnsFormPage page;
    page.fields = view::described_fields(
        describe<CreateDnsZone>(), shown, shell::field_errors_of(error), {"name", "backend"}
    );
    choose_backend(page.fields, *backends);
    page.head = {.breadcrumbs = {{"Domains & DNS", "/dns"}}, .title = "New zone"};
    auto key = exchange.request.form_value("_key");
    page.form = {
        .id = "zone-form",
        .action = "/dns",
        .idempotency_key =
            key.empty() ? new_uuid(dns_.needs().clock, dns_.needs().random).to_string() : key,
        .errors = shell::summary_of(error, "Nothing was created.")};
    page.section = {
        .title = "Domain",
        .text =
            "Have the domain delegated to the backend's name servers at its registrar. By adding "
            "it you vouch that its "
            "owner agrees."};
    page.submit = {.label = "Create zone", .icon = "plus", .cancel_href = "/dns"};
    return form_answer(shell_, exchange, std::move(page), error);
}

Response ZonePages::show_deletion(Exchange& exchange) {
    const auto found = zone_of_request(dns_, exchange);
    return found ? deletion(exchange, found->zone, {}) : Response::failed(found.error());
}

Response ZonePages::deletion(Exchange& exchange, const Zone& zone, const std::string& error) {
    view::DeleteDialog dialog{
        .title = "Delete " + shown_name(zone) + "?",
        .text =
            "The zone goes from its name servers at once. Its names stop working everywhere within "
            "their TTL.",
        .losses =
            {{.icon = "route",
              .text = std::to_string(zone.records) + (zone.records == 1 ? " record" : " records")}},
        .name = shown_name(zone),
        .action = href_of(zone) + "/deletion",
        .cancel_href = href_of(zone),
        .confirm_label = "Delete zone",
        .error = error};
    return shell_.ask_deletion(exchange, "dns", dialog);
}

Response ZonePages::remove(Exchange& exchange) {
    const auto found = zone_of_request(dns_, exchange);
    if (!found) {
        return Response::failed(found.error());
    }
    if (!names_zone(exchange.request, found->zone)) {
        return deletion(
            exchange, found->zone, "Type " + shown_name(found->zone) + " to delete it."
        );
    }
    const auto job = dns_.delete_zone(users::caller_of(exchange), found->zone.id);
    if (!job) {
        return job.error().code == ErrorCode::Conflict
                   ? deletion(exchange, found->zone, job.error().message)
                   : Response::failed(job.error());
    }
    auto response = Response::go_to(exchange.request, "/dns");
    shell::Shell::flash(response, shown_name(found->zone) + " is being deleted.");
    return response;
}

Response ZonePages::switch_dnssec(Exchange& exchange) {
    const auto found = zone_of_request(dns_, exchange);
    if (!found) {
        return Response::failed(found.error());
    }
    const auto job = dns_.set_dnssec(users::caller_of(exchange), found->zone.id, true);
    return job ? Response::go_to(exchange.request, href_of(found->zone))
               : Response::failed(job.error());
}

Response ZonePages::show_unsigning(Exchange& exchange) {
    const auto found = zone_of_request(dns_, exchange);
    return found ? unsigning(exchange, found->zone, {}) : Response::failed(found.error());
}

Response ZonePages::unsigning(Exchange& exchange, const Zone& zone, const std::string& error) {
    view::DeleteDialog dialog{
        .title = "Stop signing " + shown_name(zone) + "?",
        .text =
            "Remove the DS records at the registrar first, and wait until they have expired "
            "everywhere (often a day). While one of them stands, resolvers that check signatures "
            "refuse every answer: website and mail are gone for their users.",
        .losses =
            {{.icon = "shield-check",
              .text =
                  std::to_string(zone.ds.size()) +
                  (zone.ds.size() == 1 ? " DS record stops fitting" : " DS records stop fitting")}},
        .name = shown_name(zone),
        .action = href_of(zone) + "/dnssec/removal",
        .cancel_href = href_of(zone),
        .confirm_label = "Stop signing",
        .cancel_label = "Keep it signed",
        .error = error};
    return shell_.ask_deletion(exchange, "dns", dialog);
}

Response ZonePages::stop_signing(Exchange& exchange) {
    const auto found = zone_of_request(dns_, exchange);
    if (!found) {
        return Response::failed(found.error());
    }
    if (!names_zone(exchange.request, found->zone)) {
        return unsigning(
            exchange, found->zone, "Type " + shown_name(found->zone) + " to stop signing."
        );
    }
    const auto job = dns_.set_dnssec(users::caller_of(exchange), found->zone.id, false);
    return job ? Response::go_to(exchange.request, href_of(found->zone))
               : Response::failed(job.error());
}

}  // namespace hostelry::dns
