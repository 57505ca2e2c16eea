#include "core/features/users/user_pages.h"

#include "core/base/text.h"
#include "core/platform/web/described_fields.h"

#include "templates/users/form.cpt.h"
#include "templates/users/index.cpt.h"
#include "templates/users/show.cpt.h"

#include <algorithm>
#include <charconv>

namespace hostelry::users {
namespace {

constexpr std::int64_t kUsersOnPage = 25;

std::string href_of(const User& user) {
    return "/users/" + user.id.to_string();
}

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

std::string list_href(const UserFilter& filter, std::int64_t offset = 0) {
    std::string query;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) {
            query += (query.empty() ? "?" : "&") + std::string(name) + "=" + percent_encode(value);
        }
    };
    add("q", filter.words);
    add("state", filter.state);
    add("tenant", filter.tenant ? filter.tenant->to_string() : "");
    add("from", offset > 0 ? std::to_string(offset) : "");
    return "/users" + query;
}

UserFilter filter_of(const http::Request& request) {
    UserFilter filter{
        .words = request.query("q").value_or("").substr(0, 200),
        .tenant = TenantId::parse(request.query("tenant").value_or("")),
        .state = request.query("state").value_or("")};
    if (filter.state != "active" && filter.state != "suspended") {
        filter.state.clear();
    }
    return filter;
}

std::int64_t offset_of(const http::Request& request) {
    const auto text = request.query("from").value_or("");
    std::int64_t offset = 0;
    std::from_chars(text.data(), text.data() + text.size(), offset);
    return std::clamp<std::int64_t>(offset, 0, 1'000'000);
}

view::Pager pager_of(const UserFilter& filter, const UserPage& found, std::int64_t offset) {
    const auto last = offset + static_cast<std::int64_t>(found.users.size());
    view::Pager pager;
    pager.range = std::to_string(found.users.empty() ? 0 : offset + 1) + "-" +
                  view::show_count(last) + " of " + view::show_count(found.matching);
    if (offset > 0) {
        pager.previous_href = list_href(filter, std::max<std::int64_t>(0, offset - kUsersOnPage));
    }
    if (last < found.matching) {
        pager.next_href = list_href(filter, offset + kUsersOnPage);
    }
    return pager;
}

view::List list_of(const UserFilter& filter, const UserPage& found, std::int64_t offset) {
    const auto segment = [&](std::string label, std::string state, std::int64_t count) {
        auto of_state = filter;
        of_state.state = state;
        return view::SegmentLink{
            .label = std::move(label),
            .href = list_href(of_state),
            .count = view::show_count(count),
            .icon = {},
            .icon_class = {},
            .is_current = filter.state == state};
    };
    view::List list;
    list.counted = view::show_count(found.matching) + (found.matching == 1 ? " person" : " people");
    list.segments = {
        segment("All", "", found.all),
        segment("Active", "active", found.active),
        segment("Suspended", "suspended", found.suspended)};
    list.table.label = "People";
    list.table.columns = {
        {.label = "Name"},
        {.label = "Status"},
        {.label = "Role"},
        {.label = "Account", .priority = view::Priority::DesktopOnly},
        {.label = "Last sign-in", .priority = view::Priority::WideOnly, .is_number = true},
        {.label = "Actions", .label_is_hidden = true}};
    if (found.users.empty()) {
        list.empty = view::EmptyState{
            .icon = "users",
            .title = "Nobody fits this filter",
            .text = "Try other words, or look at everybody.",
            .action = view::Action{.label = "Show everybody", .href = "/users"}};
    }
    list.pager = pager_of(filter, found, offset);
    list.refresh_href = list_href(filter, offset);
    return list;
}

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

const std::vector<FieldError>& field_errors_of(const Error* error) {
    static const std::vector<FieldError> kNoErrors;
    return error != nullptr ? error->fields : kNoErrors;
}

view::ErrorSummary summarize(const Error* error, std::string_view consequence) {
    if (error == nullptr) {
        return {};
    }
    if (error->fields.empty()) {
        return {.title = error->message, .messages = {}};
    }
    return view::error_summary_of(error->fields, consequence);
}

/// A rule that stands at no field still belongs above the form; anything graver is a page of its
/// own.
bool belongs_to_form(const Error& error) {
    return error.code == ErrorCode::Invalid || error.code == ErrorCode::Conflict;
}

int form_status(const Error* error) {
    return error == nullptr ? 200 : error->code == ErrorCode::Conflict ? 409 : 422;
}

}  // namespace

Result<UserId> user_id_of(const http::Request& request) {
    const auto id = UserId::parse(request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such person.");
    }
    return *id;
}

http::Response UserPages::index(http::Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto filter = filter_of(exchange.request);
    const auto offset = offset_of(exchange.request);
    const auto found = users_.list(caller_of(exchange), filter, offset, kUsersOnPage);
    if (!found) {
        return http::Response::failed(found.error());
    }
    UsersPage page;
    page.list = list_of(filter, *found, offset);
    for (const auto& user : found->users) {
        page.rows.push_back(row_of(principal, user));
    }
    if (exchange.request.is_htmx() && exchange.request.header("hx-target") == "list") {
        return shell_.page(exchange, [&](view::Out& out) { views::users::list_part(out, page); });
    }
    page.shell = shell_.frame(
        exchange,
        {.title = "People",
         .section = "users",
         .topics = {"list:user:" + principal.tenant.to_string()}}
    );
    page.head = {
        .title = "People", .summary = "Who may sign in to this account and those below it."};
    if (principal.may("user:create")) {
        page.head.actions.push_back(
            {.label = "New person",
             .icon = "plus",
             .href = "/users/new",
             .look = view::ActionLook::Primary}
        );
    }
    page.filter = {
        .href = "/users", .query = filter.words, .placeholder = "Name or e-mail", .kept = {}};
    if (!filter.state.empty()) {
        page.filter.kept.emplace_back("state", filter.state);
    }
    if (filter.tenant) {
        page.filter.kept.emplace_back("tenant", filter.tenant->to_string());
    }
    return shell_.page(exchange, [&](view::Out& out) { views::users::index(out, page); });
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
    page.shell = shell_.frame(
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
            {.label = "Activity",
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
    return shell_.page(exchange, [&](view::Out& out) { views::users::show(out, page); });
}

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
        return belongs_to_form(user.error()) ? create_form(exchange, &user.error())
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
        .errors = summarize(error, "Nobody was created."),
        .whole_page = true};
    page.person_section = {"Person", "The address is the name to sign in with."};
    page.person = view::described_fields(
        describe<CreateUser>(),
        request.form(),
        field_errors_of(error),
        {"name", "email", "time_zone"}
    );
    page.access_section = {"Access", "What this person may do."};
    page.access = view::described_fields(
        describe<CreateUser>(), request.form(), field_errors_of(error), {"role"}
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
    if (exchange.request.is_htmx() && error != nullptr && !page.form.whole_page) {
        return shell_.page(
            exchange,
            [&](view::Out& out) { views::users::user_form(out, page); },
            form_status(error)
        );
    }
    page.shell = shell_.frame(
        exchange, {.title = page.head.title, .section = "users", .topics = {}, .narrow = true}
    );
    return shell_.page(
        exchange, [&](view::Out& out) { views::users::form_page(out, page); }, form_status(error)
    );
}

http::Response UserPages::link_page(
    http::Exchange& exchange, const User& user, const PasswordLink& link, bool is_new
) {
    PasswordLinkPage page;
    page.shell = shell_.frame(
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
        return belongs_to_form(updated.error()) ? edit_form(exchange, *user, &updated.error())
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
        .errors = summarize(error, "Nothing was saved.")};
    page.person_section = {"Person", "The address is the name to sign in with."};
    page.person = view::described_fields(
        describe<UpdateUser>(),
        shown,
        field_errors_of(error),
        {"name", "email", "time_zone", "locale"}
    );
    page.access_section = {"Access", "Another role ends the person's sessions."};
    page.access =
        view::described_fields(describe<UpdateUser>(), shown, field_errors_of(error), {"role"});
    offer_roles(page.access, exchange.signed_in(), home ? home->kind : "");
    page.submit = {"Save", "", href_of(user), false};
    offer_time_zones(
        page.person, error != nullptr ? exchange.request.form_value("time_zone") : user.time_zone
    );
    return form_page(exchange, std::move(page), error);
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
    DeleteUserPage page;
    page.dialog = {
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
    const int status = error.empty() ? 200 : 422;
    if (exchange.request.is_htmx()) {
        return shell_.page(
            exchange, [&](view::Out& out) { views::users::deletion_dialog(out, page); }, status
        );
    }
    page.shell =
        shell_.frame(exchange, {.title = page.dialog.title, .section = "users", .topics = {}});
    return shell_.page(
        exchange, [&](view::Out& out) { views::users::deletion_page(out, page); }, status
    );
}

}  // namespace hostelry::users
