#pragma once
// A panel with the DNS feature, a worker, and a real PowerDNS on loopback behind the real plugin.

#include "core/features/dns/dns.h"
#include "core/features/dns/name_query.h"
#include "core/features/plugins/plugins.h"
#include "core/platform/db/listener.h"
#include "core/platform/queue/job_store.h"
#include "core/platform/queue/worker.h"

#include "tests/integration/plugin_host/real_powerdns.h"
#include "tests/support/panel_world.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace hostelry::dns {

using namespace std::chrono_literals;
using nlohmann::json;

class DnsWorld : public ::testing::Test {
protected:
    static inline const std::string kKeyFile =
        "/tmp/hostelry-dns-test-" + std::to_string(getpid()) + ".key";

    DnsWorld()
        : sealer(crypto::Sealer::from_file_or_new(kKeyFile, world.random).value()),
          listener(world.postgres.dsn()),
          plugins(
              {world.postgres.database(),
               world.clock,
               world.random,
               sealer,
               world.shell,
               {.folder = HOSTELRY_TEST_PLUGINS, .allow_private = {"127.0.0.0/8"}, .extra_ca = {}}}
          ),
          dns(
              {world.postgres.database(),
               world.clock,
               world.random,
               world.shell,
               plugins,
               {"127.0.0.0/8"}}
          ) {
        plugins.add_routes(world.router);
        dns.add_routes(world.router);
        world.open();
        plugins.add_jobs(registry);
        dns.add_jobs(registry);
        EXPECT_TRUE(plugins.start());
        listener.start();
        worker = std::make_unique<queue::Worker>(
            world.postgres.database(),
            registry,
            world.clock,
            world.random,
            &listener,
            queue::WorkerOptions{}
        );
        worker->start();
        operating = users::operator_caller(world.postgres.root());
        operating.permissions.insert({"tenant:create", "dns:update", "plugin:configure"});
    }

    ~DnsWorld() override {
        worker->stop(10s);
        listener.stop();
        plugins.stop(5s);
        std::filesystem::remove(kKeyFile);
    }

    std::string server_address() const {
        return "127.0.0.1:" + std::to_string(powerdns.dns_port());
    }

    plugins::DnsBackend add_backend() {
        const auto made = plugins.create_dns_backend(
            operating,
            {.name = "test",
             .plugin = "org.hostelry.powerdns",
             .base_url = powerdns.base_url(),
             .api_key = powerdns.api_key(),
             .nameservers = "ns1.demo.test",
             .query_addresses = server_address()}
        );
        EXPECT_TRUE(made) << made.error().message;
        return made.value();
    }

    queue::Job finish(TenantId tenant, JobId id) {
        const auto until = std::chrono::steady_clock::now() + 30s;
        for (;;) {
            const auto job =
                world.postgres.database()
                    .in_tenant(
                        tenant, [&](db::Transaction& tx) { return queue::JobStore(tx).get(id); }
                    )
                    .value();
            if (queue::is_finished(job.state) || std::chrono::steady_clock::now() > until) {
                EXPECT_EQ(queue::state_name(job.state), "succeeded") << job.error;
                return job;
            }
            std::this_thread::sleep_for(20ms);
        }
    }

    Zone add_zone(const std::string& name) {
        const auto made =
            dns.create_zone(operating, {.name = name, .backend = add_backend().id}, std::nullopt);
        EXPECT_TRUE(made) << made.error().message;
        finish(world.postgres.root(), made->job.value());
        return dns.get_zone(world.postgres.root(), made->zone.id).value().zone;
    }

    std::vector<std::string> asked(const std::string& name, const std::string& type = "A") {
        const auto answer =
            ask_name_server(server_addresses_of({server_address()}).front(), name, type);
        EXPECT_TRUE(answer) << answer.error().message;
        return answer ? answer->addresses : std::vector<std::string>{};
    }

    testing::PanelWorld world;
    plugin_host::RealPowerdns powerdns;
    crypto::Sealer sealer;
    db::Listener listener;
    plugins::Plugins plugins;
    Dns dns;
    queue::Registry registry;
    std::unique_ptr<queue::Worker> worker;
    users::Caller operating;
};

}  // namespace hostelry::dns
