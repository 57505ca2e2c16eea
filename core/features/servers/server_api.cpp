#include "core/features/servers/server_api.h"

#include "core/features/servers/host_key.h"
#include "core/features/servers/server_pages.h"
#include "core/features/servers/server_types.h"
#include "core/platform/http/api.h"

namespace hostelry::servers {

namespace {

Result<ServerJobAnswer> job_answer(const Result<JobId>& job) {
    return job ? Result<ServerJobAnswer>(ServerJobAnswer{*job}) : tl::unexpected(job.error());
}

Result<HostKeyAnswer> scan_for(const http::Request& request) {
    const auto wanted = TRY(http::body_as<ScanHostKey>(request));
    if (!is_server_address(wanted.address)) {
        return fail_fields({{"address", "Give an IP address or a host name."}});
    }
    const auto key = TRY(scan_host_key(wanted.address, wanted.port));
    return HostKeyAnswer{key.line(), key.fingerprint()};
}

Result<void> offer_to(Servers& servers, const http::Exchange& exchange) {
    const auto id = TRY(server_id_of(exchange.request));
    const auto wanted = TRY(http::body_as<OfferServer>(exchange.request));
    return servers.offer(actor_of(exchange), id, wanted.tenant);
}

Result<void> withdraw_from(Servers& servers, const http::Exchange& exchange) {
    const auto id = TRY(server_id_of(exchange.request));
    const auto tenant = TenantId::parse(exchange.request.param("tenant"));
    if (!tenant) {
        return fail(ErrorCode::NotFound, "The server is not offered to this tenant.");
    }
    return servers.withdraw(actor_of(exchange), id, *tenant);
}

Result<ServerAnswer> find_answer(Servers& servers, const http::Exchange& exchange) {
    const auto id = TRY(server_id_of(exchange.request));
    const auto server = TRY(servers.get(exchange.signed_in().tenant, id));
    return answer_of(server);
}

Result<std::vector<ServerAnswer>> list_for(Servers& servers, const http::Exchange& exchange) {
    const auto asked = TRY(http::query_as<ListServers>(exchange.request));
    const auto found = TRY(servers.list(
        exchange.signed_in().tenant,
        {.words = asked.words, .state = server_state_from_name(asked.state)}
    ));
    std::vector<ServerAnswer> answers;
    answers.reserve(found.size());
    for (const auto& server : found) {
        answers.push_back(answer_of(server));
    }
    return answers;
}

Result<ServerAnswer> add_from(Servers& servers, const http::Exchange& exchange) {
    const auto wanted = TRY(http::body_as<AddServer>(exchange.request));
    const auto added =
        TRY(servers.add(actor_of(exchange), wanted, http::idempotency_key(exchange.request)));
    return answer_of(added.server, added.job);
}

Result<ServerJobAnswer> retry_for(Servers& servers, const http::Exchange& exchange) {
    const auto id = TRY(server_id_of(exchange.request));
    return job_answer(servers.bring_up_again(actor_of(exchange), id));
}

Result<ServerJobAnswer> remove_for(Servers& servers, const http::Exchange& exchange) {
    const auto id = TRY(server_id_of(exchange.request));
    return job_answer(servers.remove(actor_of(exchange), id));
}

Result<std::vector<PlacementAnswer>> placements_for(
    Servers& servers, const http::Exchange& exchange
) {
    const auto id = TRY(server_id_of(exchange.request));
    return servers.needs().database.in_tenant(
        exchange.signed_in().tenant,
        [&](db::Transaction& tx) -> Result<std::vector<PlacementAnswer>> {
            ServerStore store(tx);
            TRY(store.get(id));
            std::vector<PlacementAnswer> answers;
            for (const auto& placement : store.placements(id)) {
                answers.push_back({placement.tenant, placement.tenant_name, placement.since});
            }
            return answers;
        }
    );
}

}  // namespace

http::Response ServerApi::list(http::Exchange& exchange) {
    return http::listed(list_for(servers_, exchange));
}

http::Response ServerApi::get(http::Exchange& exchange) {
    return http::answered(find_answer(servers_, exchange));
}

http::Response ServerApi::add(http::Exchange& exchange) {
    return http::created(add_from(servers_, exchange), "/api/v1/servers");
}

http::Response ServerApi::retry(http::Exchange& exchange) {
    return http::answered(retry_for(servers_, exchange), 202);
}

http::Response ServerApi::remove(http::Exchange& exchange) {
    return http::answered(remove_for(servers_, exchange), 202);
}

http::Response ServerApi::key(http::Exchange&) {
    return http::answered(servers_.panel_public_key().map([](const std::string& key) {
        return ServerKeyAnswer{key};
    }));
}

http::Response ServerApi::scan(http::Exchange& exchange) {
    return http::answered(scan_for(exchange.request));
}

http::Response ServerApi::placements(http::Exchange& exchange) {
    return http::listed(placements_for(servers_, exchange));
}

http::Response ServerApi::offer(http::Exchange& exchange) {
    return http::answered(offer_to(servers_, exchange));
}

http::Response ServerApi::withdraw(http::Exchange& exchange) {
    return http::answered(withdraw_from(servers_, exchange));
}

}  // namespace hostelry::servers
