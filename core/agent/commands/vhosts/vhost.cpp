#include "core/agent/commands/vhosts/vhost.h"

#include "core/agent/runtime/web_templates.h"
#include "core/base/text.h"

#include <fmt/format.h>

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::VhostFacts>() {
    using hostelry::agent::VhostFacts;
    static const Description kDescription{
        "VhostFacts",
        {
            field<&VhostFacts::site>("site", {.label = "Site", .required = true}),
            field<&VhostFacts::names>("names", {.label = "Names", .required = true}),
            field<&VhostFacts::root>("root", {.label = "Web root"}),
            field<&VhostFacts::php>("php", {.label = "Runs PHP"}),
            field<&VhostFacts::php_version>("php_version", {.label = "PHP version"}),
            field<&VhostFacts::acme_thumbprint>(
                "acme_thumbprint", {.label = "ACME thumbprint", .max = 64}
            ),
            field<&VhostFacts::certificate>(
                "certificate",
                {.label = "Certificate", .kind = Kind::Choice, .choices = {{"current", "Current"}}}
            ),
            field<&VhostFacts::redirect_https>("redirect_https", {.label = "HTTPS only"}),
            field<&VhostFacts::hsts>("hsts", {.label = "Strict transport security"}),
            field<&VhostFacts::suspended>("suspended", {.label = "Suspended"}),
            field<&VhostFacts::building>("building", {.label = "Being set up"}),
            field<&VhostFacts::preview_names>("preview_names", {.label = "Preview names"}),
            field<&VhostFacts::rules>(
                "rules",
                {.label = "Rules",
                 .kind = Kind::Choice,
                 .choices = {{"static", "Static"}, {"wordpress", "WordPress"}}}
            ),
            field<&VhostFacts::upload_mb>(
                "upload_mb", {.label = "Largest upload, MiB", .min = 1, .max = 4096}
            ),
        }};
    return kDescription;
}

namespace hostelry::agent {
namespace {

enum class Transport { Plain, Tls };

/// Without a file, so nothing has to be placed for a challenge. It stands before every rule that
/// denies dot files.
std::string acme_answer(const VhostFacts& facts) {
    if (facts.acme_thumbprint.empty()) {
        return {};
    }
    return fmt::format(
        R"(
    location ~ "^/\.well-known/acme-challenge/([-_a-zA-Z0-9]+)$" {{
        default_type text/plain;
        return 200 "$1.{}";
    }}
)",
        facts.acme_thumbprint
    );
}

std::string logs(const Layout& layout, const VhostFacts& facts) {
    const auto folder = layout.home_of(facts.site) + "/logs";
    return fmt::format(
        "    access_log {0}/access.log hostelry;\n    error_log {0}/error.log warn;\n", folder
    );
}

std::string security_headers(const VhostFacts& facts, Transport transport) {
    std::string headers = R"(    add_header X-Content-Type-Options "nosniff" always;
    add_header X-Frame-Options "SAMEORIGIN" always;
    add_header Referrer-Policy "strict-origin-when-cross-origin" always;
)";
    if (facts.hsts && transport == Transport::Tls) {
        headers += "    add_header Strict-Transport-Security \"max-age=63072000\" always;\n";
    }
    return headers;
}

std::string php_handler(const Layout& layout, const VhostFacts& facts) {
    return fmt::format(
        R"(        try_files $uri =404;
        include {}/fastcgi_params;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_param HTTP_PROXY "";
        fastcgi_hide_header X-Powered-By;
        fastcgi_buffers 16 16k;
        fastcgi_buffer_size 32k;
        fastcgi_read_timeout 180s;
        fastcgi_pass unix:{};
)",
        layout.nginx,
        layout.socket_of(facts.site)
    );
}

std::string php_rule(const Layout& layout, const VhostFacts& facts) {
    return facts.php
               ? fmt::format("\n    location ~ \\.php$ {{\n{}    }}\n", php_handler(layout, facts))
               // Source text of programs is never handed out.
               : std::string("\n    location ~ \\.php$ {\n        return 404;\n    }\n");
}

std::string static_rules(const Layout& layout, const VhostFacts& facts) {
    return R"(
    location / {
        try_files $uri $uri/ =404;
    }
    location ~* \.(?:css|js|mjs|gif|jpe?g|png|webp|avif|svg|ico|woff2?)$ {
        expires 7d;
        try_files $uri =404;
    }
)" + php_rule(layout, facts);
}

std::string wordpress_rules(const Layout& layout, const VhostFacts& facts) {
    return fmt::format(
               R"(
    location / {{
        try_files $uri $uri/ /index.php?$args;
    }}
    location ~* \.(?:css|js|mjs|gif|jpe?g|png|webp|avif|svg|ico|woff2?)$ {{
        expires 7d;
        log_not_found off;
        try_files $uri /index.php?$args;
    }}
    # What was uploaded is shown, never run.
    location ~* ^/wp-content/(?:uploads|files)/.*\.(?:php[0-9]?|phtml|phar)$ {{
        return 404;
    }}
    location ~* ^/(?:wp-config\.php|wp-config-sample\.php|readme\.html|license\.txt|wp-admin/install\.php)$ {{
        return 404;
    }}
    location ~* ^/wp-includes/.*\.php$ {{
        return 404;
    }}
    # Guessing of passwords is slowed down for each address.
    location ~ ^/(?:wp-login|xmlrpc)\.php$ {{
        limit_req zone=hostelry_login burst=10 nodelay;
        limit_req_status 429;
{}    }}
)",
               php_handler(layout, facts)
           ) +
           php_rule(layout, facts);
}

/// A page of our own in place of the site's. The texts hold no apostrophe.
std::string notice_page(
    std::string_view title, std::string_view heading, std::string_view text, int retry_seconds
) {
    return fmt::format(
        R"(
    location / {{
        default_type text/html;
        charset utf-8;
        add_header Retry-After {3} always;
        add_header Cache-Control "no-store" always;
        return 503 '<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width"><title>{0}</title><style>body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1.5rem;color:#222;background:#fafafa}}h1{{font-size:1.5rem}}@media(prefers-color-scheme:dark){{body{{color:#ddd;background:#161616}}}}</style><h1>{1}</h1><p>{2}</p>';
    }}
)",
        title,
        heading,
        text,
        retry_seconds
    );
}

std::string suspended_page() {
    return notice_page(
        "Site suspended",
        "This site is suspended",
        "It is not available at the moment. If it is yours, please contact your hosting provider.",
        86400
    );
}

std::string building_page() {
    return notice_page(
        "Site in the making",
        "This site is being set up",
        "It will be here in a moment. Please come back shortly.",
        10
    );
}

std::string content(const Layout& layout, const VhostFacts& facts, Transport transport) {
    if (facts.suspended) {
        return suspended_page();
    }
    if (facts.building) {
        return building_page();
    }
    // The web server reads as a member of every site's group; a link to a neighbour's file is
    // therefore followed only when both ends have one owner.
    std::string body = fmt::format(
        R"(
    root {home}/{root};
    index {index};
    disable_symlinks if_not_owner from={home};
    client_max_body_size {upload}m;
    gzip on;
    gzip_comp_level 5;
    gzip_min_length 1024;
    gzip_proxied any;
    gzip_vary on;
    gzip_types text/plain text/css text/xml application/json application/javascript text/javascript application/xml application/rss+xml image/svg+xml font/ttf;
)",
        fmt::arg("home", layout.home_of(facts.site)),
        fmt::arg("root", facts.root),
        fmt::arg("index", facts.php ? "index.php index.html" : "index.html"),
        fmt::arg("upload", facts.upload_mb)
    );
    body += security_headers(facts, transport);
    body += R"(
    location ~ /\.(?!well-known/) {
        return 404;
    }
)";
    return body + (facts.rules == "wordpress" ? wordpress_rules(layout, facts)
                                              : static_rules(layout, facts));
}

std::string server(const std::string& listen, const std::string& names, const std::string& body) {
    return fmt::format(
        "server {{\n{}    server_name {};\n    server_tokens off;\n{}}}\n", listen, names, body
    );
}

std::string tls_server(const Layout& layout, const NginxVersion& version, const VhostFacts& facts) {
    const auto folder = layout.certificates_of(facts.site) + "/current";
    return server(
        listen_tls(version),
        join(facts.names, " "),
        fmt::format(
            "    ssl_certificate {0}/chain.pem;\n    ssl_certificate_key {0}/key.pem;\n", folder
        ) + tls_settings() +
            logs(layout, facts) + acme_answer(facts) + content(layout, facts, Transport::Tls)
    );
}

}  // namespace

std::string render_vhost(
    const Layout& layout, const NginxVersion& version, const VhostFacts& facts
) {
    const auto names = join(facts.names, " ");
    const bool tls = facts.certificate.has_value();
    const std::string plain_body =
        tls && facts.redirect_https
            ? std::string(
                  "\n    location / {\n        return 301 https://$host$request_uri;\n    }\n"
              )
            : content(layout, facts, Transport::Plain);
    std::string config =
        fmt::format("# Made by hostelry-agent for site {}. Changes are overwritten.\n", facts.site);
    config += server(listen_plain(), names, logs(layout, facts) + acme_answer(facts) + plain_body);
    if (tls) {
        config += tls_server(layout, version, facts);
    }
    if (!facts.preview_names.empty()) {
        config += server(
            listen_plain(),
            join(facts.preview_names, " "),
            logs(layout, facts) + content(layout, facts, Transport::Plain)
        );
    }
    return config;
}

}  // namespace hostelry::agent
