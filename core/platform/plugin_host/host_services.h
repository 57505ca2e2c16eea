#pragma once

#include "core/base/clock.h"
#include "core/platform/plugin_host/http_gateway.h"
#include "core/platform/plugin_host/kv_store.h"

namespace hostelry::plugin_host {

/// What host tables stand on; all outlive the plugins. `http` may be null: then plugins have no
/// network.
struct HostServices {
    Clock& clock;
    HttpGateway* http = nullptr;
    KvStore& kv;
};

}  // namespace hostelry::plugin_host
