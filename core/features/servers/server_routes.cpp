#include "core/features/servers/server_routes.h"

#include "core/features/servers/server_api.h"
#include "core/features/servers/server_pages.h"
#include "core/features/servers/server_types.h"
#include "core/platform/http/api.h"

#include <functional>
#include <memory>

namespace hostelry::servers {

namespace {

using http::Method;

void add_server_pages(Servers& servers, http::Router& router, shell::Shell& shell) {
    const auto pages = std::make_shared<ServerPages>(servers, shell);
    const auto add = http::pages_of(router, pages);
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

using AddOperation =
    std::function<void(const http::ApiOperation&, http::Response (ServerApi::*)(http::Exchange&))>;

void add_machines(const AddOperation& add) {
    const auto* server = &describe<ServerAnswer>();
    const auto* job = &describe<ServerJobAnswer>();
    add({.method = Method::Get,
         .path = "/servers",
         .permission = "server:read",
         .operation = "listServers",
         .summary = "Managed servers",
         .query = &describe<ListServers>(),
         .response = server,
         .is_list = true},
        &ServerApi::list);
    add({.method = Method::Post,
         .path = "/servers",
         .permission = "server:create",
         .operation = "addServer",
         .summary = "Add a machine and bring it up",
         .request = &describe<AddServer>(),
         .response = server,
         .idempotent = true},
        &ServerApi::add);
    add({.method = Method::Get,
         .path = "/servers/{id}",
         .permission = "server:read",
         .operation = "getServer",
         .summary = "One server",
         .response = server},
        &ServerApi::get);
    add({.method = Method::Delete,
         .path = "/servers/{id}",
         .permission = "server:delete",
         .operation = "removeServer",
         .summary = "Let a server go",
         .response = job},
        &ServerApi::remove);
    add({.method = Method::Post,
         .path = "/servers/{id}/bring-up",
         .permission = "server:update",
         .operation = "retryServer",
         .summary = "Bring a server up once more",
         .response = job},
        &ServerApi::retry);
}

void add_keys(const AddOperation& add) {
    add({.method = Method::Get,
         .path = "/server-key",
         .permission = "server:create",
         .operation = "getServerKey",
         .summary = "The SSH key with which the panel signs in to servers",
         .response = &describe<ServerKeyAnswer>()},
        &ServerApi::key);
    add({.method = Method::Post,
         .path = "/host-key-scan",
         .permission = "server:create",
         .operation = "scanHostKey",
         .summary = "Ask a machine for its SSH host key",
         .request = &describe<ScanHostKey>(),
         .response = &describe<HostKeyAnswer>()},
        &ServerApi::scan);
}

void add_placements(const AddOperation& add) {
    add({.method = Method::Get,
         .path = "/servers/{id}/placements",
         .permission = "server:read",
         .operation = "listServerPlacements",
         .summary = "To whom a server is offered",
         .response = &describe<PlacementAnswer>(),
         .is_list = true},
        &ServerApi::placements);
    add({.method = Method::Post,
         .path = "/servers/{id}/placements",
         .permission = "server:update",
         .operation = "offerServer",
         .summary = "Offer a server to a tenant below",
         .request = &describe<OfferServer>()},
        &ServerApi::offer);
    add({.method = Method::Delete,
         .path = "/servers/{id}/placements/{tenant}",
         .permission = "server:update",
         .operation = "withdrawServer",
         .summary = "Withdraw an offer"},
        &ServerApi::withdraw);
}

void add_server_api(Servers& servers, http::Router& router) {
    const auto api = std::make_shared<ServerApi>(servers);
    const auto add = http::operations_of(router, api);
    add_machines(add);
    add_keys(add);
    add_placements(add);
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
