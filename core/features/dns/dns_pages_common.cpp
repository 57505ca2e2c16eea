#include "core/features/dns/dns_pages_common.h"

#include "core/platform/web/described_fields.h"

#include "templates/dns/form.cpt.h"

namespace hostelry::dns {

Result<ZoneWithRecords> zone_of_request(Dns& dns, const http::Exchange& exchange) {
    const auto id = ZoneId::parse(exchange.request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such zone.");
    }
    return dns.get_zone(exchange.signed_in().tenant, *id);
}

bool is_form_error(const Error& error) {
    return error.code == ErrorCode::Invalid || error.code == ErrorCode::Conflict ||
           error.code == ErrorCode::QuotaExceeded;
}

view::ErrorSummary summary_of(const Error* error, std::string_view consequence) {
    if (error == nullptr) {
        return {};
    }
    if (error->fields.empty()) {
        return {.title = error->message, .messages = {}};
    }
    return view::error_summary_of(error->fields, consequence);
}

http::Response form_answer(
    shell::Shell& shell,
    http::Exchange& exchange,
    DnsFormPage& page,
    const std::string& title,
    const Error* error
) {
    const int status = error == nullptr ? 200 : error->code == ErrorCode::Conflict ? 409 : 422;
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
