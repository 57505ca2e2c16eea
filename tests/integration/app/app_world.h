#pragma once
// The panel as core/app puts it together, on a real PostgreSQL: every feature, its routes and jobs.
// Whoever a test names is signed in; nothing listens.

#include "core/app/features.h"
#include "core/app/platform.h"
#include "core/features/auth/permissions.h"
#include "core/platform/http/dispatcher.h"
#include "core/platform/http/openapi.h"

#include "tests/support/panel_world.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_database.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace hostelry::app {

using hostelry::testing::Browser;
using hostelry::testing::PanelReply;
using hostelry::testing::ScratchFolder;
using hostelry::testing::TestDatabase;

/// Everybody is this person.
class Somebody final : public http::Authenticator {
public:
    Result<std::optional<http::Principal>> authenticate(const http::Request&) override {
        return principal;
    }
    std::optional<http::Principal> principal;
};

class AppWorld : public ::testing::Test {
protected:
    AppWorld() {
        config.state_dir = folder.path();
        config.database.url = postgres.dsn();
        config.web.assets = folder.path();
        config.plugins.directory = folder.path() + "/plugins";
        config.migrations.directory = hostelry::testing::migrations_directory();
        platform = Platform::open(config, Migrate::No).value();
        features.emplace(*platform, assets, "http://127.0.0.1:8080");
        features->add_routes(router);
        dispatcher = dispatcher_for(somebody);
        ada = postgres.make_tenant(postgres.root(), "ada");
        bob = postgres.make_tenant(postgres.root(), "bob");
        become(users::Role::Superadmin, postgres.root());
    }

    std::unique_ptr<http::Dispatcher> dispatcher_for(http::Authenticator& authenticator) {
        http::DispatcherOptions options;
        options.rate_limits = {{0}, {0}, {0}, {0}};
        options.csrf_secret = platform->csrf_secret();
        options.access_log = false;
        return std::make_unique<http::Dispatcher>(
            router,
            authenticator,
            features->shell().error_pages(),
            platform->rate_limiter(),
            platform->clock(),
            platform->random(),
            platform->metrics(),
            options
        );
    }

    void become(users::Role role, TenantId tenant) {
        http::Principal principal;
        principal.user = UserId::make(platform->clock(), platform->random());
        principal.tenant = tenant;
        principal.home = tenant;
        principal.user_name = "Ada";
        principal.locale = "en";
        principal.time_zone = "UTC";
        principal.permissions = auth::permissions_of(role);
        principal.session_key = "test";
        principal.by_cookie = false;
        somebody.principal = std::move(principal);
    }

    PanelReply get(const std::string& target) { return Browser{dispatcher}.get(target); }
    PanelReply call(
        http::Method method, const std::string& target, const nlohmann::json& body = nullptr
    ) {
        return Browser{dispatcher}.call(method, target, body);
    }

    Uuid fresh_id() { return new_uuid(platform->clock(), platform->random()); }

    /// A row each, as the features would have written them.
    Uuid add_site(TenantId tenant, const std::string& domain, const std::string& state) {
        const auto id = fresh_id();
        postgres.execute(
            "insert into hostelry.sites (tenant_id, id, key, domain, with_www, plugin, template, "
            "template_title, secrets, server_id, server_name, server_address, state, cause, "
            "deployed_at) values ('" +
                tenant.to_string() + "', '" + id.to_string() + "', 's" +
                std::to_string(100 + ++keys_) + "', '" + domain +
                "', false, 'org.hostelry.static', 'static', 'Static', 'x', '" +
                fresh_id().to_string() + "', 'web1', '192.0.2.1', '" + state +
                "', 'nginx refused the file', now())",
            "postgres"
        );
        return id;
    }
    Uuid add_server(
        TenantId tenant, const std::string& name, const std::string& state, bool is_online
    ) {
        const auto id = fresh_id();
        postgres.execute(
            "insert into hostelry.servers (tenant_id, id, name, kind, address, host_key, state, "
            "cause, last_seen_at) values ('" +
                tenant.to_string() + "', '" + id.to_string() + "', '" + name + "', 'ssh', '" +
                name + ".test', 'ssh-ed25519 AAAA', '" + state + "', 'apt has no network', " +
                (is_online ? "clock_timestamp()" : "null") + ")",
            "postgres"
        );
        return id;
    }
    Uuid add_zone(TenantId tenant, const std::string& name, const std::string& state) {
        const auto id = fresh_id();
        postgres.execute(
            "insert into hostelry.dns_backends (id, name, plugin_id, base_url, secrets_sealed, "
            "nameservers) values ('11111111-1111-7111-8111-111111111111', 'dns', "
            "'org.hostelry.powerdns', 'http://dns.test', 'x', '{ns1.test}') on conflict do "
            "nothing; insert into hostelry.dns_zones (tenant_id, id, name, backend_id, state, "
            "problem) values ('" +
                tenant.to_string() + "', '" + id.to_string() + "', '" + name +
                "', '11111111-1111-7111-8111-111111111111', '" + state +
                "', 'The backend said no')",
            "postgres"
        );
        return id;
    }
    /// `days`: how long it is still valid.
    Uuid add_certificate(
        TenantId tenant, const std::string& name, const std::string& state, int days
    ) {
        const auto id = fresh_id();
        postgres.execute(
            "insert into hostelry.certificates (tenant_id, id, site_id, site_key, server_id, kind, "
            "state, names, not_before, not_after) values ('" +
                tenant.to_string() + "', '" + id.to_string() + "', '" + fresh_id().to_string() +
                "', 's123', '" + fresh_id().to_string() + "', 'acme', '" + state + "', '{" + name +
                "}', now() - interval '60 days', now() + interval '" + std::to_string(days) +
                " days 1 hour')",
            "postgres"
        );
        return id;
    }

    ScratchFolder folder;
    TestDatabase postgres;
    config::Config config;
    std::unique_ptr<Platform> platform;
    view::Assets assets;
    std::optional<Features> features;
    http::Router router;
    Somebody somebody;
    std::unique_ptr<http::Dispatcher> dispatcher;
    TenantId ada;
    TenantId bob;

private:
    int keys_ = 0;
};

}  // namespace hostelry::app
