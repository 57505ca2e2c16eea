#pragma once
// One request of http/1: checked, allowed, filled with secrets, sent, and its answer made safe to
// hand out.

#include "core/base/clock.h"
#include "core/platform/plugin_host/account.h"
#include "core/platform/plugin_host/call_state.h"
#include "core/platform/plugin_host/http_gateway.h"

#include <string>
#include <string_view>

namespace hostelry::plugin_host {

/// `request` and the answer are JSON by plugin-api/schemas/host-http-1.json. Errors: Invalid
/// (malformed, host not allowed, unknown secret, placeholder outside a header), Timeout, Cancelled,
/// and those of the gateway.
Result<std::string> send_for_plugin(
    HttpGateway& gateway,
    const Clock& clock,
    const Account& account,
    const CallState* call,
    std::string_view request
);

}  // namespace hostelry::plugin_host
