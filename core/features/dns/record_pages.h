#pragma once

#include "core/features/dns/dns.h"
#include "core/features/shell/shell.h"
#include "core/platform/http/route.h"

namespace hostelry::dns {

class RecordPages {
public:
    explicit RecordPages(Dns& dns) : dns_(dns), shell_(dns.needs().shell) {}
    void add_routes(http::Router& router);

private:
    http::Response show_new(http::Exchange& exchange);
    http::Response create(http::Exchange& exchange);
    http::Response show_edit(http::Exchange& exchange);
    http::Response update(http::Exchange& exchange);
    http::Response remove(http::Exchange& exchange);
    /// Takes a deletion back: the record comes along as the address's query.
    http::Response restore(http::Exchange& exchange);

    http::Response record_form(
        http::Exchange& exchange,
        const Zone& zone,
        const std::optional<Record>& record,
        const FormPairs& shown,
        const Error* error
    );
    /// Creates without a record, changes with one.
    http::Response save(
        http::Exchange& exchange, const Zone& zone, const std::optional<Record>& record
    );

    Dns& dns_;
    shell::Shell& shell_;
};

}  // namespace hostelry::dns
