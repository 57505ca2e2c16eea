#include "core/features/plugins/plugin_routes.h"

#include "core/features/plugins/plugin_api.h"
#include "core/features/plugins/plugin_pages.h"

namespace hostelry::plugins {
namespace {

struct PluginRoutes {
    PluginPages pages;
    PluginApi api;
};

}  // namespace

std::shared_ptr<void> add_plugin_routes(
    Plugins& plugins, http::Router& router, shell::Shell& shell
) {
    auto routes = std::make_shared<PluginRoutes>(PluginRoutes{
        PluginPages{plugins, shell}, PluginApi{plugins}});
    routes->pages.add_routes(router);
    routes->api.add_routes(router);
    return routes;
}

}  // namespace hostelry::plugins
