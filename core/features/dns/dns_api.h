#pragma once

#include "core/features/dns/dns.h"
#include "core/platform/http/route.h"

namespace hostelry::dns {

class DnsApi {
public:
    explicit DnsApi(Dns& dns) : dns_(dns) {}
    void add_routes(http::Router& router);

private:
    void add_zone_routes(http::Router& router);
    void add_record_routes(http::Router& router);
    http::Response list_zones(http::Exchange& exchange);
    http::Response create_zone(http::Exchange& exchange);
    http::Response get_zone(http::Exchange& exchange);
    http::Response delete_zone(http::Exchange& exchange);
    http::Response set_dnssec(http::Exchange& exchange);
    http::Response list_records(http::Exchange& exchange);
    http::Response create_record(http::Exchange& exchange);
    http::Response update_record(http::Exchange& exchange);
    http::Response delete_record(http::Exchange& exchange);

    Dns& dns_;
};

}  // namespace hostelry::dns
