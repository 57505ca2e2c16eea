#include "core/features/plugins/plugin_api.h"

#include <nlohmann/json.hpp>

namespace hostelry::plugins {
namespace {

using http::Exchange;
using http::Response;
using nlohmann::json;

template <class T>
Response list_answer(const Result<std::vector<T>>& found) {
    if (!found) {
        return Response::failed(found.error());
    }
    json items = json::array();
    for (const auto& one : *found) {
        items.push_back(encode(describe<T>(), &one));
    }
    return Response::json({{"items", std::move(items)}, {"next", nullptr}});
}

}  // namespace

Response PluginApi::list(Exchange&) {
    return list_answer(plugins_.list_plugins());
}

Response PluginApi::list_backends(Exchange&) {
    return list_answer(plugins_.list_dns_backends());
}

Response PluginApi::create_backend(Exchange& exchange) {
    const auto body = json::parse(exchange.request.body, nullptr, false);
    if (!exchange.request.is_json() || !body.is_object()) {
        return Response::failed(
            fail(ErrorCode::Invalid, "Send a JSON object with Content-Type application/json.")
                .value()
        );
    }
    const auto request = decode_as<CreateDnsBackend>(body);
    if (!request) {
        return Response::failed(request.error());
    }
    const auto made = plugins_.create_dns_backend(users::caller_of(exchange), *request);
    if (!made) {
        return Response::failed(made.error());
    }
    auto response = Response::json(encode(describe<DnsBackend>(), &*made), 201);
    response.set_header("Location", "/api/v1/dns-backends/" + made->id.to_string());
    return response;
}

Response PluginApi::delete_backend(Exchange& exchange) {
    const auto id = DnsBackendId::parse(exchange.request.param("id"));
    if (!id) {
        return Response::failed(fail(ErrorCode::NotFound, "There is no such DNS backend.").value());
    }
    const auto gone = plugins_.delete_dns_backend(users::caller_of(exchange), *id);
    return gone ? Response::no_content() : Response::failed(gone.error());
}

void PluginApi::add_routes(http::Router& router) {
    const auto add = [&](http::Method method,
                         const char* path,
                         const char* permission,
                         const char* operation,
                         const char* summary,
                         const Description* request,
                         const Description* response,
                         Response (PluginApi::*handler)(Exchange&)) {
        http::Route route{
            .method = method,
            .path = path,
            .permission = permission,
            .access = http::Access::SignedIn,
            .csrf = http::Csrf::None,
            .rate = http::RateClass::Api,
        };
        route.request = request;
        route.response = response;
        route.response_is_list = method == http::Method::Get;
        route.operation = operation;
        route.summary = summary;
        route.api = true;
        route.handler = [this, handler](Exchange& exchange) { return (this->*handler)(exchange); };
        router.add(std::move(route));
    };
    using http::Method;
    add(Method::Get,
        "/api/v1/plugins",
        "plugin:read",
        "listPlugins",
        "The plugins and whether they work.",
        nullptr,
        &describe<CatalogueEntry>(),
        &PluginApi::list);
    add(Method::Get,
        "/api/v1/dns-backends",
        "dns:read",
        "listDnsBackends",
        "Where zones can be served.",
        nullptr,
        &describe<DnsBackend>(),
        &PluginApi::list_backends);
    add(Method::Post,
        "/api/v1/dns-backends",
        "plugin:configure",
        "createDnsBackend",
        "Adds an account at a DNS service.",
        &describe<CreateDnsBackend>(),
        &describe<DnsBackend>(),
        &PluginApi::create_backend);
    add(Method::Delete,
        "/api/v1/dns-backends/{id}",
        "plugin:configure",
        "deleteDnsBackend",
        "Removes an account at a DNS service that serves no zone.",
        nullptr,
        nullptr,
        &PluginApi::delete_backend);
}

}  // namespace hostelry::plugins
