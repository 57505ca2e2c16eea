#pragma once

#include "core/features/servers/servers.h"
#include "core/platform/http/route.h"

namespace hostelry::servers {

class ServerApi {
public:
    explicit ServerApi(Servers& servers) : servers_(servers) {}

    http::Response list(http::Exchange& exchange);
    http::Response get(http::Exchange& exchange);
    http::Response add(http::Exchange& exchange);
    http::Response retry(http::Exchange& exchange);
    http::Response remove(http::Exchange& exchange);
    http::Response key(http::Exchange& exchange);
    http::Response scan(http::Exchange& exchange);
    http::Response placements(http::Exchange& exchange);
    http::Response offer(http::Exchange& exchange);
    http::Response withdraw(http::Exchange& exchange);

private:
    Servers& servers_;
};

}  // namespace hostelry::servers
