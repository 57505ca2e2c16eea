#include "core/features/servers/servers.h"

#include "core/features/servers/bring_up.h"
#include "core/features/servers/removal.h"
#include "core/features/servers/server_routes.h"
#include "core/features/shell/shell.h"
#include "core/platform/events/events.h"
#include "core/platform/queue/job_store.h"

#include <nlohmann/json.hpp>

namespace hostelry::servers {

namespace {

constexpr std::string_view kSshUser = "root";
constexpr auto kSubject = "server";

void publish_change(
    db::Transaction& tx,
    const Actor& actor,
    const Server& server,
    const std::string& type,
    nlohmann::json facts
) {
    facts["name"] = server.name;
    facts["address"] = server.address;
    events::publish(
        tx,
        {.type = type,
         .tenant = server.tenant,
         .actor = actor.user,
         .subject_type = kSubject,
         .subject_id = server.id.uuid,
         .data = facts,
         .client_address = actor.client_address,
         .request_id = actor.request_id}
    );
    shell::announce(tx, kSubject, server.id.uuid, server.tenant);
}

JobId enqueue_for(
    db::Transaction& tx, const Actor& actor, const Server& server, std::string_view kind
) {
    const auto key = "server:" + server.id.to_string();
    return queue::enqueue(
        tx,
        {.kind = std::string(kind),
         .tenant = server.tenant,
         .input = nlohmann::json{{"server", server.id.to_string()}, {"name", server.name}},
         .unique_key = std::string(kind) + ":" + server.id.to_string(),
         .exclusive_key = key,
         .actor = actor.user,
         .subject_type = kSubject,
         .subject_id = server.id.uuid,
         .subject_name = server.name}
    );
}

/// A machine that is leaving needs no bring-up any more.
Result<void> cancel_bring_up(db::Transaction& tx, const Server& server) {
    queue::JobFilter filter;
    filter.states = {queue::JobState::Queued, queue::JobState::Running, queue::JobState::Waiting};
    filter.kind = std::string(kBringUpJob);
    filter.subject_type = kSubject;
    filter.subject_id = server.id.uuid;
    queue::JobStore jobs(tx);
    for (const auto& job : jobs.list(filter).jobs) {
        TRY(jobs.cancel(job.id));
    }
    return {};
}

Result<void> check_other_machine(const Servers::Options& options, const AddServer& request) {
    if (options.is_own_address(request.address)) {
        return fail_fields(
            {{"address",
              "This is an address of the panel's own machine. Choose \"This machine\", so that its "
              "firewall leaves the panel reachable."}}
        );
    }
    if (request.host_key.empty()) {
        return fail_fields(
            {{"host_key",
              "Give the server's SSH host key, so that the panel talks to the right machine."}}
        );
    }
    return {};
}

}  // namespace

Servers::Servers(Needs needs)
    : needs_(std::move(needs)),
      keys_({needs_.database, needs_.clock, needs_.sealer, needs_.options.scratch_folder}),
      orders_({needs_.database, needs_.listener, needs_.clock, needs_.random, needs_.sealer}) {}

Servers::~Servers() = default;

void Servers::add_routes(http::Router& router, shell::Shell& shell) {
    add_server_routes(*this, router, shell);
}

void Servers::add_jobs(queue::Registry& registry) {
    registry.add(bring_up_job(*this));
    registry.add(removal_job(*this));
    registry.add(upkeep_job(*this));
    registry.add_schedule(
        {.name = "servers.upkeep",
         .kind = "servers.upkeep",
         .cron = "41 * * * *",
         .time_zone = "UTC"}
    );
}

void Servers::count_uses_with(UseCounter counter) {
    counters_.push_back(std::move(counter));
}

Result<nlohmann::json> Servers::apply(
    ServerId server, const nlohmann::json& plan, const ApplyOptions& options
) {
    return orders_.apply(server, plan, options);
}

Result<std::string> Servers::panel_public_key() {
    return keys_.ssh_public_key();
}

Result<AddedServer> Servers::add(
    const Actor& actor, AddServer request, std::optional<std::string> request_key
) {
    auto errors = check_server(request);
    if (!errors.empty()) {
        return fail_fields(std::move(errors));
    }
    TRY(request.kind == "local" ? check_this_machine()
                                : check_other_machine(needs_.options, request));
    const auto id = ServerId::make(needs_.clock, needs_.random);
    return needs_.database.in_tenant(actor.tenant, [&](db::Transaction& tx) -> Result<AddedServer> {
        ServerStore store(tx);
        if (request_key) {
            if (auto before = store.find_by_request_key(actor.tenant, *request_key)) {
                return AddedServer{*std::move(before), std::nullopt};
            }
        }
        TRY(store.insert(
            {.id = id,
             .tenant = actor.tenant,
             .request = request,
             .public_address = is_address_literal(request.address) ? request.address : "",
             .ssh_user = std::string(kSshUser),
             .request_key = request_key}
        ));
        auto server = TRY(store.get(id));
        publish_change(tx, actor, server, "server.added", {{"kind", request.kind}});
        const auto job = enqueue_for(tx, actor, server, kBringUpJob);
        return AddedServer{std::move(server), job};
    });
}

Result<JobId> Servers::bring_up_again(const Actor& actor, ServerId id) {
    return needs_.database.in_tenant(actor.tenant, [&](db::Transaction& tx) -> Result<JobId> {
        ServerStore store(tx);
        const auto server = TRY(store.get(id));
        if (server.state == ServerState::Removing) {
            return fail(ErrorCode::Conflict, "The server is being removed.");
        }
        publish_change(tx, actor, server, "server.bring_up_asked", nlohmann::json::object());
        return enqueue_for(tx, actor, server, kBringUpJob);
    });
}

Result<JobId> Servers::remove(const Actor& actor, ServerId id) {
    return needs_.database.in_tenant(actor.tenant, [&](db::Transaction& tx) -> Result<JobId> {
        ServerStore store(tx);
        // The state first: it waits for those who are putting something there (usable_server).
        if (!store.set_state(id, ServerState::Removing, "")) {
            return fail(ErrorCode::NotFound, "There is no such server.");
        }
        const auto server = TRY(store.get(id));
        if (const auto uses = uses_of(tx, id, std::nullopt); !uses.empty()) {
            return fail(
                ErrorCode::Conflict,
                "The server " + server.name + " cannot be removed: " + uses +
                    " live on it. Delete or move them first."
            );
        }
        TRY(cancel_bring_up(tx, server));
        publish_change(tx, actor, server, "server.removal_asked", nlohmann::json::object());
        return enqueue_for(tx, actor, server, kRemovalJob);
    });
}

Result<void> Servers::offer(const Actor& actor, ServerId id, TenantId to) {
    return needs_.database.in_tenant(actor.tenant, [&](db::Transaction& tx) -> Result<void> {
        ServerStore store(tx);
        const auto server = TRY(store.get(id));
        const auto name = store.descendant_name(to);
        if (!name) {
            return fail_fields({{"tenant", "There is no such tenant below yours."}});
        }
        if (store.insert_placement(to, id, actor.tenant)) {
            publish_change(
                tx, actor, server, "server.offered", {{"to", to.to_string()}, {"to_name", *name}}
            );
        }
        return {};
    });
}

Result<void> Servers::withdraw(const Actor& actor, ServerId id, TenantId from) {
    return needs_.database.in_tenant(actor.tenant, [&](db::Transaction& tx) -> Result<void> {
        ServerStore store(tx);
        const auto server = TRY(store.get(id));
        if (!store.remove_placement(from, id)) {
            return fail(ErrorCode::NotFound, "The server is not offered to this tenant.");
        }
        if (const auto uses = uses_of(tx, id, from); !uses.empty()) {
            return fail(
                ErrorCode::Conflict,
                "The offer cannot be withdrawn: " + uses + " of this tenant live on " +
                    server.name + ". Delete or move them first."
            );
        }
        publish_change(tx, actor, server, "server.withdrawn", {{"from", from.to_string()}});
        return {};
    });
}

Result<std::vector<Server>> Servers::list(TenantId tenant, const ServerFilter& filter) {
    return needs_.database.in_tenant(
        tenant,
        [&](db::Transaction& tx) -> Result<std::vector<Server>> {
            return ServerStore(tx).list(filter);
        }
    );
}

Result<Server> Servers::get(TenantId tenant, ServerId server) {
    return needs_.database.in_tenant(tenant, [&](db::Transaction& tx) -> Result<Server> {
        return ServerStore(tx).get(server);
    });
}

std::string Servers::uses_of(db::Transaction& tx, ServerId server, std::optional<TenantId> tenant) {
    std::string uses;
    for (const auto& counter : counters_) {
        const auto count = counter.count(tx, server, tenant);
        if (count > 0) {
            uses += (uses.empty() ? "" : ", ") + std::to_string(count) + " " +
                    (count == 1 ? counter.singular : counter.plural);
        }
    }
    return uses;
}

}  // namespace hostelry::servers
