#pragma once
// The servers of a tenant's tree, and whom they are offered to. Runs in the caller's tenant.

#include "core/features/servers/server.h"
#include "core/platform/db/transaction.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::servers {

struct NewServer {
    ServerId id;
    TenantId tenant;
    AddServer request;
    std::string public_address;
    std::string ssh_user;
    std::optional<std::string> request_key;
};

struct Placement {
    TenantId tenant;
    std::string tenant_name;
    TimePoint since;
};

struct ServerFilter {
    std::string words;  ///< Part of the name or the address.
    std::optional<ServerState> state;
};

/// How the servers of the tree do. A ready one whose agent is away counts as offline.
struct ServerCounts {
    std::int64_t all = 0, ready = 0, offline = 0, failed = 0, working = 0;
};

class ServerStore {
public:
    explicit ServerStore(db::Transaction& tx) : tx_(tx) {}

    /// Conflict with a field error when name or address are taken.
    Result<void> insert(const NewServer& server);
    std::optional<Server> find(ServerId id);
    Result<Server> get(ServerId id);
    std::optional<Server> find_by_request_key(TenantId tenant, std::string_view key);
    /// By name, at most 500.
    std::vector<Server> list(const ServerFilter& filter);
    ServerCounts counts();
    /// Failed and offline ones, the latest first.
    std::vector<Server> troubled(std::int64_t count_max);
    std::int64_t count_of_tenant(TenantId tenant);

    /// False when the server is gone.
    bool set_state(ServerId id, ServerState state, std::string_view cause);
    void set_cause(ServerId id, std::string_view cause);
    void set_public_address(ServerId id, std::string_view address);
    /// From now on its certificates open nothing.
    void revoke_agent(ServerId id);
    void remove(ServerId id);

    void insert_enrolment(
        TenantId tenant,
        const Uuid& id,
        ServerId server,
        std::string_view token_hash,
        TimePoint until
    );
    void remove_enrolments(ServerId server);

    /// Answers false when it was offered already.
    bool insert_placement(TenantId tenant, ServerId server, TenantId offered_by);
    bool remove_placement(TenantId tenant, ServerId server);
    /// Those within the caller's tree.
    std::vector<Placement> placements(ServerId server);
    /// Tenants below the caller's to which the server is not offered yet.
    std::vector<Placement> possible_placements(ServerId server);
    std::optional<std::string> descendant_name(TenantId tenant);

private:
    db::Transaction& tx_;
};

}  // namespace hostelry::servers
