#include "core/features/auth/auth_pages.h"

#include "core/features/auth/auth_views.h"
#include "core/features/shell/form_page.h"
#include "core/platform/web/described_fields.h"

#include "templates/auth/links.cpt.h"
#include "templates/auth/sign_in.cpt.h"

namespace hostelry::auth {
namespace {

Origin origin_of(const http::Exchange& exchange) {
    return {
        .client_address = exchange.request.client_address,
        .user_agent = std::string(exchange.request.header("user-agent").value_or("")),
        .request_id = exchange.request.request_id,
    };
}

int status_of(const Error* error) {
    if (error == nullptr) {
        return 200;
    }
    return error->code == ErrorCode::Invalid ? 422 : http_status(error->code);
}

void say_when(http::Response& response, const Error* error) {
    if (error != nullptr && error->retry_after) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(*error->retry_after).count();
        response.set_header("Retry-After", std::to_string(seconds));
    }
}

void start_cookie(http::Response& response, const NewSession& session) {
    response.set_cookie({.name = std::string(kSessionCookie), .value = session.token, .max_age = {}}
    );
}

}  // namespace

http::Response AuthPages::show_sign_in(http::Exchange& exchange) {
    if (exchange.principal != nullptr) {
        return http::Response::see_other(own_path_or_home(exchange.request.query("next").value_or(""
        )));
    }
    return sign_in_page(exchange, nullptr);
}

http::Response AuthPages::sign_in(http::Exchange& exchange) {
    http::FormPairs credentials;
    for (const auto& pair : exchange.request.form()) {
        if (pair.first != "next") {
            credentials.push_back(pair);
        }
    }
    const auto request = decode_form_as<SignIn>(credentials);
    if (!request) {
        return sign_in_page(exchange, &request.error());
    }
    const auto session = auth_.sign_in(*request, origin_of(exchange));
    if (!session) {
        const bool is_refusal = session.error().code == ErrorCode::Unauthenticated ||
                                session.error().code == ErrorCode::RateLimited;
        return is_refusal ? sign_in_page(exchange, &session.error())
                          : http::Response::failed(session.error());
    }
    if (exchange.principal != nullptr) {
        auth_.sign_out(*exchange.principal, origin_of(exchange));
    }
    auto response =
        http::Response::see_other(own_path_or_home(exchange.request.form_value("next")));
    start_cookie(response, *session);
    return response;
}

http::Response AuthPages::sign_out(http::Exchange& exchange) {
    if (auto done = auth_.sign_out(exchange.signed_in(), origin_of(exchange)); !done) {
        return http::Response::failed(std::move(done).error());
    }
    auto response = http::Response::go_to(exchange.request, "/sign-in?from=sign-out");
    response.clear_cookie(kSessionCookie);
    return response;
}

http::Response AuthPages::act_in(http::Exchange& exchange) {
    const auto tenant = TenantId::parse(exchange.request.form_value("tenant"));
    auto name = tenant
                    ? auth_.act_in(exchange.signed_in(), *tenant, origin_of(exchange))
                    : Result<std::string>(fail(ErrorCode::NotFound, "There is no such account."));
    if (!name) {
        return http::Response::failed(std::move(name).error());
    }
    auto response = http::Response::go_to(exchange.request, "/");
    shell::Shell::flash(response, "You now act as " + *name + ".");
    return response;
}

http::Response AuthPages::show_set_up(http::Exchange& exchange) {
    const auto known = auth_.is_setup_link(exchange.request.param("token"));
    if (!known) {
        return http::Response::failed(known.error());
    }
    return *known ? set_up_page(exchange, nullptr)
                  : gone_link(
                        exchange,
                        "If the panel has no superadmin yet, start it again: it prints a new link."
                    );
}

http::Response AuthPages::set_up(http::Exchange& exchange) {
    SetUp request;
    auto errors = decode_form(describe<SetUp>(), exchange.request.form(), &request);
    if (!errors.empty()) {
        const auto known = auth_.is_setup_link(exchange.request.param("token"));
        if (known && *known) {
            const Error error = fail_fields(std::move(errors)).value();
            return set_up_page(exchange, &error);
        }
        return show_set_up(exchange);
    }
    const auto session =
        auth_.set_up(exchange.request.param("token"), request, origin_of(exchange));
    if (!session) {
        if (session.error().code == ErrorCode::NotFound) {
            return show_set_up(exchange);
        }
        return session.error().fields.empty() ? http::Response::failed(session.error())
                                              : set_up_page(exchange, &session.error());
    }
    auto response = http::Response::see_other("/");
    response.no_referrer = true;
    start_cookie(response, *session);
    shell::Shell::flash(response, "Welcome. Your panel is set up.");
    return response;
}

http::Response AuthPages::show_password(http::Exchange& exchange) {
    const auto owner = users_.find_link_owner(exchange.request.param("token"));
    if (!owner) {
        return http::Response::failed(owner.error());
    }
    return *owner ? password_page(exchange, **owner, nullptr)
                  : gone_link(exchange, "Ask the person who gave it to you for a new one.");
}

http::Response AuthPages::set_password(http::Exchange& exchange) {
    const auto& token = exchange.request.param("token");
    const auto owner = users_.find_link_owner(token);
    if (!owner) {
        return http::Response::failed(owner.error());
    }
    if (!*owner) {
        return gone_link(exchange, "Ask the person who gave it to you for a new one.");
    }
    const auto origin = origin_of(exchange);
    const auto done = users_.set_password_by_link(
        token, exchange.request.form_value("password"), origin.client_address, origin.request_id
    );
    if (!done) {
        return done.error().fields.empty() ? http::Response::failed(done.error())
                                           : password_page(exchange, **owner, &done.error());
    }
    auto response = http::Response::see_other("/sign-in?from=password");
    response.no_referrer = true;
    return response;
}

http::Response AuthPages::sign_in_page(http::Exchange& exchange, const Error* error) {
    const auto& request = exchange.request;
    const auto from = request.query("from").value_or("");
    const bool was_posted = request.method == http::Method::Post;
    SignInPage page;
    page.page = {
        .title = "Sign in",
        .footer_text = "Trouble signing in? Ask whoever manages your account for a new link.",
        .footer_link = {}};
    page.page.product = shell_.product();
    page.form = {
        .id = "sign-in",
        .action = "/sign-in",
        .idempotency_key = {},
        .errors = shell::summary_of(error, ""),
        .whole_page = true};
    page.next = own_path_or_home(
        was_posted ? request.form_value("next") : request.query("next").value_or("")
    );
    page.fields = view::described_fields(
        describe<SignIn>(), {{"email", request.form_value("email")}}, shell::field_errors_of(error)
    );
    users::complete_field(page.fields, "email", "username");
    if (auto* email = std::get_if<view::TextField>(&page.fields.front())) {
        email->kind = view::TextKind::Email;
        email->focus = !was_posted;
    }
    if (!was_posted && from == "password") {
        page.note =
            view::Note{.title = "Your password is set.", .text = "Sign in with it.", .actions = {}};
    } else if (!was_posted && from == "sign-out") {
        page.note = view::Note{.title = "You are signed out.", .text = {}, .actions = {}};
    }
    auto response = shell_.page(
        exchange, [&](view::Out& out) { views::auth::sign_in(out, page); }, status_of(error)
    );
    say_when(response, error);
    return response;
}

http::Response AuthPages::set_up_page(http::Exchange& exchange, const Error* error) {
    LinkPage page;
    page.page = {.title = "Set up the panel", .footer_text = {}, .footer_link = {}};
    page.title = "Set up the panel";
    page.text = "This makes the first superadmin, who may do everything.";
    page.page.product = shell_.product();
    page.form = {
        .id = "set-up",
        .action = exchange.request.path,
        .idempotency_key = {},
        .errors = shell::summary_of(error, ""),
        .whole_page = true};
    page.fields = view::described_fields(
        describe<SetUp>(), exchange.request.form(), shell::field_errors_of(error)
    );
    users::offer_time_zones(page.fields, exchange.request.form_value("time_zone"));
    users::complete_field(page.fields, "company", "organization");
    users::complete_field(page.fields, "name", "name");
    users::complete_field(page.fields, "email", "username");
    users::complete_field(page.fields, "password", "new-password");
    page.button = "Create superadmin";
    auto response = shell_.page(
        exchange, [&](view::Out& out) { views::auth::link_form(out, page); }, status_of(error)
    );
    response.no_referrer = true;
    return response;
}

http::Response AuthPages::password_page(
    http::Exchange& exchange, const users::LinkOwner& owner, const Error* error
) {
    LinkPage page;
    page.page = {.title = "Set your password", .footer_text = {}, .footer_link = {}};
    page.title = "Set your password";
    page.text = "For " + owner.name + ", " + owner.email + ".";
    page.page.product = shell_.product();
    page.form = {
        .id = "set-password",
        .action = exchange.request.path,
        .idempotency_key = {},
        .errors = shell::summary_of(error, ""),
        .whole_page = true};
    view::PasswordField password;
    password.name = "password";
    password.label = "New password";
    password.hint = "At least 12 characters. A few unrelated words make a good password.";
    password.required = true;
    password.autocomplete = "new-password";
    password.focus = true;
    const auto& errors = shell::field_errors_of(error);
    password.error = errors.empty() ? "" : errors.front().message;
    page.fields = {password};
    page.button = "Set password";
    auto response = shell_.page(
        exchange, [&](view::Out& out) { views::auth::link_form(out, page); }, status_of(error)
    );
    response.no_referrer = true;
    return response;
}

/// The same for a used, an expired and a made-up link; guesses are counted.
http::Response AuthPages::gone_link(http::Exchange& exchange, std::string_view help) {
    if (auto counted = auth_.count_link_guess(exchange.request.client_address); !counted) {
        return http::Response::failed(std::move(counted).error());
    }
    const GoneLinkPage page{
        {.title = "This link is no longer valid",
         .product = shell_.product(),
         .footer_text = {},
         .footer_link = {}},
        "This link is no longer valid",
        "It has been used or has expired. " + std::string(help)};
    auto response = shell_.page(
        exchange, [&](view::Out& out) { views::auth::gone_link(out, page); }, 404
    );
    response.no_referrer = true;
    return response;
}

}  // namespace hostelry::auth
