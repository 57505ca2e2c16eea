#pragma once

#include "core/features/plugins/plugins.h"
#include "core/features/shell/shell.h"
#include "core/platform/http/route.h"

namespace hostelry::plugins {

class PluginPages {
public:
    PluginPages(Plugins& plugins, shell::Shell& shell) : plugins_(plugins), shell_(shell) {}
    void add_routes(http::Router& router);

private:
    http::Response index(http::Exchange& exchange);
    http::Response show_new_backend(http::Exchange& exchange);
    http::Response create_backend(http::Exchange& exchange);
    http::Response delete_backend(http::Exchange& exchange);
    http::Response backend_form(
        http::Exchange& exchange, const FormPairs& shown, const Error* error
    );

    Plugins& plugins_;
    shell::Shell& shell_;
};

}  // namespace hostelry::plugins
