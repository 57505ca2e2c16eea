#include "core/features/servers/server_pages.h"

#include "core/base/text.h"
#include "core/features/jobs/jobs.h"
#include "core/features/servers/host_key.h"
#include "core/features/servers/server_figures.h"
#include "core/platform/web/described_fields.h"

#include "templates/servers/form.cpt.h"
#include "templates/servers/index.cpt.h"
#include "templates/servers/show.cpt.h"

#include <algorithm>

namespace hostelry::servers {

namespace {

std::string href_of(const Server& server) {
    return "/servers/" + server.id.to_string();
}

ServerFilter filter_of(const http::Request& request) {
    return {
        .words = request.query("q").value_or("").substr(0, 200),
        .state = server_state_from_name(request.query("state").value_or(""))};
}

std::string list_href(const ServerFilter& filter) {
    std::string query;
    if (!filter.words.empty()) {
        query += "?q=" + percent_encode(filter.words);
    }
    if (filter.state) {
        query += (query.empty() ? "?state=" : "&state=") + std::string(state_name(*filter.state));
    }
    return "/servers" + query;
}

view::SegmentLink state_segment(
    std::string label,
    const ServerFilter& filter,
    std::optional<ServerState> state,
    const std::vector<Server>& all
) {
    const auto count = std::count_if(all.begin(), all.end(), [&](const Server& server) {
        return !state || server.state == *state;
    });
    return {
        .label = std::move(label),
        .href = list_href({filter.words, state}),
        .count = view::show_count(count),
        .is_current = filter.state == state};
}

view::List list_of(
    const ServerFilter& filter, const std::vector<Server>& all, std::size_t shown, bool may_create
) {
    view::List list;
    list.counted =
        view::show_count(static_cast<long long>(shown)) + (shown == 1 ? " server" : " servers");
    list.segments = {
        state_segment("All", filter, std::nullopt, all),
        state_segment("Ready", filter, ServerState::Ready, all),
        state_segment("Provisioning", filter, ServerState::Provisioning, all),
        state_segment("Failed", filter, ServerState::Failed, all)};
    list.table.label = "Servers";
    list.table.columns = {
        {.label = "Name"},
        {.label = "Status"},
        {.label = "Load", .is_number = true},
        {.label = "Memory", .is_number = true},
        {.label = "Disk", .priority = view::Priority::DesktopOnly, .is_number = true},
        {.label = "Last seen", .priority = view::Priority::WideOnly, .is_number = true},
        {.label = "Actions", .label_is_hidden = true}};
    if (shown == 0 && all.empty() && filter.words.empty()) {
        list.empty = view::EmptyState{
            .icon = "server",
            .title = "No servers yet",
            .text =
                "A server is a Debian machine on which sites live. Add one by its address; the "
                "panel sets it up."};
        if (may_create) {
            list.empty->action = view::Action{
                .label = "Add server",
                .icon = "plus",
                .href = "/servers/new",
                .look = view::ActionLook::Primary};
        }
    } else if (shown == 0) {
        list.empty = view::EmptyState{
            .icon = "server",
            .title = "No server fits this filter",
            .text = "Try other words, or look at all of them.",
            .action = view::Action{.label = "Show all servers", .href = "/servers"}};
    }
    list.pager.range = list.counted;
    list.refresh_href = list_href(filter);
    return list;
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

bool belongs_to_form(const Error& error) {
    return error.code == ErrorCode::Invalid || error.code == ErrorCode::Conflict ||
           error.code == ErrorCode::Unavailable;
}

int form_status(const Error* error) {
    if (error == nullptr) {
        return 200;
    }
    return error->code == ErrorCode::Conflict ? 409 : 422;
}

view::RadioCards kind_cards(const http::Request& request) {
    view::RadioCards cards;
    cards.name = "kind";
    cards.label = "Which machine";
    cards.cards = {
        {.value = "ssh",
         .title = "Another machine",
         .description = "A fresh Debian 12 or 13, reached by SSH.",
         .icon = "server"},
        {.value = "local",
         .title = "This machine",
         .description = "Where the panel runs. It needs systemd.",
         .icon = "monitor"}};
    cards.value = request.form_value("kind") == "local" ? "local" : "ssh";
    return cards;
}

std::string target_of(const AddServer& request) {
    return request.address + " port " + std::to_string(request.port);
}

/// The key that was shown to the person and confirmed by sending the form again, as long as it was
/// for the same target.
std::string confirmed_key(const http::Request& request, const AddServer& wanted) {
    return request.form_value("_scanned_for") == target_of(wanted)
               ? request.form_value("_scanned_key")
               : "";
}

ScannedKey scanned_key(const HostKey& key, const AddServer& request) {
    const auto file = key.algorithm == "ssh-ed25519" ? "ed25519"
                      : key.algorithm == "ssh-rsa"   ? "rsa"
                                                     : "ecdsa";
    return {
        .key = key.line(),
        .fingerprint = key.fingerprint(),
        .target = target_of(request),
        .command = "ssh-keygen -lf /etc/ssh/ssh_host_" + std::string(file) + "_key.pub"};
}

Result<AddServer> read_form(const http::Request& request) {
    AddServer wanted;
    auto errors = decode_form(describe<AddServer>(), request.form(), &wanted);
    if (wanted.kind.empty()) {
        wanted.kind = "ssh";
    }
    if (errors.empty()) {
        errors = check_server(wanted);
    }
    if (!errors.empty()) {
        return fail_fields(std::move(errors));
    }
    return wanted;
}

void lay_errors_on(view::RadioCards& cards, const Error* error) {
    for (const auto& problem : error != nullptr ? error->fields : std::vector<FieldError>{}) {
        if (problem.field == cards.name) {
            cards.error = problem.message;
        }
    }
}

}  // namespace

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
    const auto filter = filter_of(exchange.request);
    const auto all = servers_.list(principal.tenant, {filter.words, std::nullopt});
    if (!all) {
        return http::Response::failed(all.error());
    }
    const auto context = shell_.context(exchange);
    ServersPage page;
    for (const auto& server : *all) {
        if (!filter.state || server.state == *filter.state) {
            page.rows.push_back(row_of(principal, server, context.time));
        }
    }
    page.list = list_of(filter, *all, page.rows.size(), principal.may("server:create"));
    if (exchange.request.is_htmx() && exchange.request.header("hx-target") == "list") {
        return shell_.page(exchange, [&](view::Out& out) { views::servers::list_part(out, page); });
    }
    page.shell = shell_.frame(
        exchange,
        {.title = "Servers",
         .section = "servers",
         .topics = {"list:server:" + principal.tenant.to_string()}}
    );
    page.head = {.title = "Servers", .summary = "Machines on which sites live."};
    if (principal.may("server:create")) {
        page.head.actions.push_back(
            {.label = "Add server",
             .icon = "plus",
             .href = "/servers/new",
             .look = view::ActionLook::Primary}
        );
    }
    page.filter = {
        .href = "/servers", .query = filter.words, .placeholder = "Name or address", .kept = {}};
    if (filter.state) {
        page.filter.kept.emplace_back("state", std::string(state_name(*filter.state)));
    }
    return shell_.page(exchange, [&](view::Out& out) { views::servers::index(out, page); });
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
    page->shell = shell_.frame(
        exchange, {.title = page->head.title, .section = "servers", .topics = std::move(topics)}
    );
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

http::Response ServerPages::show_new(http::Exchange& exchange) {
    return new_form(exchange, nullptr, std::nullopt);
}

http::Response ServerPages::create(http::Exchange& exchange) {
    auto request = read_form(exchange.request);
    if (!request) {
        return new_form(exchange, &request.error(), std::nullopt);
    }
    if (request->kind == "ssh" && request->host_key.empty()) {
        request->host_key = confirmed_key(exchange.request, *request);
    }
    if (request->kind == "ssh" && request->host_key.empty()) {
        const auto key = scan_host_key(request->address, request->port);
        if (!key) {
            Error error = key.error();
            error.fields = {{"address", error.message}};
            return new_form(exchange, &error, std::nullopt);
        }
        return new_form(exchange, nullptr, scanned_key(*key, *request));
    }
    const auto key = exchange.request.form_value("_key");
    const auto added = servers_.add(
        actor_of(exchange), *request, key.empty() ? std::nullopt : std::optional{key.substr(0, 100)}
    );
    if (!added) {
        return belongs_to_form(added.error()) ? new_form(exchange, &added.error(), std::nullopt)
                                              : http::Response::failed(added.error());
    }
    return back_to(
        exchange, href_of(added->server), added->server.name + " was added; it is being set up."
    );
}

http::Response ServerPages::new_form(
    http::Exchange& exchange, const Error* error, const std::optional<ScannedKey>& scanned
) {
    const auto public_key = servers_.panel_public_key();
    if (!public_key) {
        return http::Response::failed(public_key.error());
    }
    const auto& request = exchange.request;
    const std::vector<FieldError> no_errors;
    const auto& errors = error != nullptr ? error->fields : no_errors;
    auto shown = request.form();
    if (request.form_value("port").empty()) {
        shown.emplace_back("port", "22");
    }
    NewServerPage page;
    page.head = {
        .breadcrumbs = {{"Servers", "/servers"}},
        .title = "Add server",
        .summary = "The panel signs in once, sets the machine up and installs its agent."};
    const auto key = request.form_value("_key");
    page.form = {
        .id = "server",
        .action = "/servers",
        .idempotency_key =
            key.empty() ? new_uuid(exchange.clock, servers_.needs().random).to_string() : key,
        .whole_page = true};
    if (error != nullptr && !errors.empty()) {
        page.form.errors = view::error_summary_of(errors, "Nothing was added.");
    } else if (error != nullptr) {
        page.form.errors = {.title = error->message, .messages = {}};
    }
    page.scanned = scanned;
    page.scanned_note = {
        .kind = view::NoteKind::Warning,
        .title = "Is this the right machine?",
        .text =
            "Compare the fingerprint below with what the server itself says. When they are the "
            "same, add the server. Otherwise somebody may stand in between.",
        .actions = {}};
    page.access_section = {
        "Access",
        "The panel signs in as root with its own key. Put this line into "
        "/root/.ssh/authorized_keys "
        "on the machine."};
    page.public_key = *public_key;
    page.machine_section = {
        "Machine", "A fresh installation of Debian 12 or 13. What runs on it may be replaced."};
    auto cards = kind_cards(request);
    lay_errors_on(cards, error);
    page.machine =
        view::described_fields(describe<AddServer>(), shown, errors, {"name", "address"});
    page.machine.insert(page.machine.begin(), std::move(cards));
    page.advanced = {
        .id = "advanced", .title = "SSH port and host key", .summary = "Usually port 22"};
    page.advanced_fields =
        view::described_fields(describe<AddServer>(), shown, errors, {"port", "host_key"});
    page.advanced.open = std::any_of(errors.begin(), errors.end(), [](const FieldError& problem) {
        return problem.field == "port" || problem.field == "host_key";
    });
    page.submit = {
        scanned ? "The fingerprint is right, add server" : "Add server", "", "/servers", false};
    page.shell = shell_.frame(
        exchange, {.title = "Add server", .section = "servers", .topics = {}, .narrow = true}
    );
    return shell_.page(
        exchange, [&](view::Out& out) { views::servers::form_page(out, page); }, form_status(error)
    );
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

http::Response ServerPages::show_deletion(http::Exchange& exchange) {
    const auto id = server_id_of(exchange.request);
    const auto server = id ? servers_.get(exchange.signed_in().tenant, *id)
                           : Result<Server>(tl::unexpected(id.error()));
    return server ? deletion(exchange, *server, "") : http::Response::failed(server.error());
}

http::Response ServerPages::remove(http::Exchange& exchange) {
    const auto id = server_id_of(exchange.request);
    const auto server = id ? servers_.get(exchange.signed_in().tenant, *id)
                           : Result<Server>(tl::unexpected(id.error()));
    if (!server) {
        return http::Response::failed(server.error());
    }
    if (exchange.request.form_value("name") != server->name) {
        return deletion(exchange, *server, "Type the name exactly as it is shown.");
    }
    const auto job = servers_.remove(actor_of(exchange), *id);
    if (!job) {
        return job.error().code == ErrorCode::Conflict
                   ? deletion(exchange, *server, job.error().message)
                   : http::Response::failed(job.error());
    }
    return back_to(exchange, "/servers", server->name + " is being removed.");
}

http::Response ServerPages::deletion(
    http::Exchange& exchange, const Server& server, const std::string& error
) {
    DeleteServerPage page;
    page.dialog = {
        .title = "Remove " + server.name + "?",
        .text =
            "The panel forgets this server: its agent stops and its certificate is revoked. The "
            "machine itself and its packages stay as they are.",
        .losses = {},
        .name = server.name,
        .action = href_of(server) + "/deletion",
        .cancel_href = href_of(server),
        .confirm_label = "Remove server",
        .cancel_label = "Keep it",
        .error = error};
    const int status = error.empty() ? 200 : 422;
    if (exchange.request.is_htmx()) {
        return shell_.page(
            exchange, [&](view::Out& out) { views::servers::deletion_dialog(out, page); }, status
        );
    }
    page.shell =
        shell_.frame(exchange, {.title = page.dialog.title, .section = "servers", .topics = {}});
    return shell_.page(
        exchange, [&](view::Out& out) { views::servers::deletion_page(out, page); }, status
    );
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
