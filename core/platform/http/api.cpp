#include "core/platform/http/api.h"

#include "core/base/strict_json.h"

#include <nlohmann/json.hpp>

namespace hostelry::http {
namespace {

constexpr std::size_t kIdempotencyKeyMax = 100;

/// An operation that knows no filters says so: one that is ignored looks like one that found all.
Handler without_filters(Handler handler) {
    return [handler = std::move(handler)](Exchange& exchange) {
        std::vector<FieldError> errors;
        for (const auto& [name, value] : exchange.request.query_pairs()) {
            errors.push_back({name, "There is no field of this name."});
        }
        return errors.empty() ? handler(exchange) : Response::failed(fail_fields(errors).value());
    };
}

}  // namespace

Route api_route(const ApiOperation& operation, Handler handler) {
    Route route;
    route.method = operation.method;
    route.path = std::string("/api/v1") + operation.path;
    route.permission = operation.permission;
    route.access = Access::SignedIn;
    route.csrf = Csrf::None;
    route.rate = RateClass::Api;
    route.query = operation.query;
    route.request = operation.request;
    route.response = operation.response;
    route.operation = operation.operation;
    route.summary = operation.summary;
    route.handler =
        operation.query == nullptr ? without_filters(std::move(handler)) : std::move(handler);
    route.api = true;
    route.response_is_list = operation.is_list;
    route.idempotent = operation.idempotent;
    return route;
}

Route page_route(Method method, std::string path, std::string permission, Handler handler) {
    Route route;
    route.method = method;
    route.path = std::move(path);
    route.permission = std::move(permission);
    route.access = Access::SignedIn;
    route.csrf = is_safe(method) ? Csrf::None : Csrf::Token;
    route.rate = RateClass::Page;
    route.handler = std::move(handler);
    return route;
}

Result<nlohmann::json> json_body(const Request& request) {
    constexpr auto kWanted = "Send a JSON object with Content-Type application/json.";
    if (!request.is_json() || request.body.empty()) {
        return fail(ErrorCode::Invalid, kWanted);
    }
    auto body = TRY(parse_strict_json(request.body));
    if (!body.is_object()) {
        return fail(ErrorCode::Invalid, kWanted);
    }
    return body;
}

std::optional<std::string> idempotency_key(const Request& request) {
    const auto key = request.header("idempotency-key");
    if (!key || key->empty()) {
        return std::nullopt;
    }
    return std::string(key->substr(0, kIdempotencyKeyMax));
}

Result<void> read_body(const Request& request, const Description& description, void* object) {
    const auto body = TRY(json_body(request));
    auto errors = decode(description, body, object);
    if (!errors.empty()) {
        return fail_fields(std::move(errors));
    }
    return {};
}

Result<void> read_patch(
    const Request& request, const Description& description, const void* present, void* object
) {
    const auto body = TRY(json_body(request));
    auto merged = encode(description, present);
    merged.update(body);
    auto errors = decode(description, merged, object);
    if (!errors.empty()) {
        return fail_fields(std::move(errors));
    }
    return {};
}

Response object_answer(const Description& description, const void* object, int status) {
    return Response::json(encode(description, object), status);
}

Response list_answer(
    const Description& description, const std::vector<const void*>& objects, const std::string& next
) {
    auto items = nlohmann::json::array();
    for (const auto* object : objects) {
        items.push_back(encode(description, object));
    }
    return listed(items, next);
}

Response listed(const nlohmann::json& items, const std::string& next) {
    return Response::json(
        {{"items", items}, {"next", next.empty() ? nlohmann::json(nullptr) : nlohmann::json(next)}}
    );
}

}  // namespace hostelry::http
