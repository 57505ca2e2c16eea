// The forms of servers: adding one, and the question before one is removed.
#include "core/features/servers/host_key.h"
#include "core/features/servers/server_pages.h"
#include "core/features/shell/form_page.h"
#include "core/platform/web/described_fields.h"

#include "templates/servers/form.cpt.h"
#include "templates/servers/show.cpt.h"

namespace hostelry::servers {
namespace {

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

void lay_errors_on(view::RadioCards& cards, const Error* error) {
    for (const auto& problem : shell::field_errors_of(error)) {
        if (problem.field == cards.name) {
            cards.error = problem.message;
        }
    }
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

}  // namespace

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
        return shell::belongs_to_form(added.error())
                   ? new_form(exchange, &added.error(), std::nullopt)
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
    const auto& errors = shell::field_errors_of(error);
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
    page.frame = shell_.frame(
        exchange, {.title = "Add server", .section = "servers", .topics = {}, .narrow = true}
    );
    return shell_.page(
        exchange,
        [&](view::Out& out) { views::servers::form_page(out, page); },
        shell::form_status(error)
    );
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
    view::DeleteDialog dialog{
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
    return shell_.ask_deletion(exchange, "servers", dialog);
}

}  // namespace hostelry::servers
