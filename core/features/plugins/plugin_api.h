#pragma once

#include "core/features/plugins/plugins.h"
#include "core/platform/http/route.h"

namespace hostelry::plugins {

class PluginApi {
public:
    explicit PluginApi(Plugins& plugins) : plugins_(plugins) {}
    void add_routes(http::Router& router);

private:
    http::Response list(http::Exchange& exchange);
    http::Response list_backends(http::Exchange& exchange);
    http::Response create_backend(http::Exchange& exchange);
    http::Response delete_backend(http::Exchange& exchange);

    Plugins& plugins_;
};

}  // namespace hostelry::plugins
