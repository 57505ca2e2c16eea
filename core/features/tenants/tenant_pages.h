#pragma once

#include "core/features/tenants/tenant_views.h"
#include "core/features/tenants/tenants.h"

namespace hostelry::tenants {

class TenantPages {
public:
    TenantPages(Tenants& tenants, users::Users& users, shell::Shell& shell)
        : tenants_(tenants), users_(users), shell_(shell) {}

    http::Response index(http::Exchange& exchange);
    http::Response show(http::Exchange& exchange);
    http::Response show_new(http::Exchange& exchange);
    http::Response create(http::Exchange& exchange);
    http::Response show_edit(http::Exchange& exchange);
    http::Response update(http::Exchange& exchange);
    http::Response suspend(http::Exchange& exchange);
    http::Response resume(http::Exchange& exchange);
    http::Response show_deletion(http::Exchange& exchange);
    http::Response remove(http::Exchange& exchange);

private:
    http::Response create_form(http::Exchange& exchange, const Error* error);
    http::Response edit_form(http::Exchange& exchange, const Tenant& tenant, const Error* error);
    http::Response form_page(http::Exchange& exchange, TenantFormPage page, const Error* error);
    http::Response created_page(http::Exchange& exchange, const CreatedTenant& created);
    http::Response deletion(
        http::Exchange& exchange, const Tenant& tenant, const std::string& error
    );

    Tenants& tenants_;
    users::Users& users_;
    shell::Shell& shell_;
};

std::string href_of(const Tenant& tenant);
/// The tenant of the path, as far as the signed-in person sees it.
Result<Tenant> tenant_of(Tenants& tenants, const http::Exchange& exchange);
/// The tenant named by the route's {id}; NotFound for what is no id.
Result<TenantId> tenant_id_of(const http::Request& request);

}  // namespace hostelry::tenants
