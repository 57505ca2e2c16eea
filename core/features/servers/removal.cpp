#include "core/features/servers/removal.h"

#include "core/features/servers/servers.h"
#include "core/features/servers/ssh.h"
#include "core/features/shell/shell.h"
#include "core/platform/events/events.h"

#include <nlohmann/json.hpp>

namespace hostelry::servers {

namespace {

using queue::StepContext;

constexpr auto kIdentityFile = "/var/lib/hostelry-agent/identity.json";

ServerId leaving_server(const StepContext& step) {
    return ServerId::parse(step.input().value("server", "")).value_or(ServerId{});
}

Result<void> stop_agent(Servers& servers, const Server& server) {
    const auto key = TRY(servers.keys().ssh());
    const auto ssh = TRY(Ssh::open(server, key, servers.needs().options.scratch_folder));
    TRY(ssh.run(
        {.program = "/usr/bin/systemctl", .argv = {"disable", "--now", "hostelry-agent.service"}}
    ));
    TRY(ssh.run({.program = "/usr/bin/rm", .argv = {"-f", kIdentityFile}}));
    return {};
}

/// A machine that is gone or refuses us must not stand in the way of its own removal.
Result<nlohmann::json> say_farewell(Servers& servers, StepContext& step) {
    const auto server = servers.get(step.tenant(), leaving_server(step));
    if (!server) {
        return nlohmann::json{{"stopped", false}};
    }
    const auto stopped = stop_agent(servers, *server);
    if (!stopped) {
        step.note("Not reached; its certificate is revoked all the same");
        step.log(stopped.error().message);
    }
    return nlohmann::json{{"stopped", stopped.has_value()}};
}

Result<nlohmann::json> forget_server(Servers& servers, StepContext& step) {
    const auto id = leaving_server(step);
    TRY(servers.needs().database.in_tenant(step.tenant(), [&](db::Transaction& tx) -> Result<void> {
        ServerStore store(tx);
        const auto server = store.find(id);
        if (!server) {
            return {};
        }
        store.revoke_agent(id);
        store.remove(id);
        events::publish(
            tx,
            {.type = "server.removed",
             .tenant = server->tenant,
             .actor = step.actor(),
             .subject_type = "server",
             .subject_id = id.uuid,
             .data = nlohmann::json{{"name", server->name}, {"address", server->address}}}
        );
        shell::announce(tx, "server", id.uuid, server->tenant);
        return {};
    }));
    return nlohmann::json{{"removed", true}};
}

}  // namespace

queue::JobKind removal_job(Servers& servers) {
    return {
        .name = std::string(kRemovalJob),
        .title = "Remove server",
        .queue = "servers",
        .steps = {
            {.name = "farewell",
             .title = "Stop its agent",
             .run = [&servers](StepContext& step) { return say_farewell(servers, step); }},
            {.name = "forget",
             .title = "Revoke its certificate and forget it",
             .run = [&servers](StepContext& step) { return forget_server(servers, step); }},
        }};
}

}  // namespace hostelry::servers
