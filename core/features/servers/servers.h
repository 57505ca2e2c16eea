#pragma once
// The front door of managed servers: machines on which sites live.
//
// One object, made in core/app, outlives all who use it. `serve` adds the routes and runs an
// AgentListener (agent_listener.h), `worker` adds the jobs; apply() works in both.

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/features/servers/agent_orders.h"
#include "core/features/servers/panel_keys.h"
#include "core/features/servers/server.h"
#include "core/features/servers/server_store.h"
#include "core/features/servers/this_machine.h"
#include "core/platform/crypto/sealing.h"
#include "core/platform/db/database.h"
#include "core/platform/db/listener.h"
#include "core/platform/queue/queue.h"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::http {
class Router;
}
namespace hostelry::shell {
class Shell;
}

namespace hostelry::servers {

/// A server that a tenant may put things on.
struct UsableServer {
    ServerId id;
    TenantId owner;
    std::string name;
    std::string address;  ///< Literal for DNS records; empty until the server was looked at.
    std::vector<std::string> php_versions;
    bool is_ready = false;
};

/// Own servers and those offered to the tenant, ready ones first. The tenant lies in the
/// transaction's tree.
std::vector<UsableServer> usable_servers(db::Transaction& tx, TenantId tenant);
/// NotFound when the tenant may not use it, Conflict while it is not ready. Until the end of the
/// transaction the server cannot begin to be removed.
Result<UsableServer> usable_server(db::Transaction& tx, TenantId tenant, ServerId server);

/// Who asks for a change, for the audit.
struct Actor {
    TenantId tenant;
    std::optional<UserId> user;
    std::string client_address;
    std::string request_id;
};

/// How many things of one kind live on a server, those of one tenant only when it is given. Runs in
/// the tenant of who asks, which is the server's owner or above.
struct UseCounter {
    std::string singular;  ///< "site"
    std::string plural;
    std::function<
        std::int64_t(db::Transaction& tx, ServerId server, std::optional<TenantId> tenant)>
        count;
};

struct AddedServer {
    Server server;
    std::optional<JobId> job;  ///< Nothing when the request was a repeat.
};

class Servers {
public:
    struct Options {
        std::string agent_listen;     ///< As configured: "0.0.0.0:7443".
        std::string agent_advertise;  ///< "host:port" for agents; empty: found out by SSH.
        std::string agent_package;    ///< The agent's .deb.
        /// Those on which others reach the panel; the firewall of this machine leaves them open.
        std::vector<std::uint16_t> panel_ports;
        /// Which addresses are this machine's.
        std::function<bool(const std::string&)> is_own_address = servers::is_own_address;
        std::string automation_folder;
        std::string scratch_folder = "/run/hostelry";  ///< For keys that programs must read.
    };
    struct Needs {
        db::Database& database;
        db::Listener* listener;  ///< The process's own; null: only polling.
        const Clock& clock;
        Random& random;
        const crypto::Sealer& sealer;
        Options options;
    };
    explicit Servers(Needs needs);
    ~Servers();
    Servers(const Servers&) = delete;
    Servers& operator=(const Servers&) = delete;

    /// `shell` outlives the routes. Also registers the topic "server" and the palette's source.
    void add_routes(http::Router& router, shell::Shell& shell);
    void add_jobs(queue::Registry& registry);
    /// Before start. Servers in use are neither removed nor withdrawn.
    void count_uses_with(UseCounter counter);

    /// Carries out a plan (agent/protocol/plan.h) on a server, from any process. `plan` may leave
    /// out "plan" (its id); with an id the call may be repeated after any accident and gives the
    /// same answer, as long as the plan is the same: a new attempt that shall act again needs a new
    /// id. Answers the outcome when every action went well. Otherwise the error of the failed
    /// action; Unavailable (retryable) when the agent is away, Timeout, Cancelled.
    Result<nlohmann::json> apply(
        ServerId server, const nlohmann::json& plan, const ApplyOptions& options
    );

    // Operations; each publishes its event. `actor.tenant` is the tenant acted in.
    Result<std::string> panel_public_key();
    /// Writes the server and its bring-up job. Invalid, Conflict (both with fields). The host key
    /// must be there for other machines: see scan_host_key (host_key.h).
    Result<AddedServer> add(
        const Actor& actor, AddServer request, std::optional<std::string> request_key
    );
    /// Bring-up once more: after a failure, or to repair a server that is ready.
    Result<JobId> bring_up_again(const Actor& actor, ServerId id);
    /// Conflict while something lives on it.
    Result<JobId> remove(const Actor& actor, ServerId id);
    /// To a tenant below the acting one. Repeating it is fine.
    Result<void> offer(const Actor& actor, ServerId id, TenantId to);
    /// Conflict while something of that tenant lives there.
    Result<void> withdraw(const Actor& actor, ServerId id, TenantId from);

    // Reading, in the acting tenant.
    Result<std::vector<Server>> list(TenantId tenant, const ServerFilter& filter);
    Result<Server> get(TenantId tenant, ServerId server);
    /// "3 sites", empty when unused.
    std::string uses_of(db::Transaction& tx, ServerId server, std::optional<TenantId> tenant);

    const Needs& needs() const { return needs_; }
    PanelKeys& keys() { return keys_; }

private:
    Needs needs_;
    PanelKeys keys_;
    AgentOrders orders_;
    std::vector<UseCounter> counters_;
};

}  // namespace hostelry::servers
