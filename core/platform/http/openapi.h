#pragma once

#include "core/platform/http/route.h"

#include <string>

namespace hostelry::http {

struct ApiInfo {
    std::string title = "Hostelry API";
    std::string version;
    std::string description;
};

/// The OpenAPI 3.1 document of all routes marked `api`, made from the routes and the descriptions
/// of their request and response types. JSON text; stable for the same routes.
std::string openapi_document(const Router& router, const ApiInfo& info);

/// GET `path`, public, answers the document; made once, at this call, so add it after all other
/// routes.
Route openapi_route(const Router& router, const ApiInfo& info, std::string path);

}  // namespace hostelry::http
