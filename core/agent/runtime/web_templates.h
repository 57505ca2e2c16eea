#pragma once
// The nginx files that all sites of a server share.

#include "core/agent/runtime/layout.h"
#include "core/agent/runtime/web_server.h"

#include <string>

namespace hostelry::agent {

/// conf.d/hostelry.conf: includes everything else.
std::string render_floor(const Layout& layout);
/// Log format and zones that virtual hosts refer to.
std::string render_shared_settings();
/// Answers for names no site has: plain HTTP is closed without a word, TLS is refused before a
/// certificate is shown, a foreign Host inside a site's TLS gets 421.
std::string render_default_server(const NginxVersion& version);
/// A configuration that holds nothing but `folder`/site.conf, for checking it apart.
std::string render_staging(const Layout& layout, const std::string& folder);

/// "listen" lines for port 80, or 443 with TLS and HTTP/2; `extra` is for example "default_server".
std::string listen_plain(std::string_view extra = {});
std::string listen_tls(const NginxVersion& version, std::string_view extra = {});
/// Protocols, ciphers and session settings of every TLS server.
std::string tls_settings();

}  // namespace hostelry::agent
