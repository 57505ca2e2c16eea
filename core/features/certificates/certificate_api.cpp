#include "core/features/certificates/certificate_api.h"

#include <nlohmann/json.hpp>

namespace hostelry::certificates {
namespace {

using http::Exchange;
using http::Response;
using nlohmann::json;

json encoded_certificate(const Certificate& certificate) {
    return encode(describe<Certificate>(), &certificate);
}

}  // namespace

Result<CertificateId> certificate_id_of(const http::Request& request) {
    const auto id = CertificateId::parse(request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such certificate.");
    }
    return *id;
}

Response CertificateApi::list(Exchange& exchange) {
    const auto found = certificates_.list(exchange.signed_in().tenant);
    if (!found) {
        return Response::failed(found.error());
    }
    json items = json::array();
    for (const auto& certificate : *found) {
        items.push_back(encoded_certificate(certificate));
    }
    return Response::json({{"items", std::move(items)}, {"next", nullptr}});
}

Response CertificateApi::get(Exchange& exchange) {
    const auto read = [&]() -> Result<Certificate> {
        const auto id = TRY(certificate_id_of(exchange.request));
        return certificates_.get(exchange.signed_in().tenant, id);
    };
    const auto found = read();
    return found ? Response::json(encoded_certificate(*found)) : Response::failed(found.error());
}

Response CertificateApi::renew(Exchange& exchange) {
    const auto act = [&]() -> Result<JobId> {
        const auto id = TRY(certificate_id_of(exchange.request));
        return certificates_.renew(users::caller_of(exchange), id);
    };
    const auto job = act();
    return job ? Response::json({{"job", job->to_string()}}, 202) : Response::failed(job.error());
}

Response CertificateApi::upload(Exchange& exchange) {
    const auto body = json::parse(exchange.request.body, nullptr, false);
    if (!exchange.request.is_json() || !body.is_object()) {
        return Response::failed(
            fail(ErrorCode::Invalid, "Send a JSON object with Content-Type application/json.")
                .value()
        );
    }
    const auto request = decode_as<UploadCertificate>(body);
    if (!request) {
        return Response::failed(request.error());
    }
    const auto uploaded = certificates_.upload(users::caller_of(exchange), *request);
    if (!uploaded) {
        return Response::failed(uploaded.error());
    }
    auto response = Response::json(encoded_certificate(*uploaded), 201);
    response.set_header("Location", "/api/v1/certificates/" + uploaded->id.to_string());
    return response;
}

void CertificateApi::add_routes(http::Router& router) {
    struct Facts {
        http::Method method;
        const char* path;
        const char* permission;
        const char* operation;
        const char* summary;
        const Description* request;
        const Description* response;
        bool is_list;
        Response (CertificateApi::*handler)(Exchange&);
    };
    using http::Method;
    const auto* shown = &describe<Certificate>();
    constexpr auto kAll = "/api/v1/certificates";
    for (const Facts& facts : {
             Facts{
                 Method::Get,
                 kAll,
                 "certificate:read",
                 "listCertificates",
                 "Certificates, those that expire first on top.",
                 nullptr,
                 shown,
                 true,
                 &CertificateApi::list},
             Facts{
                 Method::Post,
                 kAll,
                 "certificate:update",
                 "uploadCertificate",
                 "Installs an own certificate at a site.",
                 &describe<UploadCertificate>(),
                 shown,
                 false,
                 &CertificateApi::upload},
             Facts{
                 Method::Get,
                 "/api/v1/certificates/{id}",
                 "certificate:read",
                 "getCertificate",
                 "One certificate.",
                 nullptr,
                 shown,
                 false,
                 &CertificateApi::get},
             Facts{
                 Method::Post,
                 "/api/v1/certificates/{id}/renewal",
                 "certificate:update",
                 "renewCertificate",
                 "Gets a new certificate now.",
                 nullptr,
                 nullptr,
                 false,
                 &CertificateApi::renew},
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

}  // namespace hostelry::certificates
