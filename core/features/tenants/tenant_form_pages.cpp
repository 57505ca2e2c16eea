// The forms of accounts: create, edit, and the question before one is deleted.
#include "core/features/shell/form_page.h"
#include "core/features/tenants/tenant_pages.h"
#include "core/platform/web/described_fields.h"

#include "templates/tenants/form.cpt.h"
#include "templates/tenants/show.cpt.h"

namespace hostelry::tenants {

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
        return shell::belongs_to_form(created.error()) ? create_form(exchange, &created.error())
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
        .errors = shell::summary_of(error, "Nothing was created."),
        .whole_page = true};
    page.account_section = {
        "Account", "Its sites, domains and people are seen by nobody else on the same level."};
    page.account = view::described_fields(
        describe<CreateTenant>(), request.form(), shell::field_errors_of(error), {"name", "kind"}
    );
    page.person_section = {
        "First person",
        "Sets the password by a one-time link that you hand over. People can also be added later."};
    page.person = view::described_fields(
        describe<CreateTenant>(),
        request.form(),
        shell::field_errors_of(error),
        {"person_name", "person_email", "time_zone"}
    );
    const auto zone = request.form_value("time_zone");
    users::offer_time_zones(page.person, zone.empty() ? exchange.signed_in().time_zone : zone);
    page.submit = {"Create client", "", "/tenants", false};
    return form_page(exchange, std::move(page), error);
}

http::Response TenantPages::created_page(http::Exchange& exchange, const CreatedTenant& created) {
    TenantCreatedPage page;
    page.frame = shell_.frame(
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
    return shell::form_answer(
        shell_,
        exchange,
        "tenants",
        std::move(page),
        error,
        views::tenants::tenant_form,
        views::tenants::form_page
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
        return shell::belongs_to_form(updated.error())
                   ? edit_form(exchange, *tenant, &updated.error())
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
        .errors = shell::summary_of(error, "Nothing was saved.")};
    page.account_section = {"Account", ""};
    const auto shown =
        error != nullptr ? exchange.request.form() : view::shown_values(UpdateTenant{tenant.name});
    page.account =
        view::described_fields(describe<UpdateTenant>(), shown, shell::field_errors_of(error));
    page.submit = {"Save", "", href_of(tenant), false};
    return form_page(exchange, std::move(page), error);
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
    view::DeleteDialog dialog{
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
        dialog.losses.push_back(
            {"users",
             view::show_count(tenant.people) + (tenant.people == 1 ? " person" : " people")}
        );
    }
    return shell_.ask_deletion(exchange, "tenants", dialog);
}

}  // namespace hostelry::tenants
