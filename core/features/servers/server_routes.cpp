#include "core/features/servers/server_routes.h"

#include "core/features/servers/server_api.h"
#include "core/features/servers/server_pages.h"
#include "core/features/servers/server_types.h"

#include <memory>

namespace hostelry::servers {

namespace {

using http::Access;
using http::Csrf;
using http::Method;
using http::RateClass;

http::Route server_page_route(Method method, std::string path, std::string permission) {
    return {
        .method = method,
        .path = std::move(path),
        .permission = std::move(permission),
        .access = Access::SignedIn,
        .csrf = Csrf::Token,
        .rate = RateClass::Page};
}

http::Route server_api_route(
    Method method,
    std::string path,
    std::string permission,
    std::string operation,
    std::string summary
) {
    return {
        .method = method,
        .path = "/api/v1" + std::move(path),
        .permission = std::move(permission),
        .access = Access::SignedIn,
        .csrf = Csrf::None,
        .rate = RateClass::Api,
        .operation = std::move(operation),
        .summary = std::move(summary),
        .api = true};
}

void add_server_pages(Servers& servers, http::Router& router, shell::Shell& shell) {
    const auto pages = std::make_shared<ServerPages>(servers, shell);
    const auto add = [&](Method method,
                         std::string path,
                         std::string permission,
                         http::Response (ServerPages::*act)(http::Exchange&)) {
        auto route = server_page_route(method, std::move(path), std::move(permission));
        route.handler = [pages, act](http::Exchange& exchange) { return (*pages.*act)(exchange); };
        router.add(std::move(route));
    };
    add(Method::Get, "/servers", "server:read", &ServerPages::index);
    add(Method::Post, "/servers", "server:create", &ServerPages::create);
    add(Method::Get, "/servers/new", "server:create", &ServerPages::show_new);
    add(Method::Get, "/servers/{id}", "server:read", &ServerPages::show);
    add(Method::Get, "/servers/{id}/live", "server:read", &ServerPages::live_part);
    add(Method::Post, "/servers/{id}/bring-up", "server:update", &ServerPages::bring_up_again);
    add(Method::Get, "/servers/{id}/deletion", "server:delete", &ServerPages::show_deletion);
    add(Method::Post, "/servers/{id}/deletion", "server:delete", &ServerPages::remove);
    add(Method::Post, "/servers/{id}/placements", "server:update", &ServerPages::offer);
    add(Method::Post,
        "/servers/{id}/placements/{tenant}/withdrawal",
        "server:update",
        &ServerPages::withdraw);
}

void add_server_api(Servers& servers, http::Router& router) {
    const auto api = std::make_shared<ServerApi>(servers);
    const auto add = [&](http::Route route,
                         http::Response (ServerApi::*act)(http::Exchange&),
                         const Description* request,
                         const Description* response) {
        route.request = request;
        route.response = response;
        route.response_is_list = route.operation.starts_with("list");
        route.handler = [api, act](http::Exchange& exchange) { return (*api.*act)(exchange); };
        router.add(std::move(route));
    };
    const auto* server = &describe<ServerAnswer>();
    const auto* job = &describe<ServerJobAnswer>();
    add(server_api_route(Method::Get, "/servers", "server:read", "listServers", "Managed servers"),
        &ServerApi::list,
        nullptr,
        server);
    add(server_api_route(
            Method::Post, "/servers", "server:create", "addServer", "Add a machine and bring it up"
        ),
        &ServerApi::add,
        &describe<AddServer>(),
        server);
    add(server_api_route(Method::Get, "/servers/{id}", "server:read", "getServer", "One server"),
        &ServerApi::get,
        nullptr,
        server);
    add(server_api_route(
            Method::Delete, "/servers/{id}", "server:delete", "removeServer", "Let a server go"
        ),
        &ServerApi::remove,
        nullptr,
        job);
    add(server_api_route(
            Method::Post,
            "/servers/{id}/bring-up",
            "server:update",
            "retryServer",
            "Bring a server up once more"
        ),
        &ServerApi::retry,
        nullptr,
        job);
    add(server_api_route(
            Method::Get,
            "/server-key",
            "server:create",
            "getServerKey",
            "The SSH key with which the panel signs in to servers"
        ),
        &ServerApi::key,
        nullptr,
        &describe<ServerKeyAnswer>());
    add(server_api_route(
            Method::Post,
            "/host-key-scan",
            "server:create",
            "scanHostKey",
            "Ask a machine for its SSH host key"
        ),
        &ServerApi::scan,
        &describe<ScanHostKey>(),
        &describe<HostKeyAnswer>());
    add(server_api_route(
            Method::Get,
            "/servers/{id}/placements",
            "server:read",
            "listServerPlacements",
            "To whom a server is offered"
        ),
        &ServerApi::placements,
        nullptr,
        &describe<PlacementAnswer>());
    add(server_api_route(
            Method::Post,
            "/servers/{id}/placements",
            "server:update",
            "offerServer",
            "Offer a server to a tenant below"
        ),
        &ServerApi::offer,
        &describe<OfferServer>(),
        nullptr);
    add(server_api_route(
            Method::Delete,
            "/servers/{id}/placements/{tenant}",
            "server:update",
            "withdrawServer",
            "Withdraw an offer"
        ),
        &ServerApi::withdraw,
        nullptr,
        nullptr);
}

}  // namespace

void add_server_routes(Servers& servers, http::Router& router, shell::Shell& shell) {
    add_server_pages(servers, router, shell);
    add_server_api(servers, router);
    shell.add_topic("server", [](db::Transaction& tx, const Uuid& id) {
        return ServerStore(tx).find(ServerId{id}).has_value();
    });
    shell.add_source(
        "server:read",
        [](db::Transaction& tx, const http::Principal&, const std::string& words) {
            std::vector<view::PaletteItem> items;
            for (const auto& server : ServerStore(tx).list({.words = words, .state = {}})) {
                if (items.size() < 5) {
                    items.push_back(
                        {server.name, server.address, "server", "/servers/" + server.id.to_string()}
                    );
                }
            }
            return items;
        }
    );
}

}  // namespace hostelry::servers
