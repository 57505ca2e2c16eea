#pragma once

#include "core/features/dns/dns.h"
#include "core/features/dns/dns_views.h"
#include "core/features/shell/shell.h"
#include "core/platform/http/route.h"

#include <string>
#include <string_view>

namespace hostelry::dns {

/// The zone that the path names, as the signed-in person sees it; NotFound.
Result<ZoneWithRecords> zone_of_request(Dns& dns, const http::Exchange& exchange);

/// "/dns/<id>"
std::string href_of(const Zone& zone);

/// Forms for a zone and for a record look alike.
http::Response form_answer(
    shell::Shell& shell, http::Exchange& exchange, DnsFormPage page, const Error* error
);

}  // namespace hostelry::dns
