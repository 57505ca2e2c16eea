#pragma once

#include "core/features/dns/dns.h"
#include "core/platform/http/route.h"

#include <memory>

namespace hostelry::dns {

/// Pages and API. What is answered lives as long as the routes.
std::shared_ptr<void> add_dns_routes(Dns& dns, http::Router& router);

}  // namespace hostelry::dns
