#include "core/features/users/user_pages.h"

#include "core/features/shell/list_page.h"

#include "templates/users/index.cpt.h"
#include "templates/users/show.cpt.h"

#include <algorithm>

namespace hostelry::users {
namespace {

bool may_change(const http::Principal& principal, const User& user) {
    return principal.may(role_permission(user.rank())) && principal.user != user.id;
}

view::Chip chip_of(const User& user, bool in_table) {
    if (user.is_suspended()) {
        return {
            .status = view::Status::Suspended,
            .word = {},
            .detail = "Cannot sign in.",
            .in_table = in_table};
    }
    if (!user.has_password) {
        return {
            .status = view::Status::Unknown,
            .word = "Invited",
            .detail = "Has not set a password yet.",
            .in_table = in_table};
    }
    return {.status = view::Status::Ready, .word = "Active", .detail = {}, .in_table = in_table};
}

std::vector<view::Action> changes_of(const http::Principal& principal, const User& user) {
    using view::ActionKind;
    std::vector<view::Action> actions;
    if (!may_change(principal, user)) {
        return actions;
    }
    if (principal.may("user:update")) {
        actions.push_back({.label = "Edit", .icon = "pencil", .href = href_of(user) + "/edit"});
        actions.push_back(
            {.label = "Password link",
             .icon = "key-round",
             .href = href_of(user) + "/password-link",
             .kind = ActionKind::Post}
        );
        actions.push_back(
            user.is_suspended()
                ? view::
                      Action{.label = "Resume", .icon = "circle-play", .href = href_of(user) + "/resumption", .kind = ActionKind::Post}
                : view::
                      Action{.label = "Suspend", .icon = "circle-pause", .href = href_of(user) + "/suspension", .kind = ActionKind::Post}
        );
    }
    if (principal.may("user:delete")) {
        actions.push_back({});
        actions.push_back(
            {.label = "Delete",
             .icon = "trash-2",
             .href = href_of(user) + "/deletion",
             .kind = ActionKind::Dialog,
             .look = view::ActionLook::Danger}
        );
    }
    return actions;
}

UserRow row_of(const http::Principal& principal, const User& user) {
    return {
        .id = user.id.to_string(),
        .name = user.name,
        .email = user.email,
        .chip = chip_of(user, true),
        .role = std::string(role_label(user.rank())),
        .home = user.tenant_name,
        .last_sign_in = user.last_sign_in_at,
        .menu =
            {.id = "m-" + user.id.to_string(),
             .label = "Actions for " + user.name,
             .items = changes_of(principal, user)},
    };
}

const shell::ListDescription& user_list() {
    using view::Priority;
    static const shell::ListDescription kList{
        .path = "/users",
        .section = "users",
        .topic = "user",
        .title = "People",
        .summary = "Who may sign in to this account and those below it.",
        .noun = {"person", "people"},
        .icon = "users",
        .placeholder = "Name or e-mail",
        .parameters = {{"q"}, {"state"}, {"tenant"}},
        .segments =
            {{"", "All"},
             {"active", "Active", view::Status::Ready},
             {"suspended", "Suspended", view::Status::Suspended}},
        .columns =
            {{.label = "Name"},
             {.label = "Status"},
             {.label = "Role"},
             {.label = "Account", .priority = Priority::DesktopOnly},
             {.label = "Last sign-in", .priority = Priority::WideOnly, .is_number = true},
             {.label = "Actions", .label_is_hidden = true}},
        .rows_on_page = 25,
        .creation =
            shell::Creation{
                {.label = "New person", .icon = "plus", .href = "/users/new"}, {"user:create"}},
        .nothing_fits = view::EmptyState{
            .icon = "users",
            .title = "Nobody fits this filter",
            .text = "Try other words, or look at everybody.",
            .action = view::Action{.label = "Show everybody", .href = "/users"}}};
    return kList;
}

}  // namespace

std::string href_of(const User& user) {
    return "/users/" + user.id.to_string();
}

Result<UserId> user_id_of(const http::Request& request) {
    const auto id = UserId::parse(request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such person.");
    }
    return *id;
}

http::Response UserPages::index(http::Exchange& exchange) {
    const shell::ListQuery query(user_list(), exchange);
    const auto found = users_.list(
        caller_of(exchange),
        {.words = query.words(),
         .tenant = TenantId::parse(query.value("tenant")),
         .state = query.segment()},
        query.first_row(),
        user_list().rows_on_page
    );
    if (!found) {
        return http::Response::failed(found.error());
    }
    UsersPage page;
    page.list = query.list(
        {.shown = static_cast<std::int64_t>(found->users.size()),
         .matching = found->matching,
         .counts = {{"", found->all}, {"active", found->active}, {"suspended", found->suspended}}}
    );
    for (const auto& user : found->users) {
        page.rows.push_back(row_of(exchange.signed_in(), user));
    }
    return shell::list_answer(
        shell_, exchange, query, page, views::users::list_part, views::users::index
    );
}

http::Response UserPages::show(http::Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto id = user_id_of(exchange.request);
    const auto user =
        id ? users_.get(caller_of(exchange), *id) : Result<User>(tl::unexpected(id.error()));
    if (!user) {
        return http::Response::failed(user.error());
    }
    UserPageView page;
    page.frame = shell_.frame(
        exchange,
        {.title = user->name, .section = "users", .topics = {"user:" + user->id.to_string()}}
    );
    page.head = {
        .breadcrumbs = {{"People", "/users"}},
        .title = user->name,
        .chip = chip_of(*user, false),
        .summary = user->email};
    if (principal.may("audit:read")) {
        page.head.actions.push_back(
            {.label = "What they did",
             .icon = "scroll-text",
             .href = "/audit?actor=" + user->id.to_string()}
        );
    }
    auto items = changes_of(principal, *user);
    if (!items.empty()) {
        if (items.front().label == "Edit") {
            page.head.actions.push_back(items.front());
            items.erase(items.begin());
        }
        page.head.menu = view::Menu{
            .id = "m-user",
            .label = "Actions for " + user->name,
            .items = std::move(items),
            .small = false};
    }
    page.facts = {
        {.label = "Role", .value = {.text = std::string(role_label(user->rank()))}},
        {.label = "Account",
         .value = {.text = user->tenant_name},
         .href = principal.may("tenant:read") ? "/tenants/" + user->tenant.to_string() : ""},
        {.label = "Time zone", .value = {.text = user->time_zone}},
        {.label = "Created", .moment = user->created_at}};
    view::Fact last{.label = "Last sign-in", .moment = user->last_sign_in_at};
    if (!user->last_sign_in_at) {
        last.value = {.text = "Never"};
    }
    page.facts.push_back(std::move(last));
    if (principal.user == user->id) {
        page.note = view::Note{
            .title = "This is you.",
            .text = "Your name, time zone and password are on your profile.",
            .actions = {{.label = "Your profile", .href = "/profile"}}};
    }
    page.activity = shell_.activity(exchange, user->id.uuid);
    return shell_.page(exchange, [&](view::Out& out) { views::users::show(out, page); });
}

http::Response UserPages::suspend(http::Exchange& exchange) {
    const auto id = user_id_of(exchange.request);
    const auto user =
        id ? users_.suspend(caller_of(exchange), *id) : Result<User>(tl::unexpected(id.error()));
    if (!user) {
        return http::Response::failed(user.error());
    }
    auto response = http::Response::go_to(exchange.request, href_of(*user));
    shell::Shell::flash(
        response, user->name + " can no longer sign in.", href_of(*user) + "/resumption"
    );
    return response;
}

http::Response UserPages::resume(http::Exchange& exchange) {
    const auto id = user_id_of(exchange.request);
    const auto user =
        id ? users_.resume(caller_of(exchange), *id) : Result<User>(tl::unexpected(id.error()));
    if (!user) {
        return http::Response::failed(user.error());
    }
    auto response = http::Response::go_to(exchange.request, href_of(*user));
    shell::Shell::flash(response, user->name + " can sign in again.");
    return response;
}

}  // namespace hostelry::users
