#pragma once
// POST /api/v1/setup-links: the one-time link by which the first superadmin is made, for `hostelry
// setup`. Only the operator on the panel's own machine can ask while nobody else exists.

#include "core/base/describe.h"
#include "core/features/auth/auth.h"
#include "core/platform/http/route.h"

#include <functional>
#include <string>

namespace hostelry::app {

struct SetupLink {
    std::string url;
};

/// `auth` outlives the route. `public_url` is asked for each link. Conflict once somebody is there.
http::Route setup_route(auth::Auth& auth, std::function<std::string()> public_url);

}  // namespace hostelry::app

template <>
const hostelry::Description& hostelry::describe<hostelry::app::SetupLink>();
