#include "core/features/users/user_api.h"

#include "core/features/users/user_pages.h"

#include <nlohmann/json.hpp>

namespace hostelry::users {
namespace {

using nlohmann::json;

constexpr std::int64_t kUsersInAnswer = 200;

Result<json> json_body(const http::Request& request) {
    auto body = json::parse(request.body, nullptr, false);
    if (!request.is_json() || !body.is_object()) {
        return fail(ErrorCode::Invalid, "Send a JSON object with Content-Type application/json.");
    }
    return body;
}

template <class T>
Result<T> read_body(const http::Request& request) {
    const auto body = TRY(json_body(request));
    return decode_as<T>(body);
}

/// The present values with the given members laid over.
template <class T>
Result<T> read_patch(const http::Request& request, const T& present) {
    const auto body = TRY(json_body(request));
    auto merged = encode(describe<T>(), &present);
    merged.update(body);
    return decode_as<T>(merged);
}

template <class T>
http::Response answer(const Result<T>& result, int status = 200) {
    return result ? http::Response::json(encode(describe<T>(), &*result), status)
                  : http::Response::failed(result.error());
}

http::Response answer(const Result<void>& result) {
    return result ? http::Response::no_content() : http::Response::failed(result.error());
}

template <class T>
Result<T> with_user(const http::Exchange& exchange, const std::function<Result<T>(UserId)>& act) {
    const auto id = TRY(user_id_of(exchange.request));
    return act(id);
}

}  // namespace

http::Response UserApi::list(http::Exchange& exchange) {
    const auto& request = exchange.request;
    const UserFilter filter{
        .words = request.query("q").value_or(""),
        .tenant = TenantId::parse(request.query("tenant").value_or("")),
        .state = request.query("state").value_or("")};
    std::int64_t offset = 0;
    try {
        offset =
            std::clamp<std::int64_t>(std::stoll(request.query("next").value_or("0")), 0, 1'000'000);
    } catch (const std::logic_error&) {
        return http::Response::failed(fail_fields({{"next", "Send what an earlier answer gave."}}
        ).value());
    }
    const auto found = users_.list(caller_of(exchange), filter, offset, kUsersInAnswer);
    if (!found) {
        return http::Response::failed(found.error());
    }
    json items = json::array();
    for (const auto& user : found->users) {
        items.push_back(encode(describe<User>(), &user));
    }
    const auto next = offset + static_cast<std::int64_t>(found->users.size());
    return http::Response::json(
        {{"items", std::move(items)},
         {"next", next < found->matching ? json(std::to_string(next)) : json(nullptr)}}
    );
}

http::Response UserApi::create(http::Exchange& exchange) {
    const auto request = read_body<CreateUser>(exchange.request);
    if (!request) {
        return http::Response::failed(request.error());
    }
    const auto key = exchange.request.header("idempotency-key");
    const auto user = users_.create(
        caller_of(exchange),
        *request,
        key ? std::optional{std::string(key->substr(0, 100))} : std::nullopt
    );
    auto response = answer(user, 201);
    if (user) {
        response.set_header("Location", "/api/v1/users/" + user->id.to_string());
    }
    return response;
}

http::Response UserApi::get(http::Exchange& exchange) {
    return answer(with_user<User>(exchange, [&](UserId id) {
        return users_.get(caller_of(exchange), id);
    }));
}

http::Response UserApi::update(http::Exchange& exchange) {
    return answer(with_user<User>(exchange, [&](UserId id) -> Result<User> {
        const auto caller = caller_of(exchange);
        const auto user = TRY(users_.get(caller, id));
        const auto request = TRY(read_patch(
            exchange.request,
            UpdateUser{user.name, user.email, user.role, user.time_zone, user.locale}
        ));
        return users_.update(caller, id, request);
    }));
}

http::Response UserApi::remove(http::Exchange& exchange) {
    return answer(with_user<void>(exchange, [&](UserId id) {
        return users_.remove(caller_of(exchange), id);
    }));
}

http::Response UserApi::suspend(http::Exchange& exchange) {
    return answer(with_user<User>(exchange, [&](UserId id) {
        return users_.suspend(caller_of(exchange), id);
    }));
}

http::Response UserApi::resume(http::Exchange& exchange) {
    return answer(with_user<User>(exchange, [&](UserId id) {
        return users_.resume(caller_of(exchange), id);
    }));
}

http::Response UserApi::make_password_link(http::Exchange& exchange) {
    return answer(
        with_user<PasswordLink>(
            exchange, [&](UserId id) { return users_.make_password_link(caller_of(exchange), id); }
        ),
        201
    );
}

http::Response UserApi::profile(http::Exchange& exchange) {
    auto caller = caller_of(exchange);
    caller.tenant = exchange.signed_in().home;
    return answer(users_.get(caller, exchange.signed_in().user));
}

http::Response UserApi::update_profile(http::Exchange& exchange) {
    auto caller = caller_of(exchange);
    caller.tenant = exchange.signed_in().home;
    const auto user = users_.get(caller, exchange.signed_in().user);
    if (!user) {
        return http::Response::failed(user.error());
    }
    const auto request =
        read_patch(exchange.request, UpdateProfile{user->name, user->time_zone, user->locale});
    return request ? answer(users_.update_profile(caller, caller.tenant, *request))
                   : http::Response::failed(request.error());
}

http::Response UserApi::change_password(http::Exchange& exchange) {
    const auto request = read_body<ChangePassword>(exchange.request);
    return request ? answer(users_.change_password(
                         caller_of(exchange), exchange.signed_in().home, *request
                     ))
                   : http::Response::failed(request.error());
}

}  // namespace hostelry::users
