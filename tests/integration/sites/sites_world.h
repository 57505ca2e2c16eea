#pragma once
// A whole panel with sites and databases, workers, and an outside that keeps a ledger.

#include "core/features/databases/databases.h"
#include "core/features/jobs/jobs.h"
#include "core/features/sites/sites.h"
#include "core/platform/crypto/token.h"
#include "core/platform/db/listener.h"
#include "core/platform/queue/job_store.h"
#include "core/platform/queue/worker.h"

#include "tests/integration/sites/recorded_infrastructure.h"
#include "tests/support/panel_world.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace hostelry::sites {

using namespace std::chrono_literals;

class SitesWorld : public ::testing::Test {
protected:
    SitesWorld() : listener(panel.postgres.dsn()) {
        outside.servers = {
            {.id = ServerId::make(panel.clock, panel.random),
             .name = "web-1",
             .address = "192.0.2.10",
             .php_versions = {"7.4", "8.1", "8.2"},
             .is_ready = true}};
        sites.add_routes(panel.router);
        databases.add_routes(panel.router);
        panel.open();
        sites.add_jobs(registry);
        databases.add_jobs(registry);
        ada = panel.postgres.make_tenant(panel.postgres.root(), "ada");
        bob = panel.postgres.make_tenant(panel.postgres.root(), "bob");
        listener.start();
    }
    ~SitesWorld() override {
        outside.goes_on();
        worker.reset();
        listener.stop();
    }

    static crypto::Sealer new_sealer(Random& random) {
        const testing::ScratchFolder folder;
        return crypto::Sealer::from_file_or_new(folder.path("key"), random).value();
    }

    users::Caller caller(TenantId tenant) const { return users::operator_caller(tenant); }

    void start_worker() {
        worker = std::make_unique<queue::Worker>(
            panel.postgres.database(),
            registry,
            panel.clock,
            panel.random,
            &listener,
            queue::WorkerOptions{.lease = 1500ms, .heartbeat = 300ms, .poll = 300ms}
        );
        worker->start();
    }
    /// Ends the present worker in the middle of whatever it does, and lets another one go on.
    void replace_worker() {
        worker.reset();
        start_worker();
    }

    static CreateSite wordpress(const std::string& domain) {
        CreateSite request;
        request.domain = domain;
        request.template_id = "wordpress";
        request.options["admin_email"] = "ada@example.com";
        return request;
    }
    static CreateSite plain(const std::string& domain) {
        CreateSite request;
        request.domain = domain;
        request.template_id = "static";
        return request;
    }

    SiteChange create(TenantId tenant, const CreateSite& request) {
        auto change = sites.create(caller(tenant), request);
        if (!change) {
            std::string text = change.error().message;
            for (const auto& field : change.error().fields) {
                text += " [" + field.field + ": " + field.message + "]";
            }
            throw std::runtime_error(text);
        }
        return *std::move(change);
    }
    Site site(TenantId tenant, SiteId id) { return sites.get(caller(tenant), id).value(); }

    queue::Job job(JobId id) {
        return panel.postgres.database()
            .in_tenant(
                panel.postgres.root(),
                [&](db::Transaction& tx) -> Result<queue::Job> {
                    return queue::JobStore{tx}.get(id);
                }
            )
            .value();
    }
    queue::Job wait_for(JobId id) {
        const auto until = std::chrono::steady_clock::now() + 60s;
        for (;;) {
            const auto now = job(id);
            if (queue::is_finished(now.state) || std::chrono::steady_clock::now() > until) {
                EXPECT_TRUE(queue::is_finished(now.state))
                    << queue::state_name(now.state) << " " << now.error;
                return now;
            }
            std::this_thread::sleep_for(10ms);
        }
    }
    Site deployed(TenantId tenant, const CreateSite& request) {
        const auto change = create(tenant, request);
        const auto done = wait_for(change.job);
        EXPECT_EQ(done.state, queue::JobState::Succeeded) << done.error;
        return site(tenant, change.site.id);
    }
    std::string count(const std::string& sql) {
        return panel.postgres.value("select count(*) from hostelry." + sql);
    }

    testing::PanelWorld panel;
    db::Listener listener;
    crypto::Sealer sealer = new_sealer(panel.random);
    RecordedInfrastructure outside;
    queue::Registry registry;
    Sites sites{
        {.database = panel.postgres.database(),
         .clock = panel.clock,
         .random = panel.random,
         .sealer = sealer,
         .shell = panel.shell,
         .infrastructure = outside,
         .settings = {
             .panel_names = {"panel.hosting.example"},
             .preview_domain = "preview.test",
             .preview_port = ":8081",
             .propagation_timeout = 2s}}};
    databases::Databases databases{
        {panel.postgres.database(), panel.clock, panel.random, sealer, panel.shell, sites}};
    std::unique_ptr<queue::Worker> worker;
    TenantId ada;
    TenantId bob;
};

}  // namespace hostelry::sites
