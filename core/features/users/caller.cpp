#include "core/features/users/caller.h"

#include "core/features/users/role.h"

namespace hostelry::users {

Caller caller_of(const http::Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    return {
        .tenant = principal.tenant,
        .user = principal.user.is_nil() ? std::nullopt : std::optional{principal.user},
        .permissions = principal.permissions,
        .client_address = exchange.request.client_address,
        .request_id = exchange.request.request_id,
        .home = principal.user.is_nil() ? std::nullopt : std::optional{principal.home},
    };
}

Caller operator_caller(TenantId tenant) {
    Caller caller{
        .tenant = tenant, .user = {}, .permissions = {}, .client_address = {}, .request_id = {}};
    for (const auto role : kRoles) {
        caller.permissions.insert(role_permission(role));
    }
    return caller;
}

events::NewEvent event_by(const Caller& caller, std::string type, TenantId tenant) {
    return {
        .type = std::move(type),
        .tenant = tenant,
        .actor = caller.user,
        .client_address = caller.client_address,
        .request_id = caller.request_id,
    };
}

}  // namespace hostelry::users
