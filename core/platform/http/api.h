#pragma once
// What the operations of the API have in common: their routes, reading what was sent and answering
// what was found. One look at an operation's route tells the OpenAPI document and the command line
// all they show.
//
//     router.add(http::api_route(
//         {.method = Method::Get,
//          .path = "/jobs",
//          .permission = "job:read",
//          .operation = "listJobs",
//          .summary = "Jobs, newest first",
//          .query = &describe<ListJobs>(),
//          .response = &describe<JobView>(),
//          .is_list = true},
//         http::bound(api, &JobApi::list)
//     ));

#include "core/base/describe.h"
#include "core/platform/http/route.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace hostelry::http {

struct ApiOperation {
    Method method{};
    const char* path = "";                 ///< Below /api/v1.
    const char* permission = "";           ///< "site:create", or "self".
    const char* operation = "";            ///< "createSite".
    const char* summary = "";              ///< One line.
    const Description* query = nullptr;    ///< See query_as(); without one a query is refused.
    const Description* request = nullptr;  ///< See body_as().
    const Description* response = nullptr;
    bool is_list = false;     ///< `response` describes one element; see listed().
    bool idempotent = false;  ///< See Route.
};

/// For those who are signed in, with the permission.
Route api_route(const ApiOperation& operation, Handler handler);

/// The same for a page; what changes something carries a form's token.
Route page_route(Method method, std::string path, std::string permission, Handler handler);

/// A member function as a handler; the object lives as long as the handler.
template <class T>
Handler bound(std::shared_ptr<T> object, Response (T::*act)(Exchange&)) {
    return [object = std::move(object), act](Exchange& exchange) {
        return (object.get()->*act)(exchange);
    };
}
/// The same of an object that outlives the router.
template <class T>
Handler bound(T* object, Response (T::*act)(Exchange&)) {
    return [object, act](Exchange& exchange) { return (object->*act)(exchange); };
}

/// What adds pages, or operations, that are member functions of `object` (see bound()): a table of
/// routes with a line each.
template <class Object>
auto pages_of(Router& router, Object object) {
    using T = std::remove_cvref_t<decltype(*object)>;
    return [&router, object](
               Method method,
               std::string path,
               std::string permission,
               Response (T::*act)(Exchange&)
           ) {
        router.add(page_route(method, std::move(path), std::move(permission), bound(object, act)));
    };
}
template <class Object>
auto operations_of(Router& router, Object object) {
    using T = std::remove_cvref_t<decltype(*object)>;
    return [&router, object](const ApiOperation& operation, Response (T::*act)(Exchange&)) {
        router.add(api_route(operation, bound(object, act)));
    };
}

/// The object that was sent. Invalid when it is something else, or of another media type.
Result<nlohmann::json> json_body(const Request& request);

// These know types by their descriptions only; use the templates below.
Result<void> read_body(const Request& request, const Description& description, void* object);
/// The members that were sent are laid over those of `present`.
Result<void> read_patch(
    const Request& request, const Description& description, const void* present, void* object
);
Response object_answer(const Description& description, const void* object, int status);
Response list_answer(
    const Description& description, const std::vector<const void*>& objects, const std::string& next
);

/// The errors of json_body and decode.
template <class T>
Result<T> body_as(const Request& request) {
    T object{};
    auto read = read_body(request, describe<T>(), &object);
    if (!read) {
        return tl::unexpected(std::move(read).error());
    }
    return object;
}

/// The present values with the members that were sent laid over.
template <class T>
Result<T> patch_as(const Request& request, const T& present) {
    T object{};
    auto read = read_patch(request, describe<T>(), &present, &object);
    if (!read) {
        return tl::unexpected(std::move(read).error());
    }
    return object;
}

/// What stands behind the question mark. Invalid, with the names, for what no client of ours should
/// send: a misspelt filter must not look like one that found everything.
template <class T>
Result<T> query_as(const Request& request) {
    return decode_form_as<T>(request.query_pairs());
}

/// What the sender calls this request, so that sending it again does not do it again.
std::optional<std::string> idempotency_key(const Request& request);

/// As JSON, for those who add something to it.
template <class T>
auto encoded(const T& object) {
    return encode(describe<T>(), &object);
}

/// `next`: what a client sends as "after" to get what follows; empty when nothing does.
template <class T>
Response listed(const std::vector<T>& found, const std::string& next = {}) {
    std::vector<const void*> objects;
    objects.reserve(found.size());
    for (const auto& item : found) {
        objects.push_back(&item);
    }
    return list_answer(describe<T>(), objects, next);
}
/// All there are.
template <class T>
Response listed(const Result<std::vector<T>>& found) {
    return found ? listed(*found) : Response::failed(found.error());
}
Response listed(const nlohmann::json& items, const std::string& next = {});

/// What was found or done; 204 when that is nothing to show.
template <class T>
Response answered(const Result<T>& found, int status = 200) {
    if (!found) {
        return Response::failed(found.error());
    }
    if constexpr (std::is_void_v<T>) {
        return Response::no_content();
    } else if constexpr (std::is_same_v<T, nlohmann::json>) {
        return Response::json(*found, status);
    } else {
        return object_answer(describe<T>(), &*found, status);
    }
}

/// 201 with the place of what is there now: `collection` is "/api/v1/users".
template <class T>
Response created(const Result<T>& made, const std::string& collection) {
    auto response = answered(made, 201);
    if (made) {
        response.set_header("Location", collection + "/" + made->id.to_string());
    }
    return response;
}

}  // namespace hostelry::http
