#include "core/features/certificates/certificate_routes.h"

#include "core/features/certificates/certificate_api.h"
#include "core/features/certificates/certificate_pages.h"

namespace hostelry::certificates {
namespace {

struct CertificateRoutes {
    CertificatePages pages;
    CertificateApi api;
};

}  // namespace

std::shared_ptr<void> add_certificate_routes(Certificates& certificates, http::Router& router) {
    auto routes = std::make_shared<CertificateRoutes>(CertificateRoutes{
        CertificatePages{certificates}, CertificateApi{certificates}});
    routes->pages.add_routes(router);
    routes->api.add_routes(router);
    return routes;
}

}  // namespace hostelry::certificates
