#include "core/features/dns/record_pages.h"

#include "core/features/dns/dns_pages_common.h"
#include "core/features/dns/zone_name.h"
#include "core/features/shell/form_page.h"
#include "core/features/shell/page_parts.h"
#include "core/platform/http/api.h"
#include "core/platform/web/described_fields.h"

#include <algorithm>

namespace hostelry::dns {
namespace {

using http::Exchange;
using http::Response;

std::string zone_href(const Zone& zone) {
    return "/dns/" + zone.id.to_string();
}

struct ZoneAndRecord {
    Zone zone;
    Record record;
};

Result<ZoneAndRecord> record_of_request(Dns& dns, const Exchange& exchange) {
    const auto found = TRY(zone_of_request(dns, exchange));
    const auto id = RecordId::parse(exchange.request.param("record"));
    const auto record =
        std::find_if(found.records.begin(), found.records.end(), [&](const Record& one) {
            return id && one.id == *id;
        });
    if (record == found.records.end()) {
        return fail(ErrorCode::NotFound, "There is no such record.");
    }
    return ZoneAndRecord{found.zone, *record};
}

}  // namespace

Response RecordPages::show_new(Exchange& exchange) {
    const auto found = zone_of_request(dns_, exchange);
    return found ? record_form(exchange, found->zone, std::nullopt, {{"ttl", "3600"}}, nullptr)
                 : Response::failed(found.error());
}

Response RecordPages::create(Exchange& exchange) {
    const auto found = zone_of_request(dns_, exchange);
    return found ? save(exchange, found->zone, std::nullopt) : Response::failed(found.error());
}

Response RecordPages::show_edit(Exchange& exchange) {
    const auto found = record_of_request(dns_, exchange);
    if (!found) {
        return Response::failed(found.error());
    }
    const WriteDnsRecord present{
        .name = name_in_zone(found->record.name, found->zone.name),
        .type = found->record.type,
        .value = found->record.value,
        .ttl = found->record.ttl};
    return record_form(exchange, found->zone, found->record, view::shown_values(present), nullptr);
}

Response RecordPages::update(Exchange& exchange) {
    const auto found = record_of_request(dns_, exchange);
    return found ? save(exchange, found->zone, found->record) : Response::failed(found.error());
}

Response RecordPages::save(
    Exchange& exchange, const Zone& zone, const std::optional<Record>& record
) {
    WriteDnsRecord request;
    const auto& typed = exchange.request.form();
    auto errors = decode_form(describe<WriteDnsRecord>(), typed, &request);
    if (!errors.empty()) {
        const Error error = fail_fields(std::move(errors)).value();
        return record_form(exchange, zone, record, typed, &error);
    }
    const auto caller = users::caller_of(exchange);
    const auto saved = record ? dns_.update_record(caller, zone.id, record->id, request)
                              : dns_.create_record(caller, zone.id, request);
    if (!saved) {
        return shell::belongs_to_form(saved.error())
                   ? record_form(exchange, zone, record, typed, &saved.error())
                   : Response::failed(saved.error());
    }
    auto response = Response::go_to(exchange.request, zone_href(zone));
    shell::Shell::flash(response, saved->record.name + " " + saved->record.type + " saved.");
    return response;
}

Response RecordPages::record_form(
    Exchange& exchange,
    const Zone& zone,
    const std::optional<Record>& record,
    const FormPairs& shown,
    const Error* error
) {
    DnsFormPage page;
    page.fields =
        view::described_fields(describe<WriteDnsRecord>(), shown, shell::field_errors_of(error));
    page.head = {
        .breadcrumbs = {{"Domains & DNS", "/dns"}, {shown_name(zone), zone_href(zone)}},
        .title = record ? "Edit record" : "New record"};
    page.form = {
        .id = "record-form",
        .action = zone_href(zone) + "/records" + (record ? "/" + record->id.to_string() : ""),
        .idempotency_key = {},
        .errors =
            shell::summary_of(error, record ? "Nothing was changed." : "Nothing was created.")};
    page.section = {
        .title = "Record",
        .text = "In the zone " + shown_name(zone) +
                ". It is live as soon as the name servers have it, within seconds."};
    page.submit = {
        .label = record ? "Save" : "Add record",
        .icon = record ? "save" : "plus",
        .cancel_href = zone_href(zone)};
    return form_answer(shell_, exchange, std::move(page), error);
}

Response RecordPages::remove(Exchange& exchange) {
    const auto found = record_of_request(dns_, exchange);
    if (!found) {
        return Response::failed(found.error());
    }
    const auto gone =
        dns_.delete_record(users::caller_of(exchange), found->zone.id, found->record.id);
    if (!gone) {
        return Response::failed(gone.error());
    }
    const Record& record = found->record;
    auto response = Response::go_to(exchange.request, zone_href(found->zone));
    shell::Shell::flash(
        response,
        record.name + " " + record.type + " deleted.",
        shell::link_with(
            zone_href(found->zone) + "/records/restoration",
            {{"name", name_in_zone(record.name, found->zone.name)},
             {"type", record.type},
             {"value", record.value},
             {"ttl", std::to_string(record.ttl)}}
        )
    );
    return response;
}

Response RecordPages::restore(Exchange& exchange) {
    const auto act = [&]() -> Result<RecordChange> {
        const auto found = TRY(zone_of_request(dns_, exchange));
        WriteDnsRecord record;
        auto errors =
            decode_form(describe<WriteDnsRecord>(), exchange.request.query_pairs(), &record);
        if (!errors.empty()) {
            return fail_fields(std::move(errors));
        }
        return dns_.create_record(users::caller_of(exchange), found.zone.id, record);
    };
    const auto restored = act();
    if (!restored) {
        return Response::failed(restored.error());
    }
    auto response = Response::go_to(exchange.request, "/dns/" + exchange.request.param("id"));
    shell::Shell::flash(
        response, restored->record.name + " " + restored->record.type + " is back."
    );
    return response;
}

void RecordPages::add_routes(http::Router& router) {
    const auto page =
        [&](http::Method method, const char* path, Response (RecordPages::*handler)(Exchange&)) {
            router.add(http::page_route(method, path, "dns:update", http::bound(this, handler)));
        };
    using http::Method;
    page(Method::Get, "/dns/{id}/records/new", &RecordPages::show_new);
    page(Method::Post, "/dns/{id}/records", &RecordPages::create);
    page(Method::Get, "/dns/{id}/records/{record}/edit", &RecordPages::show_edit);
    page(Method::Post, "/dns/{id}/records/restoration", &RecordPages::restore);
    page(Method::Post, "/dns/{id}/records/{record}", &RecordPages::update);
    page(Method::Post, "/dns/{id}/records/{record}/removal", &RecordPages::remove);
}

}  // namespace hostelry::dns
