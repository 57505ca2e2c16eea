#include "core/features/users/user_api.h"

#include "core/features/users/user_pages.h"
#include "core/platform/http/api.h"

namespace hostelry::users {
namespace {

constexpr std::int64_t kUsersInAnswer = 200;

template <class T>
Result<T> with_user(const http::Exchange& exchange, const std::function<Result<T>(UserId)>& act) {
    const auto id = TRY(user_id_of(exchange.request));
    return act(id);
}

}  // namespace

http::Response UserApi::list(http::Exchange& exchange) {
    const auto asked = http::query_as<ListUsers>(exchange.request);
    if (!asked) {
        return http::Response::failed(asked.error());
    }
    const UserFilter filter{.words = asked->words, .tenant = asked->tenant, .state = asked->state};
    const auto found = users_.list(caller_of(exchange), filter, asked->after, kUsersInAnswer);
    if (!found) {
        return http::Response::failed(found.error());
    }
    const auto next = asked->after + static_cast<std::int64_t>(found->users.size());
    return http::listed(found->users, next < found->matching ? std::to_string(next) : "");
}

http::Response UserApi::create(http::Exchange& exchange) {
    const auto make = [&]() -> Result<User> {
        const auto request = TRY(http::body_as<CreateUser>(exchange.request));
        return users_.create(caller_of(exchange), request, http::idempotency_key(exchange.request));
    };
    return http::created(make(), "/api/v1/users");
}

http::Response UserApi::get(http::Exchange& exchange) {
    return http::answered(with_user<User>(exchange, [&](UserId id) {
        return users_.get(caller_of(exchange), id);
    }));
}

http::Response UserApi::update(http::Exchange& exchange) {
    return http::answered(with_user<User>(exchange, [&](UserId id) -> Result<User> {
        const auto caller = caller_of(exchange);
        const auto user = TRY(users_.get(caller, id));
        const auto request = TRY(http::patch_as(
            exchange.request,
            UpdateUser{user.name, user.email, user.role, user.time_zone, user.locale}
        ));
        return users_.update(caller, id, request);
    }));
}

http::Response UserApi::remove(http::Exchange& exchange) {
    return http::answered(with_user<void>(exchange, [&](UserId id) {
        return users_.remove(caller_of(exchange), id);
    }));
}

http::Response UserApi::suspend(http::Exchange& exchange) {
    return http::answered(with_user<User>(exchange, [&](UserId id) {
        return users_.suspend(caller_of(exchange), id);
    }));
}

http::Response UserApi::resume(http::Exchange& exchange) {
    return http::answered(with_user<User>(exchange, [&](UserId id) {
        return users_.resume(caller_of(exchange), id);
    }));
}

http::Response UserApi::make_password_link(http::Exchange& exchange) {
    return http::answered(
        with_user<PasswordLink>(
            exchange, [&](UserId id) { return users_.make_password_link(caller_of(exchange), id); }
        ),
        201
    );
}

http::Response UserApi::profile(http::Exchange& exchange) {
    auto caller = caller_of(exchange);
    caller.tenant = exchange.signed_in().home;
    return http::answered(users_.get(caller, exchange.signed_in().user));
}

http::Response UserApi::update_profile(http::Exchange& exchange) {
    auto caller = caller_of(exchange);
    caller.tenant = exchange.signed_in().home;
    const auto act = [&]() -> Result<User> {
        const auto user = TRY(users_.get(caller, exchange.signed_in().user));
        const auto request = TRY(
            http::patch_as(exchange.request, UpdateProfile{user.name, user.time_zone, user.locale})
        );
        return users_.update_profile(caller, caller.tenant, request);
    };
    return http::answered(act());
}

http::Response UserApi::change_password(http::Exchange& exchange) {
    const auto act = [&]() -> Result<void> {
        const auto request = TRY(http::body_as<ChangePassword>(exchange.request));
        return users_.change_password(caller_of(exchange), exchange.signed_in().home, request);
    };
    return http::answered(act());
}

}  // namespace hostelry::users
