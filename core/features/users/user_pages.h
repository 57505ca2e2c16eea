#pragma once

#include "core/features/users/user_views.h"
#include "core/features/users/users.h"

namespace hostelry::users {

class UserPages {
public:
    UserPages(Users& users, shell::Shell& shell) : users_(users), shell_(shell) {}

    http::Response index(http::Exchange& exchange);
    http::Response show(http::Exchange& exchange);
    http::Response show_new(http::Exchange& exchange);
    http::Response create(http::Exchange& exchange);
    http::Response show_edit(http::Exchange& exchange);
    http::Response update(http::Exchange& exchange);
    http::Response suspend(http::Exchange& exchange);
    http::Response resume(http::Exchange& exchange);
    http::Response make_password_link(http::Exchange& exchange);
    http::Response show_deletion(http::Exchange& exchange);
    http::Response remove(http::Exchange& exchange);

    http::Response show_profile(http::Exchange& exchange);
    http::Response update_profile(http::Exchange& exchange);
    http::Response change_password(http::Exchange& exchange);

private:
    http::Response create_form(http::Exchange& exchange, const Error* error);
    http::Response edit_form(http::Exchange& exchange, const User& user, const Error* error);
    http::Response form_page(http::Exchange& exchange, UserFormPage page, const Error* error);
    http::Response deletion(http::Exchange& exchange, const User& user, const std::string& error);
    http::Response profile(
        http::Exchange& exchange, const Error* profile_error, const Error* password_error
    );
    http::Response link_page(
        http::Exchange& exchange, const User& user, const PasswordLink& link, bool is_new
    );

    Users& users_;
    shell::Shell& shell_;
};

std::string href_of(const User& user);
/// The person named by the route's {id}; NotFound for what is no id.
Result<UserId> user_id_of(const http::Request& request);

}  // namespace hostelry::users
