#pragma once

#include "core/features/certificates/certificates.h"
#include "core/platform/http/route.h"

#include <memory>

namespace hostelry::certificates {

/// Pages and API. What is answered lives as long as the routes.
std::shared_ptr<void> add_certificate_routes(Certificates& certificates, http::Router& router);

}  // namespace hostelry::certificates
