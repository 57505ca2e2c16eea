#pragma once

#include "core/features/auth/auth.h"

namespace hostelry::auth {

/// The pages of people who are not signed in yet, and the two forms of every page's head.
class AuthPages {
public:
    AuthPages(Auth& auth, users::Users& users, shell::Shell& shell)
        : auth_(auth), users_(users), shell_(shell) {}

    http::Response show_sign_in(http::Exchange& exchange);
    http::Response sign_in(http::Exchange& exchange);
    http::Response sign_out(http::Exchange& exchange);
    http::Response act_in(http::Exchange& exchange);
    http::Response show_set_up(http::Exchange& exchange);
    http::Response set_up(http::Exchange& exchange);
    http::Response show_password(http::Exchange& exchange);
    http::Response set_password(http::Exchange& exchange);

private:
    http::Response sign_in_page(http::Exchange& exchange, const Error* error);
    http::Response set_up_page(http::Exchange& exchange, const Error* error);
    http::Response password_page(
        http::Exchange& exchange, const users::LinkOwner& owner, const Error* error
    );
    http::Response gone_link(http::Exchange& exchange, std::string_view help);

    Auth& auth_;
    users::Users& users_;
    shell::Shell& shell_;
};

}  // namespace hostelry::auth
