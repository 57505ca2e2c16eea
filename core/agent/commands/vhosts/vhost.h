#pragma once
// The virtual host of a site: typed facts and the nginx configuration made from them.

#include "core/agent/runtime/layout.h"
#include "core/agent/runtime/web_server.h"
#include "core/base/describe.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::agent {

struct VhostFacts {
    std::string site;
    std::vector<std::string> names;  ///< The first one is the site's own.
    std::string root = "htdocs";     ///< Below the home.
    bool php = false;
    std::string php_version;
    std::string acme_thumbprint;  ///< Of the ACME account key; empty: no HTTP-01 answers.
    std::optional<std::string> certificate;  ///< "current", or nothing: plain HTTP only.
    bool redirect_https = true;              ///< Only with a certificate.
    bool hsts = false;                       ///< Only with a certificate.
    bool suspended = false;
    bool building = false;  ///< Nothing of the site is shown yet, only that it is being set up.
    std::vector<std::string> preview_names;  ///< Served over plain HTTP, never redirected.
    std::string rules = "static";            ///< "static" or "wordpress".
    std::int64_t upload_mb = 64;
};

/// Every value has passed the checks of names.h; none of them can end a directive.
std::string render_vhost(
    const Layout& layout, const NginxVersion& version, const VhostFacts& facts
);

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::VhostFacts>();
