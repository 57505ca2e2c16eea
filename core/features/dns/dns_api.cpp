#include "core/features/dns/dns_api.h"

#include <nlohmann/json.hpp>

namespace hostelry::dns {

using http::Exchange;
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

template <class T>
json encoded(const T& object) {
    return encode(describe<T>(), &object);
}

template <class T>
Result<T> body_as(const http::Request& request) {
    const auto body = json::parse(request.body, nullptr, false);
    if (!request.is_json() || !body.is_object()) {
        return fail(ErrorCode::Invalid, "Send a JSON object with Content-Type application/json.");
    }
    return decode_as<T>(body);
}

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

Response answer(const Result<json>& result, int status) {
    return result ? Response::json(*result, status) : Response::failed(result.error());
}

json with_job(json object, const std::optional<JobId>& job) {
    object["job"] = job ? json(job->to_string()) : json(nullptr);
    return object;
}

}  // namespace

Response DnsApi::list_zones(Exchange& exchange) {
    const auto zones =
        dns_.list_zones(exchange.signed_in().tenant, exchange.request.query("q").value_or(""));
    if (!zones) {
        return Response::failed(zones.error());
    }
    json items = json::array();
    for (const auto& zone : *zones) {
        items.push_back(encoded(zone));
    }
    return Response::json({{"items", std::move(items)}, {"next", nullptr}});
}

Response DnsApi::create_zone(Exchange& exchange) {
    const auto request = body_as<CreateDnsZone>(exchange.request);
    if (!request) {
        return Response::failed(request.error());
    }
    const auto key = exchange.request.header("idempotency-key");
    const auto made = dns_.create_zone(
        users::caller_of(exchange),
        *request,
        key ? std::optional{std::string(key->substr(0, 100))} : std::nullopt
    );
    if (!made) {
        return Response::failed(made.error());
    }
    auto response = Response::json(with_job(encoded(made->zone), made->job), 202);
    response.set_header("Location", "/api/v1/dns-zones/" + made->zone.id.to_string());
    return response;
}

Response DnsApi::get_zone(Exchange& exchange) {
    const auto read = [&]() -> Result<json> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto found = TRY(dns_.get_zone(exchange.signed_in().tenant, id));
        return encoded(found.zone);
    };
    return answer(read(), 200);
}

Response DnsApi::delete_zone(Exchange& exchange) {
    const auto act = [&]() -> Result<json> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto job = TRY(dns_.delete_zone(users::caller_of(exchange), id));
        return with_job(json::object(), job);
    };
    return answer(act(), 202);
}

Response DnsApi::set_dnssec(Exchange& exchange) {
    const auto act = [&]() -> Result<json> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto request = TRY(body_as<SetDnssec>(exchange.request));
        const auto job = TRY(dns_.set_dnssec(users::caller_of(exchange), id, request.enabled));
        return with_job(json::object(), job);
    };
    return answer(act(), 202);
}

Response DnsApi::list_records(Exchange& exchange) {
    const auto read = [&]() -> Result<json> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto found = TRY(dns_.get_zone(exchange.signed_in().tenant, id));
        json items = json::array();
        for (const auto& record : found.records) {
            items.push_back(encoded(record));
        }
        return json{{"items", std::move(items)}, {"next", nullptr}};
    };
    return answer(read(), 200);
}

Response DnsApi::create_record(Exchange& exchange) {
    const auto act = [&]() -> Result<json> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto request = TRY(body_as<WriteDnsRecord>(exchange.request));
        const auto made = TRY(dns_.create_record(users::caller_of(exchange), id, request));
        return with_job(encoded(made.record), made.job);
    };
    return answer(act(), 202);
}

Response DnsApi::update_record(Exchange& exchange) {
    const auto act = [&]() -> Result<json> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto record = TRY(record_id_of(exchange.request));
        const auto request = TRY(body_as<WriteDnsRecord>(exchange.request));
        const auto made = TRY(dns_.update_record(users::caller_of(exchange), id, record, request));
        return with_job(encoded(made.record), made.job);
    };
    return answer(act(), 202);
}

Response DnsApi::delete_record(Exchange& exchange) {
    const auto act = [&]() -> Result<json> {
        const auto id = TRY(zone_id_of(exchange.request));
        const auto record = TRY(record_id_of(exchange.request));
        const auto job = TRY(dns_.delete_record(users::caller_of(exchange), id, record));
        return with_job(json::object(), job);
    };
    return answer(act(), 202);
}

void DnsApi::add_routes(http::Router& router) {
    struct Facts {
        http::Method method;
        const char* path;
        const char* permission;
        const char* operation;
        const char* summary;
        const Description* request;
        const Description* response;
        bool is_list;
        Response (DnsApi::*handler)(Exchange&);
    };
    using http::Method;
    constexpr auto kZones = "/api/v1/dns-zones";
    constexpr auto kZone = "/api/v1/dns-zones/{id}";
    constexpr auto kRecords = "/api/v1/dns-zones/{id}/records";
    constexpr auto kRecord = "/api/v1/dns-zones/{id}/records/{record}";
    const auto* zone = &describe<Zone>();
    const auto* record = &describe<Record>();
    const auto* write = &describe<WriteDnsRecord>();
    for (const Facts& facts : {
             Facts{
                 Method::Get,
                 kZones,
                 "dns:read",
                 "listDnsZones",
                 "Zones of this account and those below it.",
                 nullptr,
                 zone,
                 true,
                 &DnsApi::list_zones},
             Facts{
                 Method::Post,
                 kZones,
                 "dns:update",
                 "createDnsZone",
                 "Adds a domain; a job makes its zone.",
                 &describe<CreateDnsZone>(),
                 zone,
                 false,
                 &DnsApi::create_zone},
             Facts{
                 Method::Get,
                 kZone,
                 "dns:read",
                 "getDnsZone",
                 "One zone.",
                 nullptr,
                 zone,
                 false,
                 &DnsApi::get_zone},
             Facts{
                 Method::Delete,
                 kZone,
                 "dns:update",
                 "deleteDnsZone",
                 "Deletes a zone and its records.",
                 nullptr,
                 nullptr,
                 false,
                 &DnsApi::delete_zone},
             Facts{
                 Method::Put,
                 "/api/v1/dns-zones/{id}/dnssec",
                 "dns:update",
                 "setDnssec",
                 "Signs a zone, or stops signing it.",
                 &describe<SetDnssec>(),
                 nullptr,
                 false,
                 &DnsApi::set_dnssec},
             Facts{
                 Method::Get,
                 kRecords,
                 "dns:read",
                 "listDnsRecords",
                 "The records of a zone.",
                 nullptr,
                 record,
                 true,
                 &DnsApi::list_records},
             Facts{
                 Method::Post,
                 kRecords,
                 "dns:update",
                 "createDnsRecord",
                 "Adds a record.",
                 write,
                 record,
                 false,
                 &DnsApi::create_record},
             Facts{
                 Method::Put,
                 kRecord,
                 "dns:update",
                 "updateDnsRecord",
                 "Changes a record.",
                 write,
                 record,
                 false,
                 &DnsApi::update_record},
             Facts{
                 Method::Delete,
                 kRecord,
                 "dns:update",
                 "deleteDnsRecord",
                 "Removes a record.",
                 nullptr,
                 nullptr,
                 false,
                 &DnsApi::delete_record},
         }) {
        http::Route route{
            .method = facts.method,
            .path = facts.path,
            .permission = facts.permission,
            .access = http::Access::SignedIn,
            .csrf = http::Csrf::None,
            .rate = http::RateClass::Api,
        };
        route.request = facts.request;
        route.response = facts.response;
        route.response_is_list = facts.is_list;
        route.operation = facts.operation;
        route.summary = facts.summary;
        route.api = true;
        route.handler = [this, handler = facts.handler](Exchange& exchange) {
            return (this->*handler)(exchange);
        };
        router.add(std::move(route));
    }
}

}  // namespace hostelry::dns
