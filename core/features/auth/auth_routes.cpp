#include "core/features/auth/auth_pages.h"
#include "core/platform/http/api.h"

#include <memory>

namespace hostelry::auth {
namespace {

using http::Access;
using http::Csrf;
using http::Method;
using http::RateClass;

}  // namespace

void Auth::add_routes(http::Router& router) {
    const auto pages = std::make_shared<AuthPages>(*this, needs_.users, needs_.shell);
    const auto open = [&](Method method,
                          std::string path,
                          http::Response (AuthPages::*act)(http::Exchange&),
                          bool secret) {
        http::Route route{
            .method = method,
            .path = std::move(path),
            .access = Access::Public,
            .csrf = Csrf::Token,
            .rate = RateClass::Login};
        route.handler = http::bound(pages, act);
        route.secret_path = secret;
        router.add(std::move(route));
    };
    const auto own = [&](std::string path, http::Response (AuthPages::*act)(http::Exchange&)) {
        router.add(http::page_route(Method::Post, std::move(path), "self", http::bound(pages, act))
        );
    };
    open(Method::Get, "/sign-in", &AuthPages::show_sign_in, false);
    open(Method::Post, "/sign-in", &AuthPages::sign_in, false);
    open(Method::Get, "/setup/{token}", &AuthPages::show_set_up, true);
    open(Method::Post, "/setup/{token}", &AuthPages::set_up, true);
    open(Method::Get, "/password/{token}", &AuthPages::show_password, true);
    open(Method::Post, "/password/{token}", &AuthPages::set_password, true);
    own("/sign-out", &AuthPages::sign_out);
    own("/acting-tenant", &AuthPages::act_in);
}

}  // namespace hostelry::auth
