// What people change about themselves.
#include "core/features/shell/form_page.h"
#include "core/features/users/user_pages.h"
#include "core/platform/web/described_fields.h"

#include "templates/users/profile.cpt.h"

namespace hostelry::users {
namespace {

/// People are at home in their home, wherever they act.
Caller at_home(const http::Exchange& exchange) {
    auto caller = caller_of(exchange);
    caller.tenant = exchange.signed_in().home;
    return caller;
}

}  // namespace

http::Response UserPages::show_profile(http::Exchange& exchange) {
    return profile(exchange, nullptr, nullptr);
}

http::Response UserPages::update_profile(http::Exchange& exchange) {
    const auto request = decode_form_as<UpdateProfile>(exchange.request.form());
    if (!request) {
        return profile(exchange, &request.error(), nullptr);
    }
    const auto updated =
        users_.update_profile(at_home(exchange), exchange.signed_in().home, *request);
    if (!updated) {
        return updated.error().fields.empty() ? http::Response::failed(updated.error())
                                              : profile(exchange, &updated.error(), nullptr);
    }
    auto response = http::Response::go_to(exchange.request, "/profile");
    shell::Shell::flash(response, "Saved.");
    return response;
}

http::Response UserPages::change_password(http::Exchange& exchange) {
    const auto request = decode_form_as<ChangePassword>(exchange.request.form());
    if (!request) {
        return profile(exchange, nullptr, &request.error());
    }
    const auto changed =
        users_.change_password(at_home(exchange), exchange.signed_in().home, *request);
    if (!changed) {
        const bool is_answer = changed.error().code == ErrorCode::Invalid ||
                               changed.error().code == ErrorCode::RateLimited;
        return is_answer ? profile(exchange, nullptr, &changed.error())
                         : http::Response::failed(changed.error());
    }
    return http::Response::go_to(exchange.request, "/sign-in?from=password");
}

http::Response UserPages::profile(
    http::Exchange& exchange, const Error* profile_error, const Error* password_error
) {
    const auto caller = at_home(exchange);
    const auto user = users_.get(caller, exchange.signed_in().user);
    if (!user) {
        return http::Response::failed(user.error());
    }
    ProfilePage page;
    page.frame = shell_.frame(
        exchange, {.title = "Your profile", .section = "profile", .topics = {}, .narrow = true}
    );
    page.head = {
        .title = "Your profile",
        .summary = user->email + ", " + std::string(role_label(user->rank()))};
    const auto shown =
        profile_error != nullptr
            ? exchange.request.form()
            : view::shown_values(UpdateProfile{user->name, user->time_zone, user->locale});
    // Whole pages: name and zone stand in the frame, and a new password ends the session.
    page.profile_form = {
        .id = "profile",
        .action = "/profile",
        .idempotency_key = {},
        .errors = shell::summary_of(profile_error, "Nothing was saved."),
        .whole_page = true};
    page.profile = view::described_fields(
        describe<UpdateProfile>(), shown, shell::field_errors_of(profile_error)
    );
    offer_time_zones(
        page.profile,
        profile_error != nullptr ? exchange.request.form_value("time_zone") : user->time_zone
    );
    complete_field(page.profile, "name", "name");
    page.password_form = {
        .id = "password",
        .action = "/profile/password",
        .idempotency_key = {},
        .errors = shell::summary_of(password_error, "Your password is as before."),
        .whole_page = true};
    page.password = view::described_fields(
        describe<ChangePassword>(), {}, shell::field_errors_of(password_error)
    );
    complete_field(page.password, "current_password", "current-password");
    complete_field(page.password, "new_password", "new-password");
    const auto* error = profile_error != nullptr ? profile_error : password_error;
    const int status = error == nullptr ? 200 : error->code == ErrorCode::RateLimited ? 429 : 422;
    return shell_.page(
        exchange, [&](view::Out& out) { views::users::profile(out, page); }, status
    );
}

}  // namespace hostelry::users
