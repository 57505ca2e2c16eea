#include "core/features/dns/dns_api.h"

#include "core/platform/http/api.h"

#include <nlohmann/json.hpp>

namespace hostelry::dns {

using http::Exchange;
using http::Method;
using http::Response;
using nlohmann::json;

struct SetDnssec {
    bool enabled = false;
};

}  // namespace hostelry::dns

namespace hostelry {

template <>
inline const Description& describe<dns::SetDnssec>() {
    using dns::SetDnssec;
    static const Description kDescription{
        "SetDnssec",
        {field<&SetDnssec::enabled>("enabled", {.label = "Sign with DNSSEC", .required = true})}};
    return kDescription;
}

}  // namespace hostelry

namespace hostelry::dns {
namespace {

Result<ZoneId> zone_id_of(const http::Request& request) {
    const auto id = ZoneId::parse(request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such zone.");
    }
    return *id;
}

Result<RecordId> record_id_of(const http::Request& request) {
    const auto id = RecordId::parse(request.param("record"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such record.");
    }
    return *id;
}

json with_job(json object, const std::optional<JobId>& job) {
    object["job"] = job ? json(job->to_string()) : json(nullptr);
    return object;
}

}  // namespace

Response DnsApi::list_zones(Exchange& exchange) {
    const auto read = [&]() -> Result<std::vector<Zone>> {
        const auto asked = TRY(http::query_as<ListDnsZones>(exchange.request));
        return dns_.list_zones(exchange.signed_in().tenant, asked.words);
    };
    return http::listed(read());
}

Response DnsApi::create_zone(Exchange& exchange) {
    const auto make = [&]() -> Result<ZoneChange> {
        const auto request = TRY(http::body_as<CreateDnsZone>(exchange.request));
        return dns_.create_zone(
            users::caller_of(exchange), request, http::idempotency_key(exchange.request)
        );
    };
    const auto made = make();
    if (!made) {
        return Response::failed(made.error());
    }
    auto response = Response::json(with_job(http::encoded(made->zone), made->job), 202);
    response.set_header("Location", "/api/v1/dns-zones/" + made->zone.id.to_string());
    return response;
}

Response DnsApi::get_zone(Exchange& exchange) {
    const auto read = [&]() -> Result<Zone> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto found = TRY(dns_.get_zone(exchange.signed_in().tenant, id));
        return found.zone;
    };
    return http::answered(read());
}

Response DnsApi::delete_zone(Exchange& exchange) {
    const auto act = [&]() -> Result<json> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto job = TRY(dns_.delete_zone(users::caller_of(exchange), id));
        return with_job(json::object(), job);
    };
    return http::answered(act(), 202);
}

Response DnsApi::set_dnssec(Exchange& exchange) {
    const auto act = [&]() -> Result<json> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto request = TRY(http::body_as<SetDnssec>(exchange.request));
        const auto job = TRY(dns_.set_dnssec(users::caller_of(exchange), id, request.enabled));
        return with_job(json::object(), job);
    };
    return http::answered(act(), 202);
}

Response DnsApi::list_records(Exchange& exchange) {
    const auto read = [&]() -> Result<std::vector<Record>> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto found = TRY(dns_.get_zone(exchange.signed_in().tenant, id));
        return found.records;
    };
    return http::listed(read());
}

Response DnsApi::create_record(Exchange& exchange) {
    const auto act = [&]() -> Result<json> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto request = TRY(http::body_as<WriteDnsRecord>(exchange.request));
        const auto made = TRY(dns_.create_record(users::caller_of(exchange), id, request));
        return with_job(http::encoded(made.record), made.job);
    };
    return http::answered(act(), 202);
}

Response DnsApi::update_record(Exchange& exchange) {
    const auto act = [&]() -> Result<json> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto record = TRY(record_id_of(exchange.request));
        const auto request = TRY(http::body_as<WriteDnsRecord>(exchange.request));
        const auto made = TRY(dns_.update_record(users::caller_of(exchange), id, record, request));
        return with_job(http::encoded(made.record), made.job);
    };
    return http::answered(act(), 202);
}

Response DnsApi::delete_record(Exchange& exchange) {
    const auto act = [&]() -> Result<json> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto record = TRY(record_id_of(exchange.request));
        const auto job = TRY(dns_.delete_record(users::caller_of(exchange), id, record));
        return with_job(json::object(), job);
    };
    return http::answered(act(), 202);
}

void DnsApi::add_routes(http::Router& router) {
    add_zone_routes(router);
    add_record_routes(router);
}

void DnsApi::add_zone_routes(http::Router& router) {
    const auto* zone = &describe<Zone>();
    const auto add = http::operations_of(router, this);
    add({.method = Method::Get,
         .path = "/dns-zones",
         .permission = "dns:read",
         .operation = "listDnsZones",
         .summary = "Zones of this account and those below it",
         .query = &describe<ListDnsZones>(),
         .response = zone,
         .is_list = true},
        &DnsApi::list_zones);
    add({.method = Method::Post,
         .path = "/dns-zones",
         .permission = "dns:update",
         .operation = "createDnsZone",
         .summary = "Add a domain; a job makes its zone",
         .request = &describe<CreateDnsZone>(),
         .response = zone,
         .idempotent = true},
        &DnsApi::create_zone);
    add({.method = Method::Get,
         .path = "/dns-zones/{id}",
         .permission = "dns:read",
         .operation = "getDnsZone",
         .summary = "One zone",
         .response = zone},
        &DnsApi::get_zone);
    add({.method = Method::Delete,
         .path = "/dns-zones/{id}",
         .permission = "dns:update",
         .operation = "deleteDnsZone",
         .summary = "Delete a zone and its records"},
        &DnsApi::delete_zone);
    add({.method = Method::Put,
         .path = "/dns-zones/{id}/dnssec",
         .permission = "dns:update",
         .operation = "setDnssec",
         .summary = "Sign a zone, or stop signing it",
         .request = &describe<SetDnssec>()},
        &DnsApi::set_dnssec);
}

void DnsApi::add_record_routes(http::Router& router) {
    const auto* record = &describe<Record>();
    const auto* write = &describe<WriteDnsRecord>();
    const auto add = http::operations_of(router, this);
    add({.method = Method::Get,
         .path = "/dns-zones/{id}/records",
         .permission = "dns:read",
         .operation = "listDnsRecords",
         .summary = "The records of a zone",
         .response = record,
         .is_list = true},
        &DnsApi::list_records);
    add({.method = Method::Post,
         .path = "/dns-zones/{id}/records",
         .permission = "dns:update",
         .operation = "createDnsRecord",
         .summary = "Add a record",
         .request = write,
         .response = record},
        &DnsApi::create_record);
    add({.method = Method::Put,
         .path = "/dns-zones/{id}/records/{record}",
         .permission = "dns:update",
         .operation = "updateDnsRecord",
         .summary = "Change a record",
         .request = write,
         .response = record},
        &DnsApi::update_record);
    add({.method = Method::Delete,
         .path = "/dns-zones/{id}/records/{record}",
         .permission = "dns:update",
         .operation = "deleteDnsRecord",
         .summary = "Remove a record"},
        &DnsApi::delete_record);
}

}  // namespace hostelry::dns
