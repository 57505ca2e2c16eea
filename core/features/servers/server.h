#pragma once
// A managed server and its rules; no I/O here.

#include "core/base/clock.h"
#include "core/base/describe.h"
#include "core/base/id.h"
#include "core/platform/db/json_text.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::servers {

enum class ServerState { Queued, Provisioning, Ready, Failed, Removing };
std::string_view state_name(ServerState state);  ///< "queued", as stored
std::optional<ServerState> server_state_from_name(std::string_view name);

enum class ServerKind { Ssh, Local };
std::string_view kind_name(ServerKind kind);

struct Server {
    ServerId id;
    TenantId tenant;
    std::string name;
    ServerKind kind = ServerKind::Ssh;
    std::string address;         ///< As given: a literal or a host name.
    std::string public_address;  ///< Literal for DNS records; empty until it was looked up.
    std::int64_t ssh_port = 22;
    std::string ssh_user;
    std::string host_key;  ///< "ssh-ed25519 AAAA..."; empty for this machine, which knows its own.
    ServerState state = ServerState::Queued;
    std::string cause;  ///< Why it failed.
    TimePoint created_at;
    TimePoint state_since;
    db::JsonText facts;                  ///< What the agent said at its last start; untrusted.
    std::optional<db::JsonText> status;  ///< The last heartbeat (agent/protocol/sample.h).
    std::optional<TimePoint> status_at;
    std::optional<TimePoint> last_seen_at;
    bool is_online = false;
    std::string agent_version;
    std::optional<TimePoint> certificate_until;
};

/// Where SSH reaches it; this machine by loopback, whatever its address outside is.
std::string ssh_address(const Server& server);

/// The PHP versions in an agent's facts; what is not a version is left out.
std::vector<std::string> php_versions_in(const db::JsonText& versions);

/// What a person or program says to add a server.
struct AddServer {
    std::string name;
    std::string kind = "ssh";
    std::string address;
    std::int64_t port = 22;
    std::string host_key;
};

/// Further than the description can say: spellings of names, addresses and keys. Normalises what is
/// fine.
std::vector<FieldError> check_server(AddServer& request);

/// An IPv4 or IPv6 literal, or a host name by RFC 1123; never anything that a program could take
/// for an option.
bool is_server_address(std::string_view text);
bool is_address_literal(std::string_view text);

}  // namespace hostelry::servers

template <>
const hostelry::Description& hostelry::describe<hostelry::servers::AddServer>();
