// Adding, offering and removing servers, and who may see them.
#include "core/features/servers/host_key.h"
#include "core/platform/queue/job_store.h"

#include "tests/integration/servers/servers_world.h"

#include <fstream>

namespace hostelry::servers {
namespace {

class ServerOperations : public ServersWorld {
protected:
    void SetUp() override {
        reseller = postgres.make_tenant(postgres.root(), "reseller", "reseller");
        client = postgres.make_tenant(reseller, "client");
        neighbour = postgres.make_tenant(postgres.root(), "neighbour");
    }
    std::vector<UsableServer> usable_by(TenantId tenant) {
        return postgres.database()
            .in_tenant(
                tenant,
                [&](db::Transaction& tx) -> Result<std::vector<UsableServer>> {
                    return usable_servers(tx, tenant);
                }
            )
            .value();
    }
    Result<UsableServer> use(TenantId tenant, ServerId server) {
        return postgres.database().in_tenant(tenant, [&](db::Transaction& tx) {
            return usable_server(tx, tenant, server);
        });
    }
    std::string first_field(const Result<AddedServer>& refused) {
        return refused || refused.error().fields.empty() ? "" : refused.error().fields[0].field;
    }
    TenantId reseller, client, neighbour;
};

TEST_F(ServerOperations, AddingWritesServerEventAndJobTogether) {
    const auto added = try_add(postgres.root(), "web-1", "192.0.2.1");
    ASSERT_TRUE(added) << added.error().message << added.error().cause;
    EXPECT_EQ(added->server.state, ServerState::Queued);
    EXPECT_EQ(added->server.public_address, "192.0.2.1");
    ASSERT_TRUE(added->job);
    EXPECT_EQ(postgres.value("select type from hostelry.events"), "server.added");
    EXPECT_EQ(
        postgres.value("select kind || ' ' || subject_id from hostelry.jobs"),
        "server.bring_up " + added->server.id.to_string()
    );
}

TEST_F(ServerOperations, BadInputNamesTheFieldAndCreatesNothing) {
    const auto refused = [&](AddServer request) {
        return first_field(servers.add(as(postgres.root()), request, {}));
    };
    AddServer good{
        .name = "web-1",
        .kind = "ssh",
        .address = "192.0.2.1",
        .port = 22,
        .host_key = kSomeHostKey};
    for (const auto* name : {"", "Web", "web_1", "-web", "web-", "web;1", "wéb"}) {
        auto request = good;
        request.name = name;
        EXPECT_EQ(refused(request), "name") << name;
    }
    for (const auto* address :
         {"",
          "-oProxyCommand=x",
          "300.1.1.1",
          "a b",
          "web..net",
          "web1;reboot",
          "http://x",
          "[::1]"}) {
        auto request = good;
        request.address = address;
        EXPECT_EQ(refused(request), "address") << address;
    }
    for (const auto* key :
         {"",
          "ssh-ed25519",
          "ssh-ed25519 AAAA",
          "ssh-dss AAAAB3NzaC1kc3M",
          "ssh-ed25519 AAAA\nssh-rsa BBBB"}) {
        auto request = good;
        request.host_key = key;
        EXPECT_EQ(refused(request), "host_key") << key;
    }
    EXPECT_EQ(postgres.value("select count(*) from hostelry.servers"), "0");
    EXPECT_EQ(postgres.value("select count(*) from hostelry.jobs"), "0");
}

TEST_F(ServerOperations, NamesAndAddressesAreTakenOnce) {
    add("web-1", "192.0.2.1");
    EXPECT_EQ(first_field(try_add(postgres.root(), "web-1", "192.0.2.9")), "name");
    const auto twin = try_add(postgres.root(), "web-2", "192.0.2.1");
    EXPECT_EQ(first_field(twin), "address");
    EXPECT_EQ(twin.error().code, ErrorCode::Conflict);
    EXPECT_EQ(first_field(try_add(neighbour, "other", "192.0.2.1")), "address");
}

TEST_F(ServerOperations, ARepeatedRequestAnswersTheSameServer) {
    const AddServer request{
        .name = "web-1",
        .kind = "ssh",
        .address = "192.0.2.1",
        .port = 22,
        .host_key = kSomeHostKey};
    const auto first = servers.add(as(postgres.root()), request, "key-1").value();
    const auto again = servers.add(as(postgres.root()), request, "key-1").value();
    EXPECT_EQ(again.server.id, first.server.id);
    EXPECT_FALSE(again.job);
    EXPECT_EQ(postgres.value("select count(*) from hostelry.jobs"), "1");
}

TEST_F(ServerOperations, ANeighbourSeesChangesAndDeletesNothing) {
    const auto mine = try_add(client, "web-1", "192.0.2.1")->server.id;
    const auto random_id = ServerId{new_uuid(clock, random)};
    for (const auto id : {mine, random_id}) {
        EXPECT_EQ(servers.get(neighbour, id).error().code, ErrorCode::NotFound);
        EXPECT_EQ(servers.remove(as(neighbour), id).error().code, ErrorCode::NotFound);
        EXPECT_EQ(servers.bring_up_again(as(neighbour), id).error().code, ErrorCode::NotFound);
        EXPECT_EQ(servers.offer(as(neighbour), id, neighbour).error().code, ErrorCode::NotFound);
        EXPECT_EQ(servers.withdraw(as(neighbour), id, client).error().code, ErrorCode::NotFound);
        EXPECT_EQ(use(neighbour, id).error().code, ErrorCode::NotFound);
    }
    EXPECT_TRUE(servers.list(neighbour, {})->empty());
    EXPECT_EQ(servers.list(reseller, {})->size(), 1U);
    EXPECT_EQ(servers.get(client, mine)->state, ServerState::Queued);
}

TEST_F(ServerOperations, AnOfferLetsExactlyThatTenantUseTheServer) {
    const auto web1 = add("web-1", "192.0.2.1");
    make_ready(web1);
    EXPECT_TRUE(usable_by(reseller).empty());
    ASSERT_TRUE(servers.offer(as(postgres.root()), web1, reseller));
    ASSERT_TRUE(servers.offer(as(postgres.root()), web1, reseller));
    ASSERT_EQ(usable_by(reseller).size(), 1U);
    EXPECT_EQ(usable_by(reseller)[0].php_versions, std::vector<std::string>{"8.2"});
    EXPECT_EQ(usable_by(reseller)[0].address, "192.0.2.1");
    EXPECT_TRUE(usable_by(client).empty());
    EXPECT_TRUE(usable_by(neighbour).empty());
    EXPECT_TRUE(use(reseller, web1));
    // To use is not to see: the row stays with its owner.
    EXPECT_EQ(servers.get(reseller, web1).error().code, ErrorCode::NotFound);
    ASSERT_TRUE(servers.withdraw(as(postgres.root()), web1, reseller));
    EXPECT_EQ(use(reseller, web1).error().code, ErrorCode::NotFound);
}

TEST_F(ServerOperations, AServerIsOfferedDownTheTreeOnly) {
    const auto mine = try_add(reseller, "web-1", "192.0.2.1")->server.id;
    for (const auto to : {postgres.root(), neighbour, reseller}) {
        EXPECT_EQ(servers.offer(as(reseller), mine, to).error().code, ErrorCode::Invalid);
    }
    EXPECT_TRUE(servers.offer(as(reseller), mine, client));
}

TEST_F(ServerOperations, AServerThatIsNotReadyIsAConflict) {
    const auto web1 = add("web-1", "192.0.2.1");
    EXPECT_EQ(use(postgres.root(), web1).error().code, ErrorCode::Conflict);
    EXPECT_FALSE(usable_by(postgres.root())[0].is_ready);
}

TEST_F(ServerOperations, AServerInUseIsNeitherRemovedNorWithdrawn) {
    servers.count_uses_with(
        {"site",
         "sites",
         [&](db::Transaction&, ServerId, std::optional<TenantId> tenant) -> std::int64_t {
             return !tenant || *tenant == reseller ? 2 : 0;
         }}
    );
    const auto web1 = add("web-1", "192.0.2.1");
    ASSERT_TRUE(servers.offer(as(postgres.root()), web1, reseller));
    ASSERT_TRUE(servers.offer(as(postgres.root()), web1, neighbour));
    const auto removed = servers.remove(as(postgres.root()), web1);
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error().code, ErrorCode::Conflict);
    EXPECT_NE(removed.error().message.find("2 sites"), std::string::npos);
    EXPECT_EQ(servers.get(postgres.root(), web1)->state, ServerState::Queued);
    EXPECT_EQ(
        servers.withdraw(as(postgres.root()), web1, reseller).error().code, ErrorCode::Conflict
    );
    EXPECT_TRUE(servers.withdraw(as(postgres.root()), web1, neighbour));
}

TEST_F(ServerOperations, ThePanelsOwnMachineIsNotAddedAsAnother) {
    const auto refused = try_add(postgres.root(), "here", kOwnAddress);
    EXPECT_EQ(first_field(refused), "address");
    EXPECT_NE(refused.error().fields[0].message.find("This machine"), std::string::npos);
}

TEST_F(ServerOperations, ThisMachinesHostKeyIsReadFromItsFiles) {
    EXPECT_EQ(own_host_key(folder).error().code, ErrorCode::NotFound);
    const std::string line =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGRlYWRiZWVmZGVhZGJlZWZkZWFkYmVlZmRlYWRiZWVm";
    std::ofstream(folder + "/ssh_host_rsa_key.pub") << "not a key\n";
    std::ofstream(folder + "/ssh_host_ed25519_key.pub") << line << " root@here\n";
    EXPECT_EQ(own_host_key(folder)->line(), line);
}

TEST_F(ServerOperations, ThisMachineNeedsSystemd) {
    if (std::filesystem::exists("/run/systemd/system")) {
        GTEST_SKIP() << "This machine runs systemd.";
    }
    const auto refused = servers.add(
        as(postgres.root()), {.name = "here", .kind = "local", .address = "192.0.2.1"}, {}
    );
    EXPECT_EQ(first_field(refused), "kind");
    EXPECT_NE(refused.error().fields[0].message.find("systemd"), std::string::npos);
}

TEST_F(ServerOperations, ThePanelHasOneSshKeySealed) {
    const auto key = servers.panel_public_key();
    ASSERT_TRUE(key) << key.error().message << key.error().cause;
    EXPECT_EQ(key->substr(0, 12), "ssh-ed25519 ");
    EXPECT_EQ(servers.panel_public_key().value(), *key);
    EXPECT_EQ(
        postgres.value(
            "select count(*) from hostelry.server_keys where key_sealed like '%PRIVATE KEY%'"
        ),
        "0"
    );
    EXPECT_NE(servers.keys().ssh()->private_key.find("PRIVATE KEY"), std::string::npos);
    EXPECT_TRUE(std::filesystem::is_empty(folder + "/scratch"));
}

}  // namespace
}  // namespace hostelry::servers
