#include "core/features/dns/dns_pages_common.h"

#include "core/features/shell/page_parts.h"

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
    shell::Shell& shell,
    http::Exchange& exchange,
    DnsFormPage& page,
    const std::string& title,
    const Error* error
) {
    const int status = shell::form_status(error);
    if (exchange.request.is_htmx() && error != nullptr) {
        return shell.page(
            exchange, [&](view::Out& out) { views::dns::dns_form(out, page); }, status
        );
    }
    page.frame = shell.frame(exchange, {.title = title, .section = "dns", .narrow = true});
    return shell.page(
        exchange, [&](view::Out& out) { views::dns::form_page(out, page); }, status
    );
}

}  // namespace hostelry::dns
