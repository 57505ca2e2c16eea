#include "core/app/setup_route.h"

#include "core/features/users/role.h"

#include <nlohmann/json.hpp>

namespace hostelry::app {
namespace {

http::Response make_setup_link(auth::Auth& auth, const std::string& public_url) {
    const auto url = auth.setup_url(public_url);
    if (!url) {
        return http::Response::failed(url.error());
    }
    if (!*url) {
        return http::Response::failed(
            {.code = ErrorCode::Conflict,
             .message = "The panel is set up already. For a new password: hostelry setup --email "
                        "ADDRESS"}
        );
    }
    const SetupLink link{**url};
    return http::Response::json(encode(describe<SetupLink>(), &link), 201);
}

}  // namespace

http::Route setup_route(auth::Auth& auth, std::function<std::string()> public_url) {
    return {
        .method = http::Method::Post,
        .path = "/api/v1/setup-links",
        .permission = users::role_permission(users::Role::Superadmin),
        .access = http::Access::SignedIn,
        .csrf = http::Csrf::None,
        .rate = http::RateClass::Api,
        .response = &describe<SetupLink>(),
        .operation = "createSetupLink",
        .summary = "Make the one-time link for the first superadmin",
        .handler =
            [&auth, public_url = std::move(public_url)](http::Exchange&) {
                return make_setup_link(auth, public_url());
            },
        .api = true,
    };
}

}  // namespace hostelry::app

template <>
const hostelry::Description& hostelry::describe<hostelry::app::SetupLink>() {
    using hostelry::app::SetupLink;
    static const Description kDescription{
        "SetupLink",
        {field<&SetupLink::url>(
            "url", {.label = "Setup link", .help = "Works once; earlier links stop working."}
        )}};
    return kDescription;
}
