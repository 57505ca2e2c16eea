#include "core/features/tenants/tenant_pages.h"
#include "core/platform/http/api.h"

#include <memory>

namespace hostelry::tenants {
namespace {

using http::Method;

constexpr std::int64_t kTenantsInAnswer = 200;

/// /api/v1/tenants.
class TenantApi {
public:
    explicit TenantApi(Tenants& tenants) : tenants_(tenants) {}

    http::Response list(http::Exchange& exchange) {
        const auto asked = http::query_as<ListTenants>(exchange.request);
        if (!asked) {
            return http::Response::failed(asked.error());
        }
        const TenantFilter filter{
            .words = asked->words, .state = asked->state, .parent = asked->parent};
        const auto found =
            tenants_.list(users::caller_of(exchange), filter, asked->after, kTenantsInAnswer);
        if (!found) {
            return http::Response::failed(found.error());
        }
        const auto next = asked->after + static_cast<std::int64_t>(found->tenants.size());
        return http::listed(found->tenants, next < found->matching ? std::to_string(next) : "");
    }
    http::Response create(http::Exchange& exchange) {
        const auto request = http::body_as<CreateTenant>(exchange.request);
        if (!request) {
            return http::Response::failed(request.error());
        }
        const auto created = tenants_.create(
            users::caller_of(exchange), *request, http::idempotency_key(exchange.request)
        );
        auto response = http::answered(created, 201);
        if (created) {
            response.set_header("Location", "/api/v1/tenants/" + created->tenant.id.to_string());
        }
        return response;
    }
    http::Response get(http::Exchange& exchange) { return with(exchange, &Tenants::get); }
    http::Response update(http::Exchange& exchange) {
        const auto act = [&]() -> Result<Tenant> {
            const auto id = TRY(tenant_id_of(exchange.request));
            const auto request = TRY(http::body_as<UpdateTenant>(exchange.request));
            return tenants_.update(users::caller_of(exchange), id, request);
        };
        return http::answered(act());
    }
    http::Response suspend(http::Exchange& exchange) { return with(exchange, &Tenants::suspend); }
    http::Response resume(http::Exchange& exchange) { return with(exchange, &Tenants::resume); }
    http::Response remove(http::Exchange& exchange) {
        const auto act = [&]() -> Result<void> {
            const auto id = TRY(tenant_id_of(exchange.request));
            return tenants_.remove(users::caller_of(exchange), id);
        };
        return http::answered(act());
    }

private:
    http::Response with(
        const http::Exchange& exchange,
        Result<Tenant> (Tenants::*act)(const users::Caller&, TenantId)
    ) {
        const auto id = tenant_id_of(exchange.request);
        return id ? http::answered((tenants_.*act)(users::caller_of(exchange), *id))
                  : http::Response::failed(id.error());
    }

    Tenants& tenants_;
};

void add_page_routes(
    http::Router& router, Tenants& tenants, users::Users& users, shell::Shell& shell
) {
    const auto pages = std::make_shared<TenantPages>(tenants, users, shell);
    const auto add = http::pages_of(router, pages);
    add(Method::Get, "/tenants", "tenant:read", &TenantPages::index);
    add(Method::Post, "/tenants", "tenant:create", &TenantPages::create);
    add(Method::Get, "/tenants/new", "tenant:create", &TenantPages::show_new);
    add(Method::Get, "/tenants/{id}", "tenant:read", &TenantPages::show);
    add(Method::Post, "/tenants/{id}", "tenant:update", &TenantPages::update);
    add(Method::Get, "/tenants/{id}/edit", "tenant:update", &TenantPages::show_edit);
    add(Method::Post, "/tenants/{id}/suspension", "tenant:suspend", &TenantPages::suspend);
    add(Method::Post, "/tenants/{id}/resumption", "tenant:suspend", &TenantPages::resume);
    add(Method::Get, "/tenants/{id}/deletion", "tenant:delete", &TenantPages::show_deletion);
    add(Method::Post, "/tenants/{id}/deletion", "tenant:delete", &TenantPages::remove);
}

void add_api_routes(http::Router& router, Tenants& tenants) {
    const auto api = std::make_shared<TenantApi>(tenants);
    const auto* tenant = &describe<Tenant>();
    const auto add = http::operations_of(router, api);
    add({.method = Method::Get,
         .path = "/tenants",
         .permission = "tenant:read",
         .operation = "listTenants",
         .summary = "Accounts below the one acted in",
         .query = &describe<ListTenants>(),
         .response = tenant,
         .is_list = true},
        &TenantApi::list);
    add({.method = Method::Post,
         .path = "/tenants",
         .permission = "tenant:create",
         .operation = "createTenant",
         .summary = "Create an account, with its first person if named",
         .request = &describe<CreateTenant>(),
         .response = &describe<CreatedTenant>(),
         .idempotent = true},
        &TenantApi::create);
    add({.method = Method::Get,
         .path = "/tenants/{id}",
         .permission = "tenant:read",
         .operation = "getTenant",
         .summary = "One account",
         .response = tenant},
        &TenantApi::get);
    add({.method = Method::Patch,
         .path = "/tenants/{id}",
         .permission = "tenant:update",
         .operation = "updateTenant",
         .summary = "Rename an account",
         .request = &describe<UpdateTenant>(),
         .response = tenant},
        &TenantApi::update);
    add({.method = Method::Delete,
         .path = "/tenants/{id}",
         .permission = "tenant:delete",
         .operation = "deleteTenant",
         .summary = "Delete an account that is empty"},
        &TenantApi::remove);
    add({.method = Method::Post,
         .path = "/tenants/{id}/suspension",
         .permission = "tenant:suspend",
         .operation = "suspendTenant",
         .summary = "Suspend an account and those below it",
         .response = tenant},
        &TenantApi::suspend);
    add({.method = Method::Delete,
         .path = "/tenants/{id}/suspension",
         .permission = "tenant:suspend",
         .operation = "resumeTenant",
         .summary = "End a suspension",
         .response = tenant},
        &TenantApi::resume);
}

}  // namespace

void Tenants::add_routes(http::Router& router) {
    add_page_routes(router, *this, needs_.users, needs_.shell);
    add_api_routes(router, *this);
    needs_.shell.add_source(
        "tenant:read",
        [](db::Transaction& tx, const http::Principal&, const std::string& words) {
            std::vector<view::PaletteItem> items;
            for (const auto& tenant :
                 TenantStore{tx}.list({.words = words, .state = {}, .parent = {}}, 0, 5).tenants) {
                items.push_back(
                    {tenant.name,
                     std::string(kind_label(tenant.kind)),
                     "users",
                     "/tenants/" + tenant.id.to_string()}
                );
            }
            return items;
        }
    );
}

}  // namespace hostelry::tenants
