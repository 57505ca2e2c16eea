#pragma once

#include "core/features/certificates/certificates.h"
#include "core/features/shell/shell.h"
#include "core/platform/http/route.h"

namespace hostelry::certificates {

class CertificatePages {
public:
    explicit CertificatePages(Certificates& certificates)
        : certificates_(certificates), shell_(certificates.needs().shell) {}
    void add_routes(http::Router& router);

private:
    http::Response index(http::Exchange& exchange);
    http::Response show(http::Exchange& exchange);
    http::Response renew(http::Exchange& exchange);
    http::Response show_upload(http::Exchange& exchange);
    http::Response upload(http::Exchange& exchange);
    http::Response upload_form(
        http::Exchange& exchange, const FormPairs& shown, const Error* error
    );

    Certificates& certificates_;
    shell::Shell& shell_;
};

}  // namespace hostelry::certificates
