// The forms of people: create, edit, the password link, and the question before one is deleted.
#include "core/features/shell/form_page.h"
#include "core/features/users/user_pages.h"
#include "core/platform/web/described_fields.h"

#include "templates/users/form.cpt.h"
#include "templates/users/show.cpt.h"

#include <algorithm>

namespace hostelry::users {
namespace {

/// Roles the person at the keyboard may hand out in that kind of account.
void offer_roles(
    std::vector<view::Field>& fields, const http::Principal& principal, std::string_view tenant_kind
) {
    for (auto& field : fields) {
        if (auto* select = std::get_if<view::SelectField>(&field);
            select != nullptr && select->name == "role") {
            std::vector<view::Option> allowed;
            for (const auto role : kRoles) {
                if (principal.may(role_permission(role)) &&
                    (tenant_kind.empty() || fits_tenant(role, tenant_kind))) {
                    allowed.push_back({std::string(role_name(role)), std::string(role_label(role))}
                    );
                    select->hint += (select->hint.empty() ? "" : " ") +
                                    std::string(role_label(role)) + ": " +
                                    std::string(role_summary(role));
                }
            }
            select->options = std::move(allowed);
        }
    }
}

}  // namespace

http::Response UserPages::show_new(http::Exchange& exchange) {
    return create_form(exchange, nullptr);
}

http::Response UserPages::create(http::Exchange& exchange) {
    CreateUser request;
    auto errors = decode_form(describe<CreateUser>(), exchange.request.form(), &request);
    if (request.password && request.password->empty()) {
        request.password.reset();
    }
    if (!errors.empty()) {
        for (auto& problem : problems_of(request)) {
            const bool is_known =
                std::any_of(errors.begin(), errors.end(), [&](const FieldError& error) {
                    return error.field == problem.field;
                });
            if (!is_known) {
                errors.push_back(std::move(problem));
            }
        }
        const Error error = fail_fields(std::move(errors)).value();
        return create_form(exchange, &error);
    }
    const auto key = exchange.request.form_value("_key");
    const auto caller = caller_of(exchange);
    const auto user = users_.create(
        caller, request, key.empty() ? std::nullopt : std::optional{key.substr(0, 100)}
    );
    if (!user) {
        return shell::belongs_to_form(user.error()) ? create_form(exchange, &user.error())
                                                    : http::Response::failed(user.error());
    }
    const auto link = users_.make_password_link(caller, user->id);
    return link ? link_page(exchange, *user, *link, true) : http::Response::failed(link.error());
}

http::Response UserPages::create_form(http::Exchange& exchange, const Error* error) {
    const auto& request = exchange.request;
    UserFormPage page;
    const auto tenant = TenantId::parse(
        request.method == http::Method::Post ? request.form_value("tenant")
                                             : request.query("tenant").value_or("")
    );
    const auto home =
        users_.home_of(caller_of(exchange), tenant.value_or(exchange.signed_in().tenant));
    if (!home) {
        return http::Response::failed(home.error());
    }
    page.tenant = tenant ? tenant->to_string() : "";
    page.head = {
        .breadcrumbs = {{"People", "/users"}},
        .title = "New person",
        .summary = "Sets the password by a one-time link that you hand over."};
    const auto key = request.form_value("_key");
    page.form = {
        .id = "user",
        .action = "/users",
        .idempotency_key = key.empty() ? users_.new_request_key() : key,
        .errors = shell::summary_of(error, "Nobody was created."),
        .whole_page = true};
    page.person_section = {"Person", "The address is the name to sign in with."};
    page.person = view::described_fields(
        describe<CreateUser>(),
        request.form(),
        shell::field_errors_of(error),
        {"name", "email", "time_zone"}
    );
    page.access_section = {"Access", "What this person may do."};
    page.access = view::described_fields(
        describe<CreateUser>(), request.form(), shell::field_errors_of(error), {"role"}
    );
    offer_roles(page.access, exchange.signed_in(), home->kind);
    page.submit = {"Create person", "", "/users", false};
    const auto zone = request.form_value("time_zone");
    offer_time_zones(page.person, zone.empty() ? exchange.signed_in().time_zone : zone);
    return form_page(exchange, std::move(page), error);
}

http::Response UserPages::form_page(
    http::Exchange& exchange, UserFormPage page, const Error* error
) {
    return shell::form_answer(
        shell_,
        exchange,
        "users",
        std::move(page),
        error,
        views::users::user_form,
        views::users::form_page
    );
}

http::Response UserPages::link_page(
    http::Exchange& exchange, const User& user, const PasswordLink& link, bool is_new
) {
    PasswordLinkPage page;
    page.frame = shell_.frame(
        exchange, {.title = "Password link", .section = "users", .topics = {}, .narrow = true}
    );
    page.head = {
        .breadcrumbs = {{"People", "/users"}, {user.name, href_of(user)}},
        .title = is_new ? user.name + " was created" : "Password link for " + user.name};
    page.note = {
        .title = "Hand this link over yourself. It is shown once.",
        .text = "Whoever opens it sets the password of " + user.email +
                ". It works once; making a new one ends it.",
        .actions = {}};
    page.url = link.url;
    page.expires_at = link.expires_at;
    page.user_href = href_of(user);
    auto response =
        shell_.page(exchange, [&](view::Out& out) { views::users::password_link(out, page); });
    response.no_referrer = true;
    return response;
}

http::Response UserPages::show_edit(http::Exchange& exchange) {
    const auto id = user_id_of(exchange.request);
    const auto user =
        id ? users_.get(caller_of(exchange), *id) : Result<User>(tl::unexpected(id.error()));
    return user ? edit_form(exchange, *user, nullptr) : http::Response::failed(user.error());
}

http::Response UserPages::update(http::Exchange& exchange) {
    const auto caller = caller_of(exchange);
    const auto id = user_id_of(exchange.request);
    const auto user = id ? users_.get(caller, *id) : Result<User>(tl::unexpected(id.error()));
    if (!user) {
        return http::Response::failed(user.error());
    }
    const auto request = decode_form_as<UpdateUser>(exchange.request.form());
    if (!request) {
        return edit_form(exchange, *user, &request.error());
    }
    const auto updated = users_.update(caller, *id, *request);
    if (!updated) {
        return shell::belongs_to_form(updated.error())
                   ? edit_form(exchange, *user, &updated.error())
                   : http::Response::failed(updated.error());
    }
    auto response = http::Response::go_to(exchange.request, href_of(*user));
    shell::Shell::flash(response, "Saved.");
    return response;
}

http::Response UserPages::edit_form(
    http::Exchange& exchange, const User& user, const Error* error
) {
    const UpdateUser present{user.name, user.email, user.role, user.time_zone, user.locale};
    const auto shown = error != nullptr ? exchange.request.form() : view::shown_values(present);
    const auto home = users_.home_of(caller_of(exchange), user.tenant);
    UserFormPage page;
    page.head = {
        .breadcrumbs = {{"People", "/users"}, {user.name, href_of(user)}},
        .title = "Edit " + user.name};
    page.form = {
        .id = "user",
        .action = href_of(user),
        .idempotency_key = {},
        .errors = shell::summary_of(error, "Nothing was saved.")};
    page.person_section = {"Person", "The address is the name to sign in with."};
    page.person = view::described_fields(
        describe<UpdateUser>(),
        shown,
        shell::field_errors_of(error),
        {"name", "email", "time_zone", "locale"}
    );
    page.access_section = {"Access", "Another role ends the person's sessions."};
    page.access = view::described_fields(
        describe<UpdateUser>(), shown, shell::field_errors_of(error), {"role"}
    );
    offer_roles(page.access, exchange.signed_in(), home ? home->kind : "");
    page.submit = {"Save", "", href_of(user), false};
    offer_time_zones(
        page.person, error != nullptr ? exchange.request.form_value("time_zone") : user.time_zone
    );
    return form_page(exchange, std::move(page), error);
}

http::Response UserPages::make_password_link(http::Exchange& exchange) {
    const auto caller = caller_of(exchange);
    const auto id = user_id_of(exchange.request);
    const auto user = id ? users_.get(caller, *id) : Result<User>(tl::unexpected(id.error()));
    if (!user) {
        return http::Response::failed(user.error());
    }
    const auto link = users_.make_password_link(caller, *id);
    return link ? link_page(exchange, *user, *link, false) : http::Response::failed(link.error());
}

http::Response UserPages::show_deletion(http::Exchange& exchange) {
    const auto id = user_id_of(exchange.request);
    const auto user =
        id ? users_.get(caller_of(exchange), *id) : Result<User>(tl::unexpected(id.error()));
    return user ? deletion(exchange, *user, "") : http::Response::failed(user.error());
}

http::Response UserPages::remove(http::Exchange& exchange) {
    const auto caller = caller_of(exchange);
    const auto id = user_id_of(exchange.request);
    const auto user = id ? users_.get(caller, *id) : Result<User>(tl::unexpected(id.error()));
    if (!user) {
        return http::Response::failed(user.error());
    }
    if (exchange.request.form_value("name") != user->email) {
        return deletion(exchange, *user, "Type the address exactly as it is shown.");
    }
    if (auto removed = users_.remove(caller, *id); !removed) {
        return removed.error().code == ErrorCode::Conflict
                   ? deletion(exchange, *user, removed.error().message)
                   : http::Response::failed(removed.error());
    }
    auto response = http::Response::go_to(exchange.request, "/users");
    shell::Shell::flash(response, user->name + " was deleted.");
    return response;
}

http::Response UserPages::deletion(
    http::Exchange& exchange, const User& user, const std::string& error
) {
    view::DeleteDialog dialog{
        .title = "Delete " + user.name + "?",
        .text =
            "This person can no longer sign in. What they made stays. This cannot be taken back; "
            "suspending can.",
        .losses = {},
        .name = user.email,
        .action = href_of(user) + "/deletion",
        .cancel_href = href_of(user),
        .confirm_label = "Delete person",
        .cancel_label = "Keep",
        .error = error};
    return shell_.ask_deletion(exchange, "users", dialog);
}

}  // namespace hostelry::users
