#pragma once
// nginx on a managed server.

#include "core/agent/runtime/layout.h"
#include "core/base/result.h"

#include <optional>
#include <string>

namespace hostelry::agent {

struct NginxVersion {
    int major = 1;
    int minor = 22;
    int patch = 1;
    /// `http2 on;` instead of a parameter of `listen`.
    bool has_http2_directive() const { return minor > 25 || (minor == 25 && patch >= 1); }
};

/// Unsupported when nginx is not installed.
Result<NginxVersion> nginx_version();

/// The files every virtual host relies on: shared settings and the default server that answers for
/// unknown names. True when something had to change.
Result<bool> ensure_web_floor(const Layout& layout);

/// Puts the virtual host of a site in place, or away with nothing. True when something changed; on
/// return the new workers serve and the old ones take no more connections.
Result<bool> swap_vhost(
    const Layout& layout, const std::string& site, const std::optional<std::string>& content
);

/// Makes a change behind unchanged virtual hosts known (a certificate, a group): checks the whole
/// configuration, reloads, waits for the new workers.
Result<void> reload_web_server(const Layout& layout);

}  // namespace hostelry::agent
