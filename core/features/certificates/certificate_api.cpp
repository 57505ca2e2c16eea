#include "core/features/certificates/certificate_api.h"

#include "core/platform/http/api.h"

#include <nlohmann/json.hpp>

namespace hostelry::certificates {

using http::Exchange;
using http::Response;
using nlohmann::json;

Result<CertificateId> certificate_id_of(const http::Request& request) {
    const auto id = CertificateId::parse(request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such certificate.");
    }
    return *id;
}

Response CertificateApi::list(Exchange& exchange) {
    return http::listed(certificates_.list(exchange.signed_in().tenant));
}

Response CertificateApi::get(Exchange& exchange) {
    const auto read = [&]() -> Result<Certificate> {
        const auto id = TRY(certificate_id_of(exchange.request));
        return certificates_.get(exchange.signed_in().tenant, id);
    };
    return http::answered(read());
}

Response CertificateApi::renew(Exchange& exchange) {
    const auto act = [&]() -> Result<json> {
        const auto id = TRY(certificate_id_of(exchange.request));
        const auto job = TRY(certificates_.renew(users::caller_of(exchange), id));
        return json{{"job", job.to_string()}};
    };
    return http::answered(act(), 202);
}

Response CertificateApi::upload(Exchange& exchange) {
    const auto act = [&]() -> Result<Certificate> {
        const auto request = TRY(http::body_as<UploadCertificate>(exchange.request));
        return certificates_.upload(users::caller_of(exchange), request);
    };
    return http::created(act(), "/api/v1/certificates");
}

void CertificateApi::add_routes(http::Router& router) {
    using http::Method;
    const auto* shown = &describe<Certificate>();
    const auto add = http::operations_of(router, this);
    add({.method = Method::Get,
         .path = "/certificates",
         .permission = "certificate:read",
         .operation = "listCertificates",
         .summary = "Certificates, those that expire first on top",
         .response = shown,
         .is_list = true},
        &CertificateApi::list);
    add({.method = Method::Post,
         .path = "/certificates",
         .permission = "certificate:update",
         .operation = "uploadCertificate",
         .summary = "Install an own certificate at a site",
         .request = &describe<UploadCertificate>(),
         .response = shown},
        &CertificateApi::upload);
    add({.method = Method::Get,
         .path = "/certificates/{id}",
         .permission = "certificate:read",
         .operation = "getCertificate",
         .summary = "One certificate",
         .response = shown},
        &CertificateApi::get);
    add({.method = Method::Post,
         .path = "/certificates/{id}/renewal",
         .permission = "certificate:update",
         .operation = "renewCertificate",
         .summary = "Get a new certificate now"},
        &CertificateApi::renew);
}

}  // namespace hostelry::certificates
