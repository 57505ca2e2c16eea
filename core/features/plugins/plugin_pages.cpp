#include "core/features/plugins/plugin_pages.h"

#include "core/base/text.h"
#include "core/features/plugins/plugin_views.h"
#include "core/features/shell/form_page.h"
#include "core/platform/http/api.h"
#include "core/platform/web/described_fields.h"

#include "templates/plugins/backend_form.cpt.h"
#include "templates/plugins/index.cpt.h"

#include <algorithm>

namespace hostelry::plugins {
namespace {

using http::Exchange;
using http::Response;

view::Chip plugin_chip(const CatalogueEntry& entry) {
    using view::Status;
    if (entry.state == "refused" || !entry.problem.empty()) {
        return {
            .status = Status::Failed, .word = "Refused", .detail = entry.problem, .in_table = true};
    }
    if (entry.state == "active") {
        return {.status = Status::Ready, .word = "Active", .detail = {}, .in_table = true};
    }
    if (entry.state == "loaded") {
        return {
            .status = Status::Ready,
            .word = "Loaded",
            .detail = "Starts with its first account.",
            .in_table = true};
    }
    return {.status = Status::Suspended, .word = "Stopped", .detail = {}, .in_table = true};
}

PluginRow row_of(const CatalogueEntry& entry) {
    return {
        .title = entry.title,
        .id = entry.id,
        .chip = plugin_chip(entry),
        .version = entry.version,
        .offers = join(entry.capabilities, ", "),
        .text = entry.problem.empty() ? entry.summary : entry.problem,
    };
}

BackendRow backend_row(const DnsBackend& backend, bool may_delete) {
    BackendRow row{
        .name = backend.name,
        .plugin = backend.plugin,
        .address = backend.base_url,
        .nameservers = join(backend.nameservers, ", "),
        .zones = std::to_string(backend.zones.value_or(0)),
        .menu = {.id = "m-" + backend.id.to_string(), .label = "Actions for " + backend.name},
    };
    if (may_delete && backend.zones == 0) {
        row.menu.items.push_back(
            {.label = "Remove",
             .icon = "trash-2",
             .href = "/plugins/dns-backends/" + backend.id.to_string() + "/removal",
             .kind = view::ActionKind::Post,
             .look = view::ActionLook::Danger}
        );
    }
    return row;
}

view::List plugin_list(const std::vector<CatalogueEntry>& entries) {
    view::List list;
    list.table.label = "Plugins";
    list.table.columns = {
        {.label = "Plugin"},
        {.label = "State"},
        {.label = "Version", .priority = view::Priority::WideOnly},
        {.label = "Offers", .priority = view::Priority::DesktopOnly},
        {.label = "About"}};
    list.counted = std::to_string(entries.size()) + (entries.size() == 1 ? " plugin" : " plugins");
    if (entries.empty()) {
        list.empty = view::EmptyState{
            .icon = "puzzle",
            .title = "No plugins seen yet",
            .text = "A worker lists them here when it starts.",
        };
    }
    return list;
}

view::List backend_list(const std::vector<DnsBackend>& backends) {
    view::List list;
    list.id = "backends";
    list.table.label = "DNS backends";
    list.table.columns = {
        {.label = "Name"},
        {.label = "Plugin", .priority = view::Priority::DesktopOnly},
        {.label = "Address"},
        {.label = "Name servers", .priority = view::Priority::DesktopOnly},
        {.label = "Zones", .is_number = true},
        {.label = "Actions", .label_is_hidden = true}};
    list.counted =
        std::to_string(backends.size()) + (backends.size() == 1 ? " DNS backend" : " DNS backends");
    if (backends.empty()) {
        list.empty = view::EmptyState{
            .icon = "route",
            .title = "No DNS backend yet",
            .text = "Connect a DNS server to host zones and to give sites their records.",
        };
    }
    return list;
}

}  // namespace

Response PluginPages::index(Exchange& exchange) {
    const auto entries = plugins_.list_plugins();
    if (!entries) {
        return Response::failed(entries.error());
    }
    const auto backends = plugins_.list_dns_backends(CountZones::Yes);
    if (!backends) {
        return Response::failed(backends.error());
    }
    const bool may_configure = exchange.signed_in().may("plugin:configure");
    PluginsPage page;
    page.list = plugin_list(*entries);
    for (const auto& entry : *entries) {
        page.rows.push_back(row_of(entry));
    }
    page.shows_backends = may_configure || !backends->empty();
    page.backend_list = backend_list(*backends);
    for (const auto& backend : *backends) {
        page.backends.push_back(backend_row(backend, may_configure));
    }
    page.frame = shell_.frame(exchange, {.title = "Plugins", .section = "plugins"});
    page.head = {
        .title = "Plugins", .summary = "What this installation can do beyond its own features."};
    if (may_configure) {
        page.head.actions.push_back(
            {.label = "New DNS backend",
             .icon = "plus",
             .href = "/plugins/dns-backends/new",
             .look = view::ActionLook::Primary}
        );
    }
    return shell_.page(exchange, [&](view::Out& out) { views::plugins::index(out, page); });
}

Response PluginPages::show_new_backend(Exchange& exchange) {
    return backend_form(exchange, {}, nullptr);
}

Response PluginPages::create_backend(Exchange& exchange) {
    CreateDnsBackend request;
    const auto& typed = exchange.request.form();
    auto errors = decode_form(describe<CreateDnsBackend>(), typed, &request);
    if (!errors.empty()) {
        const Error error = fail_fields(std::move(errors)).value();
        return backend_form(exchange, typed, &error);
    }
    const auto made = plugins_.create_dns_backend(users::caller_of(exchange), request);
    if (!made) {
        const auto code = made.error().code;
        return code == ErrorCode::Invalid || code == ErrorCode::Conflict
                   ? backend_form(exchange, typed, &made.error())
                   : Response::failed(made.error());
    }
    auto response = Response::go_to(exchange.request, "/plugins");
    shell::Shell::flash(response, "DNS backend " + made->name + " added.");
    return response;
}

Response PluginPages::delete_backend(Exchange& exchange) {
    const auto id = DnsBackendId::parse(exchange.request.param("id"));
    if (!id) {
        return Response::failed(fail(ErrorCode::NotFound, "There is no such DNS backend.").value());
    }
    const auto gone = plugins_.delete_dns_backend(users::caller_of(exchange), *id);
    if (!gone) {
        return Response::failed(gone.error());
    }
    auto response = Response::go_to(exchange.request, "/plugins");
    shell::Shell::flash(response, "DNS backend removed.");
    return response;
}

Response PluginPages::backend_form(Exchange& exchange, const FormPairs& shown, const Error* error) {
    const auto entries = plugins_.list_plugins();
    if (!entries) {
        return Response::failed(entries.error());
    }
    BackendFormPage page;
    page.fields =
        view::described_fields(describe<CreateDnsBackend>(), shown, shell::field_errors_of(error));
    for (auto& field : page.fields) {
        auto* text = std::get_if<view::TextField>(&field);
        if (text == nullptr || text->name != "plugin") {
            continue;
        }
        view::SelectField select;
        static_cast<view::FieldText&>(select) = *text;
        select.hint.clear();
        select.value = text->value;
        for (const auto& entry : *entries) {
            if (std::find(entry.capabilities.begin(), entry.capabilities.end(), "dns/1") !=
                entry.capabilities.end()) {
                select.options.push_back({entry.id, entry.title});
            }
        }
        field = std::move(select);
    }
    page.head = {.breadcrumbs = {{"Plugins", "/plugins"}}, .title = "New DNS backend"};
    page.form = {
        .id = "backend-form",
        .action = "/plugins/dns-backends",
        .errors = shell::summary_of(error, "Nothing was added.")};
    page.section = {
        .title = "Account", .text = "The key is kept sealed and sent to this address only."};
    page.submit = {.label = "Add DNS backend", .icon = "plus", .cancel_href = "/plugins"};
    return shell::form_answer(
        shell_,
        exchange,
        "plugins",
        std::move(page),
        error,
        views::plugins::backend_form,
        views::plugins::backend_page
    );
}

void PluginPages::add_routes(http::Router& router) {
    const auto page = http::pages_of(router, this);
    page(http::Method::Get, "/plugins", "plugin:read", &PluginPages::index);
    page(
        http::Method::Get,
        "/plugins/dns-backends/new",
        "plugin:configure",
        &PluginPages::show_new_backend
    );
    page(
        http::Method::Post,
        "/plugins/dns-backends",
        "plugin:configure",
        &PluginPages::create_backend
    );
    page(
        http::Method::Post,
        "/plugins/dns-backends/{id}/removal",
        "plugin:configure",
        &PluginPages::delete_backend
    );
}

}  // namespace hostelry::plugins
