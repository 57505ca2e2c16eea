#pragma once

#include "core/features/dns/dns.h"
#include "core/features/shell/shell.h"
#include "core/platform/http/route.h"

namespace hostelry::dns {

class ZonePages {
public:
    explicit ZonePages(Dns& dns) : dns_(dns), shell_(dns.needs().shell) {}
    void add_routes(http::Router& router);

private:
    http::Response index(http::Exchange& exchange);
    http::Response show(http::Exchange& exchange);
    http::Response show_new(http::Exchange& exchange);
    http::Response create(http::Exchange& exchange);
    http::Response show_deletion(http::Exchange& exchange);
    http::Response remove(http::Exchange& exchange);
    http::Response switch_dnssec(http::Exchange& exchange);
    http::Response show_unsigning(http::Exchange& exchange);
    http::Response stop_signing(http::Exchange& exchange);
    http::Response push(http::Exchange& exchange);

    http::Response create_form(
        http::Exchange& exchange, const FormPairs& shown, const Error* error
    );
    http::Response deletion(http::Exchange& exchange, const Zone& zone, const std::string& error);
    http::Response unsigning(http::Exchange& exchange, const Zone& zone, const std::string& error);

    Dns& dns_;
    shell::Shell& shell_;
};

}  // namespace hostelry::dns
