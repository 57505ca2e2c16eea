#include "core/features/servers/server_pages.h"

#include "core/features/jobs/jobs.h"
#include "core/features/servers/server_figures.h"
#include "core/features/shell/list_page.h"

#include "templates/servers/index.cpt.h"
#include "templates/servers/show.cpt.h"

#include <algorithm>

namespace hostelry::servers {
namespace {

const shell::ListDescription& server_list() {
    using view::Priority;
    static const view::Action kAdd{.label = "Add server", .icon = "plus", .href = "/servers/new"};
    static const shell::ListDescription kList{
        .path = "/servers",
        .section = "servers",
        .topic = "server",
        .title = "Servers",
        .summary = "Machines on which sites live.",
        .noun = {"server", "servers"},
        .icon = "server",
        .placeholder = "Name or address",
        .segments =
            {{"", "All"},
             {"ready", "Ready", view::Status::Ready},
             {"provisioning", "Provisioning", view::Status::Working},
             {"failed", "Failed", view::Status::Failed}},
        .columns =
            {{.label = "Name"},
             {.label = "Status"},
             {.label = "Load", .is_number = true},
             {.label = "Memory", .is_number = true},
             {.label = "Disk", .priority = Priority::DesktopOnly, .is_number = true},
             {.label = "Last seen", .priority = Priority::WideOnly, .is_number = true},
             {.label = "Actions", .label_is_hidden = true}},
        .rows_on_page = 50,
        .creation = shell::Creation{kAdd, {"server:create"}},
        .nothing_yet = {
            .title = "No servers yet",
            .text = "A server is a Debian machine on which sites live. Add one by its address; the "
                    "panel sets it up.",
            .action = kAdd}};
    return kList;
}

std::vector<view::Action> actions_of(const http::Principal& principal, const Server& server) {
    std::vector<view::Action> actions;
    const auto href = href_of(server);
    const bool is_idle = server.state == ServerState::Ready || server.state == ServerState::Failed;
    if (is_idle && principal.may("server:update")) {
        actions.push_back(
            {.label = server.state == ServerState::Failed ? "Retry" : "Set up again",
             .icon = "rotate-cw",
             .href = href + "/bring-up",
             .kind = view::ActionKind::Post}
        );
    }
    if (principal.may("server:delete")) {
        if (!actions.empty()) {
            actions.emplace_back();
        }
        actions.push_back(
            {.label = "Remove",
             .icon = "trash-2",
             .href = href + "/deletion",
             .kind = view::ActionKind::Dialog,
             .look = view::ActionLook::Danger}
        );
    }
    return actions;
}

ServerRow row_of(
    const http::Principal& principal, const Server& server, const view::ReaderTime& time
) {
    auto figures = figures_of(server, time);
    return {
        .id = server.id.to_string(),
        .name = server.name,
        .address =
            server.kind == ServerKind::Local ? server.address + ", this machine" : server.address,
        .chip = chip_of(server, true),
        .load = std::move(figures.load),
        .memory = std::move(figures.memory),
        .disk = std::move(figures.disk),
        .last_seen = server.last_seen_at,
        .menu = {
            .id = "m-" + server.id.to_string(),
            .label = "Actions for " + server.name,
            .items = actions_of(principal, server)}};
}

}  // namespace

std::string href_of(const Server& server) {
    return "/servers/" + server.id.to_string();
}

Actor actor_of(const http::Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    return {
        .tenant = principal.tenant,
        .user = principal.user.is_nil() ? std::nullopt : std::optional{principal.user},
        .client_address = exchange.request.client_address,
        .request_id = exchange.request.request_id};
}

Result<ServerId> server_id_of(const http::Request& request) {
    const auto id = ServerId::parse(request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such server.");
    }
    return *id;
}

http::Response ServerPages::index(http::Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const shell::ListQuery query(server_list(), exchange);
    auto found = servers_.list(principal.tenant, {query.words(), std::nullopt});
    if (!found) {
        return http::Response::failed(found.error());
    }
    ServersPage page;
    page.list = query.list(shell::keep_page(query, *found, [](const Server& server) {
        return state_name(server.state);
    }));
    const auto context = shell_.context(exchange);
    for (const auto& server : *found) {
        page.rows.push_back(row_of(principal, server, context.time));
    }
    return shell::list_answer(
        shell_, exchange, query, page, views::servers::list_part, views::servers::index
    );
}

ServerLive ServerPages::live_of(const http::Exchange& exchange, const Server& server) const {
    const auto context = shell_.context(exchange);
    auto figures = figures_of(server, context.time);
    ServerLive live;
    live.refresh_href = href_of(server) + "/live";
    live.facts = facts_of(server);
    live.facts.insert(live.facts.begin(), {.label = "Status", .chip = chip_of(server, false)});
    live.resources = std::move(figures.resources);
    live.services = std::move(figures.services);
    if (server.state == ServerState::Failed) {
        live.note = view::Note{
            .kind = view::NoteKind::Failure,
            .title = "The server could not be set up.",
            .text = server.cause,
            .actions = {}};
    } else if (server.state == ServerState::Ready && !server.is_online) {
        live.note = view::Note{
            .kind = view::NoteKind::Warning,
            .title = "The agent is not connected.",
            .text =
                "Sites may work all the same, but the panel cannot change anything on this "
                "server. It connects by itself when it can reach the panel. On the server: "
                "journalctl -u hostelry-agent",
            .actions = {}};
    }
    return live;
}

Result<ServerPageView> ServerPages::page_of(http::Exchange& exchange, ServerId id) {
    const auto& principal = exchange.signed_in();
    const auto now = exchange.clock.now();
    return servers_.needs().database.in_tenant(
        principal.tenant,
        [&](db::Transaction& tx) -> Result<ServerPageView> {
            ServerStore store(tx);
            const auto server = TRY(store.get(id));
            ServerPageView page;
            page.live = live_of(exchange, server);
            page.job = jobs::latest_card(tx, principal, now, "server", id.uuid);
            page.uses = servers_.uses_of(tx, id, std::nullopt);
            page.uses_href = shell::link_with("/sites", {{"q", server.name}});
            page.head = {
                .breadcrumbs = {{"Servers", "/servers"}},
                .title = server.name,
                .summary = server.kind == ServerKind::Local ? "This machine" : server.address};
            if (auto items = actions_of(principal, server); !items.empty()) {
                page.head.menu = view::Menu{
                    .id = "m-server",
                    .label = "Actions for " + server.name,
                    .items = std::move(items),
                    .small = false};
            }
            if (!principal.may("server:update")) {
                return page;
            }
            page.offer_action = href_of(server) + "/placements";
            for (const auto& placement : store.placements(id)) {
                page.placements.push_back(
                    {placement.tenant_name,
                     placement.since,
                     {.label = "Withdraw",
                      .href =
                          page.offer_action + "/" + placement.tenant.to_string() + "/withdrawal",
                      .kind = view::ActionKind::Post}}
                );
            }
            view::SelectField offer;
            offer.name = "tenant";
            offer.label = "Offer to";
            offer.required = true;
            for (const auto& possible : store.possible_placements(id)) {
                offer.options.push_back({possible.tenant.to_string(), possible.tenant_name});
            }
            if (!offer.options.empty()) {
                page.offer = std::move(offer);
            }
            return page;
        }
    );
}

http::Response ServerPages::show(http::Exchange& exchange) {
    const auto id = server_id_of(exchange.request);
    if (!id) {
        return http::Response::failed(id.error());
    }
    auto page = page_of(exchange, *id);
    if (!page) {
        return http::Response::failed(page.error());
    }
    std::vector<std::string> topics{"server:" + id->to_string()};
    if (page->job && !page->job->refresh_href.empty()) {
        const auto slash = page->job->refresh_href.find("/jobs/");
        topics.push_back("job:" + page->job->refresh_href.substr(slash + 6, 36));
    }
    page->frame = shell_.frame(
        exchange, {.title = page->head.title, .section = "servers", .topics = std::move(topics)}
    );
    page->activity = shell_.activity(exchange, id->uuid);
    return shell_.page(exchange, [&](view::Out& out) { views::servers::show(out, *page); });
}

http::Response ServerPages::live_part(http::Exchange& exchange) {
    const auto id = server_id_of(exchange.request);
    const auto server = id ? servers_.get(exchange.signed_in().tenant, *id)
                           : Result<Server>(tl::unexpected(id.error()));
    if (!server) {
        return http::Response::failed(server.error());
    }
    const auto live = live_of(exchange, *server);
    return shell_.page(exchange, [&](view::Out& out) { views::servers::live_part(out, live); });
}

http::Response ServerPages::back_to(
    http::Exchange& exchange, const std::string& path, const std::string& message
) {
    auto response = http::Response::go_to(exchange.request, path);
    shell::Shell::flash(response, message);
    return response;
}

http::Response ServerPages::bring_up_again(http::Exchange& exchange) {
    const auto id = server_id_of(exchange.request);
    const auto job = id ? servers_.bring_up_again(actor_of(exchange), *id)
                        : Result<JobId>(tl::unexpected(id.error()));
    if (!job) {
        return http::Response::failed(job.error());
    }
    return back_to(exchange, "/servers/" + id->to_string(), "The server is being set up.");
}

http::Response ServerPages::offer(http::Exchange& exchange) {
    const auto id = server_id_of(exchange.request);
    const auto to = TenantId::parse(exchange.request.form_value("tenant"));
    if (!id || !to) {
        return http::Response::failed(
            id ? fail_fields({{"tenant", "Choose a tenant."}}).value() : id.error()
        );
    }
    if (const auto offered = servers_.offer(actor_of(exchange), *id, *to); !offered) {
        return http::Response::failed(offered.error());
    }
    return back_to(exchange, "/servers/" + id->to_string(), "The server is offered.");
}

http::Response ServerPages::withdraw(http::Exchange& exchange) {
    const auto id = server_id_of(exchange.request);
    const auto from = TenantId::parse(exchange.request.param("tenant"));
    if (!id || !from) {
        return http::Response::failed(fail(ErrorCode::NotFound, "There is no such server.").value()
        );
    }
    if (const auto done = servers_.withdraw(actor_of(exchange), *id, *from); !done) {
        return http::Response::failed(done.error());
    }
    return back_to(exchange, "/servers/" + id->to_string(), "The offer was withdrawn.");
}

}  // namespace hostelry::servers
