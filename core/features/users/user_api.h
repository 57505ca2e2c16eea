#pragma once

#include "core/features/users/users.h"

namespace hostelry::users {

/// /api/v1/users and /api/v1/profile.
class UserApi {
public:
    explicit UserApi(Users& users) : users_(users) {}

    http::Response list(http::Exchange& exchange);
    http::Response create(http::Exchange& exchange);
    http::Response get(http::Exchange& exchange);
    http::Response update(http::Exchange& exchange);
    http::Response remove(http::Exchange& exchange);
    http::Response suspend(http::Exchange& exchange);
    http::Response resume(http::Exchange& exchange);
    http::Response make_password_link(http::Exchange& exchange);
    http::Response profile(http::Exchange& exchange);
    http::Response update_profile(http::Exchange& exchange);
    http::Response change_password(http::Exchange& exchange);

private:
    Users& users_;
};

}  // namespace hostelry::users
