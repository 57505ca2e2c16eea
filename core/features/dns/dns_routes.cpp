#include "core/features/dns/dns_routes.h"

#include "core/features/dns/dns_api.h"
#include "core/features/dns/record_pages.h"
#include "core/features/dns/zone_pages.h"

namespace hostelry::dns {
namespace {

struct DnsRoutes {
    ZonePages zones;
    RecordPages records;
    DnsApi api;
};

}  // namespace

std::shared_ptr<void> add_dns_routes(Dns& dns, http::Router& router) {
    auto routes =
        std::make_shared<DnsRoutes>(DnsRoutes{ZonePages{dns}, RecordPages{dns}, DnsApi{dns}});
    routes->zones.add_routes(router);
    routes->records.add_routes(router);
    routes->api.add_routes(router);
    return routes;
}

}  // namespace hostelry::dns
