#include "core/features/tenants/tenant_pages.h"

#include "core/features/shell/page_parts.h"

#include "templates/tenants/index.cpt.h"
#include "templates/tenants/show.cpt.h"

namespace hostelry::tenants {
namespace {

constexpr std::int64_t kTenantsOnPage = 25;

view::Chip chip_of(const Tenant& tenant, bool in_table) {
    if (tenant.is_suspended()) {
        return {
            .status = view::Status::Suspended,
            .word = {},
            .detail = "Nobody of it or below it can sign in.",
            .in_table = in_table};
    }
    return {.status = view::Status::Ready, .word = "Active", .detail = {}, .in_table = in_table};
}

bool is_run_from_above(const http::Principal& principal, const Tenant& tenant) {
    return !tenant.is_root() && tenant.id != principal.home;
}

view::Action act_as(const Tenant& tenant, view::ActionLook look) {
    return {
        .label = "Act as",
        .icon = "log-in",
        .href = "/acting-tenant",
        .kind = view::ActionKind::Post,
        .look = look,
        .name = "tenant",
        .value = tenant.id.to_string()};
}

std::vector<view::Action> changes_of(const http::Principal& principal, const Tenant& tenant) {
    using view::ActionKind;
    std::vector<view::Action> actions;
    if (!is_run_from_above(principal, tenant)) {
        return actions;
    }
    if (principal.may("tenant:update")) {
        actions.push_back({.label = "Edit", .icon = "pencil", .href = href_of(tenant) + "/edit"});
    }
    if (principal.may("tenant:suspend")) {
        actions.push_back(
            tenant.is_suspended()
                ? view::
                      Action{.label = "Resume", .icon = "circle-play", .href = href_of(tenant) + "/resumption", .kind = ActionKind::Post}
                : view::
                      Action{.label = "Suspend", .icon = "circle-pause", .href = href_of(tenant) + "/suspension", .kind = ActionKind::Post}
        );
    }
    if (principal.may("tenant:delete")) {
        actions.push_back({});
        actions.push_back(
            {.label = "Delete",
             .icon = "trash-2",
             .href = href_of(tenant) + "/deletion",
             .kind = ActionKind::Dialog,
             .look = view::ActionLook::Danger}
        );
    }
    return actions;
}

TenantRow row_of(const http::Principal& principal, const Tenant& tenant) {
    auto items = changes_of(principal, tenant);
    items.insert(items.begin(), act_as(tenant, view::ActionLook::Plain));
    return {
        .id = tenant.id.to_string(),
        .name = tenant.name,
        .chip = chip_of(tenant, true),
        .kind = std::string(kind_label(tenant.kind)),
        .parent = tenant.parent_name,
        .people = view::show_count(tenant.people),
        .created = tenant.created_at,
        .menu =
            {.id = "m-" + tenant.id.to_string(),
             .label = "Actions for " + tenant.name,
             .items = std::move(items)},
    };
}

TenantFilter filter_of(const http::Request& request) {
    TenantFilter filter{
        .words = shell::filter_text(request, "q"),
        .state = request.query("state").value_or(""),
        .parent = TenantId::parse(request.query("parent").value_or(""))};
    if (filter.state != "active" && filter.state != "suspended") {
        filter.state.clear();
    }
    return filter;
}

std::string list_href(const TenantFilter& filter, std::int64_t first = 0) {
    return shell::link_with(
        "/tenants",
        {{"q", filter.words},
         {"state", filter.state},
         {"parent", filter.parent ? filter.parent->to_string() : ""},
         {"from", first > 0 ? std::to_string(first) : ""}}
    );
}

view::EmptyState nothing_found(const TenantFilter& filter, bool may_create) {
    if (filter.words.empty() && filter.state.empty()) {
        view::EmptyState empty{
            .icon = "users",
            .title = "No clients yet",
            .text = "A client has its own sites, domains and people, and sees nothing of others.",
            .action = {}};
        if (may_create) {
            empty.action = view::Action{
                .label = "New client",
                .icon = "plus",
                .href = "/tenants/new",
                .look = view::ActionLook::Primary};
        }
        return empty;
    }
    return {
        .icon = "users",
        .title = "No client fits this filter",
        .text = "Try other words, or look at all of them.",
        .action = view::Action{.label = "Show all", .href = "/tenants"}};
}

view::List list_of(
    const TenantFilter& filter, const TenantPage& found, std::int64_t offset, bool may_create
) {
    const auto segment = [&](std::string label,
                             const std::string& state,
                             std::int64_t count,
                             std::string icon,
                             std::string icon_class) {
        auto of_state = filter;
        of_state.state = state;
        return view::SegmentLink{
            .label = std::move(label),
            .href = list_href(of_state),
            .count = view::show_count(count),
            .icon = std::move(icon),
            .icon_class = std::move(icon_class),
            .is_current = filter.state == state};
    };
    view::List list;
    list.counted =
        view::show_count(found.matching) + (found.matching == 1 ? " client" : " clients");
    list.segments = {
        segment("All", "", found.all, "", ""),
        segment("Active", "active", found.active, "circle-check", "text-ready"),
        segment("Suspended", "suspended", found.suspended, "circle-pause", "text-text-3")};
    list.table.label = "Clients";
    list.table.columns = {
        {.label = "Name"},
        {.label = "Status"},
        {.label = "Kind"},
        {.label = "Belongs to", .priority = view::Priority::DesktopOnly},
        {.label = "People", .is_number = true},
        {.label = "Created", .priority = view::Priority::WideOnly, .is_number = true},
        {.label = "Actions", .label_is_hidden = true}};
    if (found.tenants.empty()) {
        list.empty = nothing_found(filter, may_create);
    }
    list.pager = shell::pager_of(
        offset,
        static_cast<std::int64_t>(found.tenants.size()),
        found.matching,
        kTenantsOnPage,
        [&](std::int64_t first) { return list_href(filter, first); }
    );
    list.refresh_href = list_href(filter, offset);
    return list;
}

}  // namespace

std::string href_of(const Tenant& tenant) {
    return "/tenants/" + tenant.id.to_string();
}

Result<TenantId> tenant_id_of(const http::Request& request) {
    const auto id = TenantId::parse(request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such account.");
    }
    return *id;
}

Result<Tenant> tenant_of(Tenants& tenants, const http::Exchange& exchange) {
    const auto id = TRY(tenant_id_of(exchange.request));
    return tenants.get(users::caller_of(exchange), id);
}

http::Response TenantPages::index(http::Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto filter = filter_of(exchange.request);
    const auto offset = shell::first_row_of(exchange.request);
    const auto found = tenants_.list(users::caller_of(exchange), filter, offset, kTenantsOnPage);
    if (!found) {
        return http::Response::failed(found.error());
    }
    TenantsPage page;
    page.list = list_of(filter, *found, offset, principal.may("tenant:create"));
    for (const auto& tenant : found->tenants) {
        page.rows.push_back(row_of(principal, tenant));
    }
    if (shell::asks_for(exchange.request, "list")) {
        return shell_.page(exchange, [&](view::Out& out) { views::tenants::list_part(out, page); });
    }
    page.shell = shell_.frame(
        exchange,
        {.title = "Clients",
         .section = "tenants",
         .topics = {"list:tenant:" + principal.tenant.to_string()}}
    );
    page.head = {
        .title = "Clients", .summary = "Resellers and clients below the account you act in."};
    if (principal.may("tenant:create")) {
        page.head.actions.push_back(
            {.label = "New client",
             .icon = "plus",
             .href = "/tenants/new",
             .look = view::ActionLook::Primary}
        );
    }
    page.filter = {.href = "/tenants", .query = filter.words, .placeholder = "Name", .kept = {}};
    if (!filter.state.empty()) {
        page.filter.kept.emplace_back("state", filter.state);
    }
    if (filter.parent) {
        page.filter.kept.emplace_back("parent", filter.parent->to_string());
    }
    return shell_.page(exchange, [&](view::Out& out) { views::tenants::index(out, page); });
}

http::Response TenantPages::show(http::Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto tenant = tenant_of(tenants_, exchange);
    if (!tenant) {
        return http::Response::failed(tenant.error());
    }
    const auto id = tenant->id.to_string();
    TenantPageView page;
    page.shell =
        shell_.frame(exchange, {.title = tenant->name, .section = "tenants", .topics = {}});
    page.head = {
        .breadcrumbs = {{"Clients", "/tenants"}},
        .title = tenant->name,
        .chip = chip_of(*tenant, false),
        .summary = std::string(kind_label(tenant->kind))};
    if (principal.may("user:create")) {
        page.head.actions.push_back(
            {.label = "New person", .icon = "plus", .href = "/users/new?tenant=" + id}
        );
    }
    if (auto items = changes_of(principal, *tenant); !items.empty()) {
        page.head.menu = view::Menu{
            .id = "m-tenant-page",
            .label = "Actions for " + tenant->name,
            .items = std::move(items),
            .small = false};
    }
    if (tenant->id != principal.tenant) {
        page.head.actions.push_back(act_as(*tenant, view::ActionLook::Primary));
    }
    page.facts = {
        {.label = "People",
         .value = {.text = view::show_count(tenant->people)},
         .href = "/users?tenant=" + id},
        {.label = "Clients",
         .value = {.text = view::show_count(tenant->children)},
         .href = tenant->may_have_children() ? "/tenants?parent=" + id : ""},
        {.label = "Belongs to",
         .value = {.text = tenant->parent_name.empty() ? "Nobody above" : tenant->parent_name}},
        {.label = "Created", .moment = tenant->created_at}};
    if (tenant->suspended_at) {
        page.facts.push_back({.label = "Suspended", .moment = *tenant->suspended_at});
        page.note = view::Note{
            .kind = view::NoteKind::Warning,
            .title = "This account is suspended.",
            .text = "Nobody of it or of the accounts below it can sign in. Nothing was deleted.",
            .actions = {}};
    }
    page.activity = shell_.activity(exchange, tenant->id.uuid);
    return shell_.page(exchange, [&](view::Out& out) { views::tenants::show(out, page); });
}

http::Response TenantPages::suspend(http::Exchange& exchange) {
    const auto id = tenant_id_of(exchange.request);
    const auto tenant = id ? tenants_.suspend(users::caller_of(exchange), *id)
                           : Result<Tenant>(tl::unexpected(id.error()));
    if (!tenant) {
        return http::Response::failed(tenant.error());
    }
    auto response = http::Response::go_to(exchange.request, href_of(*tenant));
    shell::Shell::flash(
        response, tenant->name + " is suspended.", href_of(*tenant) + "/resumption"
    );
    return response;
}

http::Response TenantPages::resume(http::Exchange& exchange) {
    const auto id = tenant_id_of(exchange.request);
    const auto tenant = id ? tenants_.resume(users::caller_of(exchange), *id)
                           : Result<Tenant>(tl::unexpected(id.error()));
    if (!tenant) {
        return http::Response::failed(tenant.error());
    }
    auto response = http::Response::go_to(exchange.request, href_of(*tenant));
    shell::Shell::flash(response, tenant->name + " is active again.");
    return response;
}

}  // namespace hostelry::tenants
