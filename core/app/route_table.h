#pragma once

#include "core/app/features.h"
#include "core/app/platform.h"

#include <memory>
#include <optional>

namespace hostelry::app {

/// The features without a platform behind them: enough to know every route.
class RouteTable {
public:
    explicit RouteTable(const config::Config& config) : platform_(Platform::detached(config)) {
        features_.emplace(*platform_, assets_, "");
        features_->add_routes(router_);
    }
    const http::Router& router() const { return router_; }

private:
    std::unique_ptr<Platform> platform_;
    view::Assets assets_;
    std::optional<Features> features_;
    http::Router router_;
};

}  // namespace hostelry::app
