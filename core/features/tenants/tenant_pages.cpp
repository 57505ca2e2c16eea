#include "core/features/tenants/tenant_pages.h"

#include "core/base/text.h"
#include "core/platform/web/described_fields.h"

#include "templates/tenants/form.cpt.h"
#include "templates/tenants/index.cpt.h"
#include "templates/tenants/show.cpt.h"

#include <algorithm>
#include <charconv>

namespace hostelry::tenants {
namespace {

constexpr std::int64_t kTenantsOnPage = 25;

std::string href_of(const Tenant& tenant) {
    return "/tenants/" + tenant.id.to_string();
}

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
        .words = request.query("q").value_or("").substr(0, 200),
        .state = request.query("state").value_or(""),
        .parent = TenantId::parse(request.query("parent").value_or(""))};
    if (filter.state != "active" && filter.state != "suspended") {
        filter.state.clear();
    }
    return filter;
}

std::string list_href(const TenantFilter& filter, std::int64_t offset = 0) {
    std::string href = "/tenants";
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) {
            href += (href.find('?') == std::string::npos ? "?" : "&") + std::string(name) + "=" +
                    percent_encode(value);
        }
    };
    add("q", filter.words);
    add("state", filter.state);
    add("parent", filter.parent ? filter.parent->to_string() : "");
    add("from", offset > 0 ? std::to_string(offset) : "");
    return href;
}

std::int64_t offset_of(const http::Request& request) {
    const auto text = request.query("from").value_or("");
    std::int64_t offset = 0;
    std::from_chars(text.data(), text.data() + text.size(), offset);
    return std::clamp<std::int64_t>(offset, 0, 1'000'000);
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
    const auto segment = [&](std::string label, std::string state, std::int64_t count) {
        auto of_state = filter;
        of_state.state = state;
        return view::SegmentLink{
            .label = std::move(label),
            .href = list_href(of_state),
            .count = view::show_count(count),
            .icon = {},
            .icon_class = {},
            .is_current = filter.state == state};
    };
    view::List list;
    list.counted =
        view::show_count(found.matching) + (found.matching == 1 ? " client" : " clients");
    list.segments = {
        segment("All", "", found.all),
        segment("Active", "active", found.active),
        segment("Suspended", "suspended", found.suspended)};
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
    const auto last = offset + static_cast<std::int64_t>(found.tenants.size());
    list.pager.range = view::show_count(found.tenants.empty() ? 0 : offset + 1) + "-" +
                       view::show_count(last) + " of " + view::show_count(found.matching);
    if (offset > 0) {
        list.pager.previous_href =
            list_href(filter, std::max<std::int64_t>(0, offset - kTenantsOnPage));
    }
    if (last < found.matching) {
        list.pager.next_href = list_href(filter, offset + kTenantsOnPage);
    }
    list.refresh_href = list_href(filter, offset);
    return list;
}

const std::vector<FieldError>& tenant_errors(const Error* error) {
    static const std::vector<FieldError> kNoTenantErrors;
    return error != nullptr ? error->fields : kNoTenantErrors;
}

view::ErrorSummary summarize(const Error* error, std::string_view consequence) {
    if (error == nullptr) {
        return {};
    }
    return error->fields.empty() ? view::ErrorSummary{.title = error->message, .messages = {}}
                                 : view::error_summary_of(error->fields, consequence);
}

bool belongs_to_form(const Error& error) {
    return error.code == ErrorCode::Invalid || error.code == ErrorCode::Conflict;
}

int form_status(const Error* error) {
    return error == nullptr ? 200 : error->code == ErrorCode::Conflict ? 409 : 422;
}

}  // namespace

Result<TenantId> tenant_id_of(const http::Request& request) {
    const auto id = TenantId::parse(request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such account.");
    }
    return *id;
}

namespace {

Result<Tenant> tenant_of(Tenants& tenants, const http::Exchange& exchange) {
    const auto id = TRY(tenant_id_of(exchange.request));
    return tenants.get(users::caller_of(exchange), id);
}

}  // namespace

http::Response TenantPages::index(http::Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto filter = filter_of(exchange.request);
    const auto offset = offset_of(exchange.request);
    const auto found = tenants_.list(users::caller_of(exchange), filter, offset, kTenantsOnPage);
    if (!found) {
        return http::Response::failed(found.error());
    }
    TenantsPage page;
    page.list = list_of(filter, *found, offset, principal.may("tenant:create"));
    for (const auto& tenant : found->tenants) {
        page.rows.push_back(row_of(principal, tenant));
    }
    if (exchange.request.is_htmx() && exchange.request.header("hx-target") == "list") {
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
    if (principal.may("audit:read")) {
        page.head.actions.push_back(
            {.label = "Activity", .icon = "scroll-text", .href = "/audit?subject=" + id}
        );
    }
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
    return shell_.page(exchange, [&](view::Out& out) { views::tenants::show(out, page); });
}

http::Response TenantPages::show_new(http::Exchange& exchange) {
    return create_form(exchange, nullptr);
}

http::Response TenantPages::create(http::Exchange& exchange) {
    const auto request = decode_form_as<CreateTenant>(exchange.request.form());
    if (!request) {
        return create_form(exchange, &request.error());
    }
    const auto key = exchange.request.form_value("_key");
    const auto created = tenants_.create(
        users::caller_of(exchange),
        *request,
        key.empty() ? std::nullopt : std::optional{key.substr(0, 100)}
    );
    if (!created) {
        return belongs_to_form(created.error()) ? create_form(exchange, &created.error())
                                                : http::Response::failed(created.error());
    }
    if (created->password_link) {
        return created_page(exchange, *created);
    }
    auto response = http::Response::go_to(exchange.request, href_of(created->tenant));
    shell::Shell::flash(response, created->tenant.name + " was created.");
    return response;
}

http::Response TenantPages::create_form(http::Exchange& exchange, const Error* error) {
    const auto& request = exchange.request;
    const auto key = request.form_value("_key");
    TenantFormPage page;
    page.head = {
        .breadcrumbs = {{"Clients", "/tenants"}},
        .title = "New client",
        .summary = "An account of its own, with its own people."};
    page.form = {
        .id = "tenant",
        .action = "/tenants",
        .idempotency_key = key.empty() ? users_.new_request_key() : key,
        .errors = summarize(error, "Nothing was created."),
        .whole_page = true};
    page.account_section = {
        "Account", "Its sites, domains and people are seen by nobody else on the same level."};
    page.account = view::described_fields(
        describe<CreateTenant>(), request.form(), tenant_errors(error), {"name", "kind"}
    );
    page.person_section = {
        "First person",
        "Sets the password by a one-time link that you hand over. People can also be added later."};
    page.person = view::described_fields(
        describe<CreateTenant>(),
        request.form(),
        tenant_errors(error),
        {"person_name", "person_email", "time_zone"}
    );
    const auto zone = request.form_value("time_zone");
    users::offer_time_zones(page.person, zone.empty() ? exchange.signed_in().time_zone : zone);
    page.submit = {"Create client", "", "/tenants", false};
    return form_page(exchange, std::move(page), error);
}

http::Response TenantPages::created_page(http::Exchange& exchange, const CreatedTenant& created) {
    TenantCreatedPage page;
    page.shell = shell_.frame(
        exchange, {.title = created.tenant.name, .section = "tenants", .topics = {}, .narrow = true}
    );
    page.head = {
        .breadcrumbs = {{"Clients", "/tenants"}}, .title = created.tenant.name + " was created"};
    page.note = {
        .title = "Hand this link over yourself. It is shown once.",
        .text = "Whoever opens it sets the password of the first person. It works once.",
        .actions = {}};
    page.url = created.password_link->url;
    page.expires_at = created.password_link->expires_at;
    page.tenant_href = href_of(created.tenant);
    auto response =
        shell_.page(exchange, [&](view::Out& out) { views::tenants::created(out, page); });
    response.no_referrer = true;
    return response;
}

http::Response TenantPages::form_page(
    http::Exchange& exchange, TenantFormPage page, const Error* error
) {
    if (exchange.request.is_htmx() && error != nullptr && !page.form.whole_page) {
        return shell_.page(
            exchange,
            [&](view::Out& out) { views::tenants::tenant_form(out, page); },
            form_status(error)
        );
    }
    page.shell = shell_.frame(
        exchange, {.title = page.head.title, .section = "tenants", .topics = {}, .narrow = true}
    );
    return shell_.page(
        exchange, [&](view::Out& out) { views::tenants::form_page(out, page); }, form_status(error)
    );
}

http::Response TenantPages::show_edit(http::Exchange& exchange) {
    const auto tenant = tenant_of(tenants_, exchange);
    return tenant ? edit_form(exchange, *tenant, nullptr) : http::Response::failed(tenant.error());
}

http::Response TenantPages::update(http::Exchange& exchange) {
    const auto tenant = tenant_of(tenants_, exchange);
    if (!tenant) {
        return http::Response::failed(tenant.error());
    }
    const auto request = decode_form_as<UpdateTenant>(exchange.request.form());
    if (!request) {
        return edit_form(exchange, *tenant, &request.error());
    }
    const auto updated = tenants_.update(users::caller_of(exchange), tenant->id, *request);
    if (!updated) {
        return belongs_to_form(updated.error()) ? edit_form(exchange, *tenant, &updated.error())
                                                : http::Response::failed(updated.error());
    }
    auto response = http::Response::go_to(exchange.request, href_of(*tenant));
    shell::Shell::flash(response, "Saved.");
    return response;
}

http::Response TenantPages::edit_form(
    http::Exchange& exchange, const Tenant& tenant, const Error* error
) {
    TenantFormPage page;
    page.head = {
        .breadcrumbs = {{"Clients", "/tenants"}, {tenant.name, href_of(tenant)}},
        .title = "Edit " + tenant.name};
    page.form = {
        .id = "tenant",
        .action = href_of(tenant),
        .idempotency_key = {},
        .errors = summarize(error, "Nothing was saved.")};
    page.account_section = {"Account", ""};
    const auto shown =
        error != nullptr ? exchange.request.form() : view::shown_values(UpdateTenant{tenant.name});
    page.account = view::described_fields(describe<UpdateTenant>(), shown, tenant_errors(error));
    page.submit = {"Save", "", href_of(tenant), false};
    return form_page(exchange, std::move(page), error);
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

http::Response TenantPages::show_deletion(http::Exchange& exchange) {
    const auto tenant = tenant_of(tenants_, exchange);
    return tenant ? deletion(exchange, *tenant, "") : http::Response::failed(tenant.error());
}

http::Response TenantPages::remove(http::Exchange& exchange) {
    const auto tenant = tenant_of(tenants_, exchange);
    if (!tenant) {
        return http::Response::failed(tenant.error());
    }
    if (exchange.request.form_value("name") != tenant->name) {
        return deletion(exchange, *tenant, "Type the name exactly as it is shown.");
    }
    if (auto removed = tenants_.remove(users::caller_of(exchange), tenant->id); !removed) {
        return removed.error().code == ErrorCode::Conflict
                   ? deletion(exchange, *tenant, removed.error().message)
                   : http::Response::failed(removed.error());
    }
    auto response = http::Response::go_to(exchange.request, "/tenants");
    shell::Shell::flash(response, tenant->name + " was deleted.");
    return response;
}

http::Response TenantPages::deletion(
    http::Exchange& exchange, const Tenant& tenant, const std::string& error
) {
    DeleteTenantPage page;
    page.dialog = {
        .title = "Delete " + tenant.name + "?",
        .text = "The account and its people go. This cannot be taken back; suspending can.",
        .losses = {},
        .name = tenant.name,
        .action = href_of(tenant) + "/deletion",
        .cancel_href = href_of(tenant),
        .confirm_label = "Delete account",
        .cancel_label = "Keep",
        .error = error};
    if (tenant.people > 0) {
        page.dialog.losses.push_back(
            {"users",
             view::show_count(tenant.people) + (tenant.people == 1 ? " person" : " people")}
        );
    }
    const int status = error.empty() ? 200 : 422;
    if (exchange.request.is_htmx()) {
        return shell_.page(
            exchange, [&](view::Out& out) { views::tenants::deletion_dialog(out, page); }, status
        );
    }
    page.shell =
        shell_.frame(exchange, {.title = page.dialog.title, .section = "tenants", .topics = {}});
    return shell_.page(
        exchange, [&](view::Out& out) { views::tenants::deletion_page(out, page); }, status
    );
}

}  // namespace hostelry::tenants
