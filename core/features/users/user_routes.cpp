#include "core/features/users/user_api.h"
#include "core/features/users/user_pages.h"

#include <memory>

namespace hostelry::users {
namespace {

using http::Access;
using http::Csrf;
using http::Method;
using http::RateClass;

http::Route page_route(Method method, std::string path, std::string permission) {
    return {
        .method = method,
        .path = std::move(path),
        .permission = std::move(permission),
        .access = Access::SignedIn,
        .csrf = Csrf::Token,
        .rate = RateClass::Page};
}

http::Route api_route(
    Method method,
    std::string path,
    std::string permission,
    std::string operation,
    std::string summary
) {
    return {
        .method = method,
        .path = "/api/v1" + std::move(path),
        .permission = std::move(permission),
        .access = Access::SignedIn,
        .csrf = Csrf::None,
        .rate = RateClass::Api,
        .operation = std::move(operation),
        .summary = std::move(summary),
        .api = true};
}

void add_page_routes(http::Router& router, Users& users, shell::Shell& shell) {
    const auto pages = std::make_shared<UserPages>(users, shell);
    const auto add = [&](Method method,
                         std::string path,
                         std::string permission,
                         http::Response (UserPages::*act)(http::Exchange&)) {
        auto route = page_route(method, std::move(path), std::move(permission));
        route.handler = [pages, act](http::Exchange& exchange) { return (*pages.*act)(exchange); };
        router.add(std::move(route));
    };
    add(Method::Get, "/users", "user:read", &UserPages::index);
    add(Method::Post, "/users", "user:create", &UserPages::create);
    add(Method::Get, "/users/new", "user:create", &UserPages::show_new);
    add(Method::Get, "/users/{id}", "user:read", &UserPages::show);
    add(Method::Post, "/users/{id}", "user:update", &UserPages::update);
    add(Method::Get, "/users/{id}/edit", "user:update", &UserPages::show_edit);
    add(Method::Post, "/users/{id}/suspension", "user:update", &UserPages::suspend);
    add(Method::Post, "/users/{id}/resumption", "user:update", &UserPages::resume);
    add(Method::Post, "/users/{id}/password-link", "user:update", &UserPages::make_password_link);
    add(Method::Get, "/users/{id}/deletion", "user:delete", &UserPages::show_deletion);
    add(Method::Post, "/users/{id}/deletion", "user:delete", &UserPages::remove);
    add(Method::Get, "/profile", "self", &UserPages::show_profile);
    add(Method::Post, "/profile", "self", &UserPages::update_profile);
    add(Method::Post, "/profile/password", "self", &UserPages::change_password);
}

void add_api_routes(http::Router& router, Users& users) {
    const auto api = std::make_shared<UserApi>(users);
    const auto add = [&](http::Route route,
                         http::Response (UserApi::*act)(http::Exchange&),
                         const Description* request,
                         const Description* response) {
        route.request = request;
        route.response = response;
        route.handler = [api, act](http::Exchange& exchange) { return (*api.*act)(exchange); };
        router.add(std::move(route));
    };
    const auto* user = &describe<User>();
    auto list = api_route(
        Method::Get, "/users", "user:read", "listUsers", "People of the account and those below it"
    );
    list.response_is_list = true;
    add(std::move(list), &UserApi::list, nullptr, user);
    add(api_route(Method::Post, "/users", "user:create", "createUser", "Create a person"),
        &UserApi::create,
        &describe<CreateUser>(),
        user);
    add(api_route(Method::Get, "/users/{id}", "user:read", "getUser", "One person"),
        &UserApi::get,
        nullptr,
        user);
    add(api_route(
            Method::Patch,
            "/users/{id}",
            "user:update",
            "updateUser",
            "Change a person; absent members stay"
        ),
        &UserApi::update,
        &describe<UpdateUser>(),
        user);
    add(api_route(Method::Delete, "/users/{id}", "user:delete", "deleteUser", "Delete a person"),
        &UserApi::remove,
        nullptr,
        nullptr);
    add(api_route(
            Method::Post,
            "/users/{id}/suspension",
            "user:update",
            "suspendUser",
            "Suspend a person and end their sessions"
        ),
        &UserApi::suspend,
        nullptr,
        user);
    add(api_route(
            Method::Delete,
            "/users/{id}/suspension",
            "user:update",
            "resumeUser",
            "Let a suspended person sign in again"
        ),
        &UserApi::resume,
        nullptr,
        user);
    add(api_route(
            Method::Post,
            "/users/{id}/password-link",
            "user:update",
            "createPasswordLink",
            "Make a one-time link for setting a password"
        ),
        &UserApi::make_password_link,
        nullptr,
        &describe<PasswordLink>());
    add(api_route(Method::Get, "/profile", "self", "getProfile", "Whoever is signed in"),
        &UserApi::profile,
        nullptr,
        user);
    add(api_route(
            Method::Patch,
            "/profile",
            "self",
            "updateProfile",
            "Change one's own name, time zone or language"
        ),
        &UserApi::update_profile,
        &describe<UpdateProfile>(),
        user);
    add(api_route(
            Method::Post,
            "/profile/password",
            "self",
            "changePassword",
            "Change one's own password; ends all sessions"
        ),
        &UserApi::change_password,
        &describe<ChangePassword>(),
        nullptr);
}

}  // namespace

void Users::add_routes(http::Router& router) {
    add_page_routes(router, *this, needs_.shell);
    add_api_routes(router, *this);
    needs_.shell.add_topic("user", [](db::Transaction& tx, const Uuid& id) {
        return UserStore{tx}.find(UserId{id}).has_value();
    });
    needs_.shell.add_source(
        "user:read",
        [](db::Transaction& tx, const http::Principal&, const std::string& words) {
            std::vector<view::PaletteItem> items;
            for (const auto& user :
                 UserStore{tx}.list({.words = words, .tenant = {}, .state = {}}, 0, 5).users) {
                items.push_back({user.name, user.email, "user", "/users/" + user.id.to_string()});
            }
            return items;
        }
    );
}

}  // namespace hostelry::users
