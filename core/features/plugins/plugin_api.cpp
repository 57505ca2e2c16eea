#include "core/features/plugins/plugin_api.h"

#include "core/platform/http/api.h"

#include <algorithm>

namespace hostelry::plugins {

using http::Exchange;
using http::Response;

Response PluginApi::list(Exchange&) {
    return http::listed(plugins_.list_plugins());
}

Response PluginApi::list_backends(Exchange& exchange) {
    const bool sees_plugins = exchange.signed_in().may("plugin:read");
    auto backends = plugins_.list_dns_backends(sees_plugins ? CountZones::Yes : CountZones::No);
    if (backends && !sees_plugins) {
        std::transform(backends->begin(), backends->end(), backends->begin(), public_part);
    }
    return http::listed(backends);
}

Response PluginApi::create_backend(Exchange& exchange) {
    const auto make = [&]() -> Result<DnsBackend> {
        const auto request = TRY(http::body_as<CreateDnsBackend>(exchange.request));
        return plugins_.create_dns_backend(users::caller_of(exchange), request);
    };
    return http::created(make(), "/api/v1/dns-backends");
}

Response PluginApi::delete_backend(Exchange& exchange) {
    const auto id = DnsBackendId::parse(exchange.request.param("id"));
    if (!id) {
        return Response::failed(fail(ErrorCode::NotFound, "There is no such DNS backend.").value());
    }
    return http::answered(plugins_.delete_dns_backend(users::caller_of(exchange), *id));
}

void PluginApi::add_routes(http::Router& router) {
    using http::Method;
    const auto add = http::operations_of(router, this);
    add({.method = Method::Get,
         .path = "/plugins",
         .permission = "plugin:read",
         .operation = "listPlugins",
         .summary = "The plugins and whether they work",
         .response = &describe<CatalogueEntry>(),
         .is_list = true},
        &PluginApi::list);
    add({.method = Method::Get,
         .path = "/dns-backends",
         .permission = "dns:read",
         .operation = "listDnsBackends",
         .summary = "Where zones can be served",
         .response = &describe<DnsBackend>(),
         .is_list = true},
        &PluginApi::list_backends);
    add({.method = Method::Post,
         .path = "/dns-backends",
         .permission = "plugin:configure",
         .operation = "createDnsBackend",
         .summary = "Add an account at a DNS service",
         .request = &describe<CreateDnsBackend>(),
         .response = &describe<DnsBackend>()},
        &PluginApi::create_backend);
    add({.method = Method::Delete,
         .path = "/dns-backends/{id}",
         .permission = "plugin:configure",
         .operation = "deleteDnsBackend",
         .summary = "Remove an account at a DNS service that serves no zone"},
        &PluginApi::delete_backend);
}

}  // namespace hostelry::plugins
