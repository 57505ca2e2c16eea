#include "core/agent/runtime/web_templates.h"

#include <fmt/format.h>
#include <unistd.h>

namespace hostelry::agent {

namespace {

constexpr std::string_view kMade = "# Made by hostelry-agent. Changes are overwritten.\n";

// A server without IPv6 refuses to bind [::].
bool has_ipv6() {
    return access("/proc/net/if_inet6", F_OK) == 0;
}

std::string listen(std::string_view port, std::string_view words) {
    const std::string tail = words.empty() ? ";\n" : fmt::format(" {};\n", words);
    std::string lines = fmt::format("    listen {}{}", port, tail);
    if (has_ipv6()) {
        lines += fmt::format("    listen [::]:{}{}", port, tail);
    }
    return lines;
}

}  // namespace

std::string listen_plain(std::string_view extra) {
    return listen("80", extra);
}

std::string listen_tls(const NginxVersion& version, std::string_view extra) {
    std::string words = version.has_http2_directive() ? "ssl" : "ssl http2";
    if (!extra.empty()) {
        words += fmt::format(" {}", extra);
    }
    std::string lines = listen("443", words);
    if (version.has_http2_directive()) {
        lines += "    http2 on;\n";
    }
    return lines;
}

std::string tls_settings() {
    // Mozilla's "intermediate" set: TLS 1.2 for old phones with forward secrecy only, else TLS 1.3.
    return R"(    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
    ssl_prefer_server_ciphers off;
    ssl_session_cache shared:hostelry:10m;
    ssl_session_timeout 1d;
    ssl_session_tickets off;
)";
}

std::string render_floor(const Layout& layout) {
    return fmt::format(
        "{0}include {1}/hostelry/shared.conf;\n"
        "include {1}/hostelry/default.conf;\n"
        "include {1}/hostelry/sites/*.conf;\n",
        kMade,
        layout.nginx
    );
}

std::string render_shared_settings() {
    return fmt::format(
        R"({}log_format hostelry '$remote_addr - $remote_user [$time_local] "$request" $status '
                    '$body_bytes_sent "$http_referer" "$http_user_agent" $host $request_time';
limit_req_zone $binary_remote_addr zone=hostelry_login:10m rate=20r/m;
server_names_hash_max_size 4096;
server_names_hash_bucket_size 256;
)",
        kMade
    );
}

std::string render_default_server(const NginxVersion& version) {
    return fmt::format(
        R"({}server {{
{}    server_name _;
    server_tokens off;
    access_log off;
    return 444;
}}
server {{
{}    server_name _;
    server_tokens off;
    access_log off;
{}    ssl_reject_handshake on;
    return 421;
}}
)",
        kMade,
        listen_plain("default_server"),
        listen_tls(version, "default_server"),
        tls_settings()
    );
}

std::string render_staging(const Layout& layout, const std::string& folder) {
    return fmt::format(
        R"(user www-data;
pid {0}/nginx.pid;
error_log stderr;
include /etc/nginx/modules-enabled/*.conf;
events {{ worker_connections 16; }}
http {{
    include {1}/mime.types;
    default_type application/octet-stream;
    access_log off;
    include {1}/hostelry/shared.conf;
    include {0}/site.conf;
}}
)",
        folder,
        layout.nginx
    );
}

}  // namespace hostelry::agent
