#include "core/features/servers/server_api.h"

#include "core/features/servers/host_key.h"
#include "core/features/servers/server_pages.h"
#include "core/features/servers/server_types.h"

#include <nlohmann/json.hpp>

namespace hostelry::servers {

namespace {

using nlohmann::json;

template <class T>
Result<T> read_json(const http::Request& request) {
    const auto body = json::parse(request.body, nullptr, false);
    if (!request.is_json() || !body.is_object()) {
        return fail(ErrorCode::Invalid, "Send a JSON object with Content-Type application/json.");
    }
    return decode_as<T>(body);
}

template <class T>
json json_of(const T& value) {
    return encode(describe<T>(), &value);
}

template <class T>
http::Response answered(const Result<T>& result, int status = 200) {
    return result ? http::Response::json(json_of(*result), status)
                  : http::Response::failed(result.error());
}

http::Response done(const Result<void>& result) {
    return result ? http::Response::no_content() : http::Response::failed(result.error());
}

http::Response listed(json items) {
    return http::Response::json({{"items", std::move(items)}, {"next", nullptr}});
}

Result<ServerJobAnswer> job_answer(const Result<JobId>& job) {
    return job ? Result<ServerJobAnswer>(ServerJobAnswer{*job}) : tl::unexpected(job.error());
}

Result<HostKeyAnswer> scan_for(const http::Request& request) {
    const auto wanted = TRY(read_json<ScanHostKey>(request));
    if (!is_server_address(wanted.address)) {
        return fail_fields({{"address", "Give an IP address or a host name."}});
    }
    const auto key = TRY(scan_host_key(wanted.address, wanted.port));
    return HostKeyAnswer{key.line(), key.fingerprint()};
}

Result<void> offer_to(Servers& servers, const http::Exchange& exchange) {
    const auto id = TRY(server_id_of(exchange.request));
    const auto wanted = TRY(read_json<OfferServer>(exchange.request));
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

Result<AddedServer> add_from(Servers& servers, const http::Exchange& exchange) {
    const auto wanted = TRY(read_json<AddServer>(exchange.request));
    const auto key = exchange.request.header("idempotency-key");
    return servers.add(
        actor_of(exchange),
        wanted,
        key ? std::optional{std::string(key->substr(0, 100))} : std::nullopt
    );
}

Result<ServerJobAnswer> retry_for(Servers& servers, const http::Exchange& exchange) {
    const auto id = TRY(server_id_of(exchange.request));
    return job_answer(servers.bring_up_again(actor_of(exchange), id));
}

Result<ServerJobAnswer> remove_for(Servers& servers, const http::Exchange& exchange) {
    const auto id = TRY(server_id_of(exchange.request));
    return job_answer(servers.remove(actor_of(exchange), id));
}

Result<std::vector<Placement>> placements_for(Servers& servers, const http::Exchange& exchange) {
    const auto id = TRY(server_id_of(exchange.request));
    return servers.needs().database.in_tenant(
        exchange.signed_in().tenant,
        [&](db::Transaction& tx) -> Result<std::vector<Placement>> {
            ServerStore store(tx);
            TRY(store.get(id));
            return store.placements(id);
        }
    );
}

}  // namespace

http::Response ServerApi::list(http::Exchange& exchange) {
    const auto& request = exchange.request;
    const auto found = servers_.list(
        exchange.signed_in().tenant,
        {.words = request.query("q").value_or("").substr(0, 200),
         .state = server_state_from_name(request.query("state").value_or(""))}
    );
    if (!found) {
        return http::Response::failed(found.error());
    }
    json items = json::array();
    for (const auto& server : *found) {
        items.push_back(json_of(answer_of(server)));
    }
    return listed(std::move(items));
}

http::Response ServerApi::get(http::Exchange& exchange) {
    return answered(find_answer(servers_, exchange));
}

http::Response ServerApi::add(http::Exchange& exchange) {
    const auto added = add_from(servers_, exchange);
    if (!added) {
        return http::Response::failed(added.error());
    }
    auto response = http::Response::json(json_of(answer_of(added->server, added->job)), 201);
    response.set_header("Location", "/api/v1/servers/" + added->server.id.to_string());
    return response;
}

http::Response ServerApi::retry(http::Exchange& exchange) {
    return answered(retry_for(servers_, exchange), 202);
}

http::Response ServerApi::remove(http::Exchange& exchange) {
    return answered(remove_for(servers_, exchange), 202);
}

http::Response ServerApi::key(http::Exchange&) {
    const auto key = servers_.panel_public_key();
    return key ? http::Response::json(json_of(ServerKeyAnswer{*key}))
               : http::Response::failed(key.error());
}

http::Response ServerApi::scan(http::Exchange& exchange) {
    return answered(scan_for(exchange.request));
}

http::Response ServerApi::placements(http::Exchange& exchange) {
    const auto found = placements_for(servers_, exchange);
    if (!found) {
        return http::Response::failed(found.error());
    }
    json items = json::array();
    for (const auto& placement : *found) {
        items.push_back(json_of(PlacementAnswer{
            placement.tenant, placement.tenant_name, placement.since}));
    }
    return listed(std::move(items));
}

http::Response ServerApi::offer(http::Exchange& exchange) {
    return done(offer_to(servers_, exchange));
}

http::Response ServerApi::withdraw(http::Exchange& exchange) {
    return done(withdraw_from(servers_, exchange));
}

}  // namespace hostelry::servers
