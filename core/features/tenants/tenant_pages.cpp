#include "core/features/tenants/tenant_pages.h"

#include "core/features/shell/list_page.h"

#include "templates/tenants/index.cpt.h"
#include "templates/tenants/show.cpt.h"

namespace hostelry::tenants {
namespace {

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

const shell::ListDescription& tenant_list() {
    using view::Priority;
    static const view::Action kNew{.label = "New client", .icon = "plus", .href = "/tenants/new"};
    static const shell::ListDescription kList{
        .path = "/tenants",
        .section = "tenants",
        .topic = "tenant",
        .title = "Clients",
        .summary = "Resellers and clients below the account you act in.",
        .noun = {"client", "clients"},
        .icon = "users",
        .placeholder = "Name",
        .parameters = {{"q"}, {"state"}, {"parent"}},
        .segments =
            {{"", "All"},
             {"active", "Active", view::Status::Ready},
             {"suspended", "Suspended", view::Status::Suspended}},
        .columns =
            {{.label = "Name"},
             {.label = "Status"},
             {.label = "Kind"},
             {.label = "Belongs to", .priority = Priority::DesktopOnly},
             {.label = "People", .is_number = true},
             {.label = "Created", .priority = Priority::WideOnly, .is_number = true},
             {.label = "Actions", .label_is_hidden = true}},
        .rows_on_page = 25,
        .creation = shell::Creation{kNew, {"tenant:create"}},
        .nothing_yet = {
            .title = "No clients yet",
            .text = "A client has its own sites, domains and people, and sees nothing of others.",
            .action = kNew}};
    return kList;
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
    const shell::ListQuery query(tenant_list(), exchange);
    const auto found = tenants_.list(
        users::caller_of(exchange),
        {.words = query.words(),
         .state = query.segment(),
         .parent = TenantId::parse(query.value("parent"))},
        query.first_row(),
        tenant_list().rows_on_page
    );
    if (!found) {
        return http::Response::failed(found.error());
    }
    TenantsPage page;
    page.list = query.list(
        {.shown = static_cast<std::int64_t>(found->tenants.size()),
         .matching = found->matching,
         .counts = {{"", found->all}, {"active", found->active}, {"suspended", found->suspended}}}
    );
    for (const auto& tenant : found->tenants) {
        page.rows.push_back(row_of(exchange.signed_in(), tenant));
    }
    return shell::list_answer(
        shell_, exchange, query, page, views::tenants::list_part, views::tenants::index
    );
}

http::Response TenantPages::show(http::Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto tenant = tenant_of(tenants_, exchange);
    if (!tenant) {
        return http::Response::failed(tenant.error());
    }
    const auto id = tenant->id.to_string();
    TenantPageView page;
    page.frame =
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
