#include "core/features/users/user_api.h"
#include "core/features/users/user_pages.h"
#include "core/platform/http/api.h"

#include <functional>
#include <memory>

namespace hostelry::users {
namespace {

using http::Method;

void add_page_routes(http::Router& router, Users& users, shell::Shell& shell) {
    const auto pages = std::make_shared<UserPages>(users, shell);
    const auto add = http::pages_of(router, pages);
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

using AddOperation =
    std::function<void(const http::ApiOperation&, http::Response (UserApi::*)(http::Exchange&))>;

void add_people(const AddOperation& add) {
    const auto* user = &describe<User>();
    add({.method = Method::Get,
         .path = "/users",
         .permission = "user:read",
         .operation = "listUsers",
         .summary = "People of the account and those below it",
         .query = &describe<ListUsers>(),
         .response = user,
         .is_list = true},
        &UserApi::list);
    add({.method = Method::Post,
         .path = "/users",
         .permission = "user:create",
         .operation = "createUser",
         .summary = "Create a person",
         .request = &describe<CreateUser>(),
         .response = user,
         .idempotent = true},
        &UserApi::create);
    add({.method = Method::Get,
         .path = "/users/{id}",
         .permission = "user:read",
         .operation = "getUser",
         .summary = "One person",
         .response = user},
        &UserApi::get);
    add({.method = Method::Patch,
         .path = "/users/{id}",
         .permission = "user:update",
         .operation = "updateUser",
         .summary = "Change a person; absent members stay",
         .request = &describe<UpdateUser>(),
         .response = user},
        &UserApi::update);
    add({.method = Method::Delete,
         .path = "/users/{id}",
         .permission = "user:delete",
         .operation = "deleteUser",
         .summary = "Delete a person"},
        &UserApi::remove);
}

void add_sign_in_rights(const AddOperation& add) {
    const auto* user = &describe<User>();
    add({.method = Method::Post,
         .path = "/users/{id}/suspension",
         .permission = "user:update",
         .operation = "suspendUser",
         .summary = "Suspend a person and end their sessions",
         .response = user},
        &UserApi::suspend);
    add({.method = Method::Delete,
         .path = "/users/{id}/suspension",
         .permission = "user:update",
         .operation = "resumeUser",
         .summary = "Let a suspended person sign in again",
         .response = user},
        &UserApi::resume);
    add({.method = Method::Post,
         .path = "/users/{id}/password-link",
         .permission = "user:update",
         .operation = "createPasswordLink",
         .summary = "Make a one-time link for setting a password",
         .response = &describe<PasswordLink>()},
        &UserApi::make_password_link);
}

void add_profile(const AddOperation& add) {
    const auto* user = &describe<User>();
    add({.method = Method::Get,
         .path = "/profile",
         .permission = "self",
         .operation = "getProfile",
         .summary = "Whoever is signed in",
         .response = user},
        &UserApi::profile);
    add({.method = Method::Patch,
         .path = "/profile",
         .permission = "self",
         .operation = "updateProfile",
         .summary = "Change one's own name, time zone or language",
         .request = &describe<UpdateProfile>(),
         .response = user},
        &UserApi::update_profile);
    add({.method = Method::Post,
         .path = "/profile/password",
         .permission = "self",
         .operation = "changePassword",
         .summary = "Change one's own password; ends all sessions",
         .request = &describe<ChangePassword>()},
        &UserApi::change_password);
}

void add_api_routes(http::Router& router, Users& users) {
    const auto api = std::make_shared<UserApi>(users);
    const auto add = http::operations_of(router, api);
    add_people(add);
    add_sign_in_rights(add);
    add_profile(add);
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
