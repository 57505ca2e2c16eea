#pragma once
// A panel's servers with a real database and a real agent listener; agents are fakes.

#include "core/features/servers/agent_listener.h"
#include "core/features/servers/servers.h"
#include "core/platform/crypto/digest.h"
#include "core/platform/crypto/token.h"

#include "tests/integration/servers/fake_agent.h"
#include "tests/support/eventually.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_database.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <thread>

namespace hostelry::servers {

/// Real time plus what a test added.
class LeapingClock final : public Clock {
public:
    TimePoint now() const override { return clock_.now() + ahead_.load(); }
    std::chrono::steady_clock::time_point steady() const override {
        return clock_.steady() + ahead_.load();
    }
    void leap(std::chrono::seconds by) { ahead_ = ahead_.load() + by; }

private:
    SystemClock clock_;
    std::atomic<std::chrono::seconds> ahead_{std::chrono::seconds{0}};
};

/// A host key that looks right and belongs to nobody.
inline constexpr auto kSomeHostKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGRlYWRiZWVmZGVhZGJlZWZkZWFkYmVlZmRlYWRiZWVm";

class ServersWorld : public ::testing::Test {
protected:
    ServersWorld() { notices.start(); }
    ~ServersWorld() override {
        listener.stop();
        notices.stop();
        std::filesystem::remove_all(folder);
    }

    Actor as(TenantId tenant) const {
        return {.tenant = tenant, .user = {}, .client_address = "", .request_id = ""};
    }

    Result<AddedServer> try_add(
        TenantId tenant, const std::string& name, const std::string& address
    ) {
        return servers.add(
            as(tenant),
            {.name = name, .kind = "ssh", .address = address, .port = 22, .host_key = kSomeHostKey},
            std::nullopt
        );
    }
    static constexpr auto kOwnAddress = "192.0.2.250";

    ServerId add(const std::string& name, const std::string& address) {
        auto added = try_add(postgres.root(), name, address);
        EXPECT_TRUE(added) << (added ? "" : added.error().message + added.error().cause);
        return added->server.id;
    }
    void make_ready(ServerId server) {
        postgres.execute(
            "update hostelry.servers set state = 'ready', facts = '{\"php_versions\": [\"8.2\", "
            "\"rm -rf\"]}' where id = '" +
            server.to_string() + "'"
        );
    }

    std::string open_token(ServerId server, std::chrono::seconds life = std::chrono::seconds{60}) {
        const auto token = crypto::make_token(random);
        const auto id = new_uuid(clock, random);
        const auto until = SystemClock{}.now() + life;
        EXPECT_TRUE(postgres.database()
                        .in_tenant(postgres.root(), [&](db::Transaction& tx) -> Result<void> {
                            ServerStore(tx).insert_enrolment(
                                postgres.root(), id, server, crypto::token_hash(token), until
                            );
                            return {};
                        }));
        return token;
    }

    void start_listener() {
        const auto started = listener.start();
        ASSERT_TRUE(started) << started.error().message << started.error().cause;
    }

    /// The panel's answer to an enrolment, and the key made for it.
    struct Enrolment {
        std::optional<agent::Message> answer;
        std::string key_pem;
    };
    Enrolment try_enrol(ServerId server, const std::string& token) {
        const auto request = agent::create_agent_request(server.to_string()).value();
        testing::FakeAgent agent(listener.port());
        agent.send(agent::Enrol{agent::kProtocolVersion, server.to_string(), token, request.csr_pem}
        );
        return {agent.receive(), request.key_pem};
    }
    testing::AgentProof enrol(ServerId server) {
        const auto done = try_enrol(server, open_token(server));
        const auto* enrolled = done.answer ? std::get_if<agent::Enrolled>(&*done.answer) : nullptr;
        EXPECT_NE(enrolled, nullptr);
        return {enrolled == nullptr ? "" : enrolled->certificate_pem, done.key_pem};
    }

    static agent::Hello hello_of(ServerId server) {
        agent::Hello hello;
        hello.server_id = server.to_string();
        hello.agent_version = "0.1.0";
        hello.boot_id = "boot-1";
        hello.facts = R"({"php_versions": ["8.2"]})";
        return hello;
    }
    /// Connected and welcomed.
    std::unique_ptr<testing::FakeAgent> join(ServerId server, const testing::AgentProof& proof) {
        auto agent = std::make_unique<testing::FakeAgent>(listener.port(), proof);
        agent->send(hello_of(server));
        EXPECT_TRUE(agent->receive_one<agent::Welcome>());
        return agent;
    }

    std::future<Result<nlohmann::json>> apply_later(
        ServerId server, const nlohmann::json& plan, ApplyOptions options = {}
    ) {
        return std::async(std::launch::async, [this, server, plan, options] {
            return servers.apply(server, plan, options);
        });
    }
    nlohmann::json plan_of(const std::string& id) const {
        return {
            {"plan", id},
            {"actions", {{{"id", "a1"}, {"do", "account.ensure"}, {"site", "s7f3k2m9"}}}}};
    }
    static agent::PlanResult good_result(const std::string& plan) {
        const nlohmann::json outcome{
            {"plan", plan},
            {"ok", true},
            {"results", {{{"id", "a1"}, {"status", "changed"}, {"message", "made"}, {"ms", 3}}}}};
        return {plan, outcome.dump()};
    }
    std::string fresh_plan_id() { return new_uuid(clock, random).to_string(); }

    testing::ScratchFolder scratch;
    std::string folder = scratch.path();
    LeapingClock clock;
    SystemRandom random;
    testing::TestDatabase postgres;
    db::Listener notices{postgres.dsn()};
    crypto::Sealer sealer =
        crypto::Sealer::from_file_or_new(folder + "/master.key", random).value();
    Servers servers{
        {postgres.database(),
         &notices,
         clock,
         random,
         sealer,
         {.agent_listen = "127.0.0.1:0",
          .agent_advertise = "",
          .agent_package = folder + "/agent.deb",
          .is_own_address = [](const std::string& address) { return address == kOwnAddress; },
          .automation_folder = folder,
          .scratch_folder = folder + "/scratch"}}};
    AgentListener listener{
        {postgres.database(), &notices, clock, random, sealer, folder + "/scratch"},
        {.listen = "127.0.0.1:0", .heartbeat_seconds = 1}};
};

}  // namespace hostelry::servers
