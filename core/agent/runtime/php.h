#pragma once
// PHP-FPM on a managed server: one master per PHP version, one pool per site.

#include "core/agent/runtime/layout.h"
#include "core/base/result.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::agent {

/// Versions whose FPM is installed, oldest first.
std::vector<std::string> installed_php_versions(const Layout& layout);
/// Unsupported with the installed ones in the message when `version` is not among them.
Result<void> require_php_version(const Layout& layout, const std::string& version);

/// FPM does not run without any pool: one that never starts a process stands in for Debian's www
/// pool. True when something had to change.
Result<bool> ensure_php_floor(const Layout& layout, const std::string& version);

/// Puts a site's pool in place, or away with nothing. On return its socket takes connections, or is
/// gone.
Result<bool> swap_pool(
    const Layout& layout,
    const std::string& site,
    const std::string& version,
    const std::optional<std::string>& content
);

}  // namespace hostelry::agent
