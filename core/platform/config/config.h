#pragma once
// Configuration: one YAML file, each key overridable by an environment variable (http.listen is
// HOSTELRY_HTTP_LISTEN). Unknown keys and wrong values are refused with the line and a suggestion.
// A key that may hold a password has a twin ending in _file. docs/operate.md lists the keys;
// `hostelry config` prints them with their present values.

#include "core/base/result.h"
#include "core/platform/log/log.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hostelry::config {

struct Config {
    std::string state_dir = "/var/lib/hostelry";  ///< Database cluster, master key, spooled bodies.

    struct Database {
        std::string url;  ///< libpq URL of role hostelry_app; empty starts the private cluster.
        std::string url_file;     ///< A file that holds `url` instead, because of its password.
        std::string migrate_url;  ///< With `url`: a role that may make roles and own the schema,
                                  ///< used by `hostelry migrate` and `up` only.
        std::string migrate_url_file;
        std::int64_t connections = 10;
    } database;

    struct Http {
        std::string listen = "127.0.0.1:8080";  ///< Anything but loopback is served with TLS.
        std::string
            public_url;  ///< What links in mails and the setup line use; derived when empty.
        std::string
            tls_certificate;  ///< PEM chain; self-signed when TLS is needed and none is given.
        std::string tls_key;
        std::vector<std::string> trusted_proxies;  ///< Addresses whose X-Forwarded-For is believed.
    } http;

    struct Agent {
        std::string listen = "0.0.0.0:7443";  ///< Where agents dial in (TLS, client certificates).
        std::string advertise;  ///< host:port that managed servers are told; derived when empty.
        std::string package =
            "/usr/share/hostelry/hostelry-agent.deb";  ///< Installed on servers by bring-up.
    } agent;

    struct Telemetry {
        std::string listen =
            "127.0.0.1:9464";  ///< /metrics, /healthz, /readyz. Empty turns it off.
    } telemetry;

    struct Log {
        log::Level level = log::Level::Info;
        log::Format format = log::Format::Json;
        std::string file;  ///< Empty: standard error.
    } log;

    struct Web {
        std::string assets = "/usr/share/hostelry/web";  ///< The built front end.
    } web;

    struct Plugins {
        std::string directory = "/usr/lib/hostelry/plugins";
        std::string settings = "/etc/hostelry/plugins";  ///< <plugin id>.json: what the operator
                                                         ///< set for a plugin.
    } plugins;

    struct Automation {
        std::string directory = "/usr/share/hostelry/automation";  ///< Ansible roles.
    } automation;

    struct Acme {
        std::string directory = "https://acme-v02.api.letsencrypt.org/directory";
        std::string contact;  ///< E-mail address for the account; optional at most CAs.
        std::string helper = "/usr/lib/hostelry/acme-helper";
        std::int64_t renew_days_before = 30;
    } acme;

    struct Dns {
        std::int64_t propagation_timeout_seconds = 120;
    } dns;

    struct Outbound {
        std::vector<std::string> allow_private;  ///< Internal addresses or ranges (10.0.0.0/24)
                                                 ///< that the panel's own client may reach.
        std::string extra_ca;                    ///< PEM file of further certificate authorities.
    } outbound;

    struct Preview {
        std::string domain =
            "preview.localhost";  ///< Sites show as <site>.<domain> before their DNS is live.
        std::string listen;       ///< Empty turns previews off.
    } preview;

    struct Worker {
        std::int64_t threads = 4;  ///< Jobs that run at once in one process.
        std::int64_t jobs_per_tenant =
            4;  ///< Jobs of one tenant that run at once, over all processes; 0: no limit.
    } worker;

    struct Migrations {
        std::string directory = "/usr/share/hostelry/migrations";
    } migrations;
};

using Environment = std::map<std::string, std::string>;

/// Reads `path` (no file is needed when it is empty) and then the HOSTELRY_* variables. All
/// problems are in one Error, one field per key.
Result<Config> load_config(const std::string& path, const Environment& environment);
/// The same from text, for tests; `name` stands in messages.
Result<Config> parse_config(
    const std::string& yaml, const std::string& name, const Environment& environment
);

/// Every key with its present value, in the order of the file, secrets shown as "(set)".
std::vector<std::pair<std::string, std::string>> describe_config(const Config& config);

}  // namespace hostelry::config
