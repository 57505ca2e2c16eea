#include "core/features/dns/dns_pages_common.h"

#include "core/features/shell/form_page.h"

#include "templates/dns/form.cpt.h"

namespace hostelry::dns {

Result<ZoneWithRecords> zone_of_request(Dns& dns, const http::Exchange& exchange) {
    const auto id = ZoneId::parse(exchange.request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such zone.");
    }
    return dns.get_zone(exchange.signed_in().tenant, *id);
}

std::string href_of(const Zone& zone) {
    return "/dns/" + zone.id.to_string();
}

http::Response form_answer(
    shell::Shell& shell, http::Exchange& exchange, DnsFormPage page, const Error* error
) {
    return shell::form_answer(
        shell, exchange, "dns", std::move(page), error, views::dns::dns_form, views::dns::form_page
    );
}

}  // namespace hostelry::dns
