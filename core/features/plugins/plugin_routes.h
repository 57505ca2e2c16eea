#pragma once

#include "core/features/plugins/plugins.h"

#include <memory>

namespace hostelry::plugins {

/// Pages and API. What is answered lives as long as the routes.
std::shared_ptr<void> add_plugin_routes(
    Plugins& plugins, http::Router& router, shell::Shell& shell
);

}  // namespace hostelry::plugins
