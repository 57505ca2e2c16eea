#pragma once

#include "core/features/certificates/certificates.h"
#include "core/platform/http/route.h"

namespace hostelry::certificates {

class CertificateApi {
public:
    explicit CertificateApi(Certificates& certificates) : certificates_(certificates) {}
    void add_routes(http::Router& router);

private:
    http::Response list(http::Exchange& exchange);
    http::Response get(http::Exchange& exchange);
    http::Response renew(http::Exchange& exchange);
    http::Response upload(http::Exchange& exchange);

    Certificates& certificates_;
};

/// The certificate that the path names; NotFound.
Result<CertificateId> certificate_id_of(const http::Request& request);

}  // namespace hostelry::certificates
