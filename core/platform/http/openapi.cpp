#include "core/platform/http/openapi.h"

#include "core/base/describe.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <array>

namespace hostelry::http {
namespace {

using nlohmann::json;

json reference(const std::string& schema) {
    return {{"$ref", "#/components/schemas/" + schema}};
}

json problem_schema() {
    return {
        {"type", "object"},
        {"description", "RFC 9457 problem document."},
        {"required", {"type", "title", "status", "code", "detail", "request_id"}},
        {"properties",
         {{"type", {{"type", "string"}}},
          {"title", {{"type", "string"}}},
          {"status", {{"type", "integer"}}},
          {"code", {{"type", "string"}}},
          {"detail", {{"type", "string"}}},
          {"request_id", {{"type", "string"}}},
          {"errors",
           {{"type", "array"},
            {"items",
             {{"type", "object"},
              {"required", {"field", "message"}},
              {"properties",
               {{"field", {{"type", "string"}}}, {"message", {{"type", "string"}}}}}}}}}}},
    };
}

json content(json schema, const char* media_type = "application/json") {
    return {{media_type, {{"schema", std::move(schema)}}}};
}

json parameters_of(const Route& route) {
    auto parameters = json::array();
    for (const auto& segment : split(route.path, '/')) {
        if (segment.size() > 2 && segment.front() == '{') {
            parameters.push_back(
                {{"name", segment.substr(1, segment.size() - 2)},
                 {"in", "path"},
                 {"required", true},
                 {"schema", {{"type", "string"}}}}
            );
        }
    }
    if (route.query != nullptr) {
        const auto schema = json_schema(*route.query);
        for (const auto& field : route.query->fields) {
            parameters.push_back(
                {{"name", field.name},
                 {"in", "query"},
                 {"required", field.facts.required},
                 {"schema", schema.at("properties").at(field.name)}}
            );
        }
    }
    if (route.idempotent) {
        parameters.push_back(
            {{"name", "Idempotency-Key"},
             {"in", "header"},
             {"required", false},
             {"description", "Names this request: sent again with it, nothing more is changed."},
             {"schema", {{"type", "string"}, {"maxLength", 100}}}}
        );
    }
    return parameters;
}

json list_of(const std::string& schema) {
    return {
        {"type", "object"},
        {"required", {"items", "next"}},
        {"properties",
         {{"items", {{"type", "array"}, {"items", reference(schema)}}},
          {"next",
           {{"type", {"string", "null"}},
            {"description", "Send it as \"after\" for what follows; null when nothing does."}}}}},
    };
}

json answers_of(const Route& route) {
    json success{{"description", "Done."}};
    if (route.response != nullptr) {
        const auto& name = route.response->name;
        success["content"] = content(route.response_is_list ? list_of(name) : reference(name));
    }
    json problem{
        {"description", "Refused; the document says why."},
        {"content", content(reference("Problem"), "application/problem+json")},
    };
    return {{"2XX", std::move(success)}, {"default", std::move(problem)}};
}

json operation_of(const Route& route) {
    json operation{
        {"operationId", route.operation},
        {"summary", route.summary},
        {"responses", answers_of(route)},
    };
    // "/api/v1/sites/{id}" belongs to "sites".
    const auto segments = split(route.path, '/');
    if (segments.size() > 3) {
        operation["tags"] = {segments[3]};
    }
    if (auto parameters = parameters_of(route); !parameters.empty()) {
        operation["parameters"] = std::move(parameters);
    }
    if (route.request != nullptr) {
        operation["requestBody"] = {
            {"required", true}, {"content", content(reference(route.request->name))}};
    }
    if (route.access == Access::SignedIn) {
        operation["security"] = {{{"session", json::array()}}, {{"key", json::array()}}};
        operation["x-permission"] = route.permission;
    }
    return operation;
}

void add_schema(json& schemas, const Description* description) {
    if (description != nullptr && !schemas.contains(description->name)) {
        schemas[description->name] = json_schema(*description);
    }
}

}  // namespace

std::string openapi_document(const Router& router, const ApiInfo& info) {
    json schemas{{"Problem", problem_schema()}};
    json paths = json::object();
    for (const auto& route : router.routes()) {
        if (!route.api) {
            continue;
        }
        add_schema(schemas, route.request);
        add_schema(schemas, route.response);
        paths[route.path][lower_ascii(method_name(route.method))] = operation_of(route);
    }
    json document{
        {"openapi", "3.1.0"},
        {"info",
         {{"title", info.title}, {"version", info.version}, {"description", info.description}}},
        {"paths", std::move(paths)},
        {"components",
         {{"schemas", std::move(schemas)},
          {"securitySchemes",
           {{"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "__Host-session"}}},
            {"key", {{"type", "http"}, {"scheme", "bearer"}}}}}}},
    };
    return document.dump(2);
}

Route openapi_route(const Router& router, const ApiInfo& info, std::string path) {
    auto document = std::make_shared<const std::string>(openapi_document(router, info));
    return {
        .method = Method::Get,
        .path = std::move(path),
        .access = Access::Public,
        .csrf = Csrf::None,
        .rate = RateClass::Api,
        .run = Run::Inline,
        .handler =
            [document](Exchange&) {
                Response response;
                response.content_type = "application/json; charset=utf-8";
                response.shared_body = document;
                response.sandbox = true;
                return response;
            },
    };
}

}  // namespace hostelry::http
