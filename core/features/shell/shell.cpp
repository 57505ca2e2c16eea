#include "core/features/shell/shell.h"

#include "core/base/text.h"
#include "core/features/shell/flash.h"
#include "core/features/shell/navigation.h"
#include "core/features/shell/shell_error_pages.h"
#include "core/features/shell/shell_store.h"

#include "templates/shell/deletion.cpt.h"

namespace hostelry::shell {
namespace {

view::Theme theme_of(const http::Request& request) {
    const auto cookie = request.cookie("theme");
    return cookie == "dark"    ? view::Theme::Dark
           : cookie == "light" ? view::Theme::Light
                               : view::Theme::System;
}

std::string events_href(const http::Principal& principal, const std::vector<std::string>& topics) {
    std::string list = "tenant:" + principal.tenant.to_string() + ":jobs";
    for (const auto& topic : topics) {
        list += "," + topic;
    }
    return "/events?topics=" + list;
}

}  // namespace

class Shell::Pages final : public ShellErrorPages {
public:
    using ShellErrorPages::ShellErrorPages;
};

Shell::Shell(Needs needs)
    : needs_(needs), pages_(std::make_shared<Pages>(needs_.assets, needs_.clock)) {}

view::Context Shell::context(const http::Exchange& exchange) const {
    const std::string zone = exchange.principal != nullptr ? exchange.principal->time_zone : "UTC";
    return view::Context{
        .assets = needs_.assets,
        .time = view::ReaderTime(zone, needs_.clock.now()),
        .csrf_token = exchange.csrf_token,
        .nonce = exchange.nonce,
        .request_id = exchange.request.request_id,
        .theme = theme_of(exchange.request),
    };
}

view::Shell Shell::frame(const http::Exchange& exchange, PageFacts facts) const {
    const auto& principal = exchange.signed_in();
    view::Shell frame;
    frame.title = std::move(facts.title);
    frame.product = product();
    frame.section = std::move(facts.section);
    frame.navigation = navigation_for(principal);
    frame.narrow_navigation = exchange.request.cookie("navigation") == "rail";
    frame.narrow_page = facts.narrow;
    frame.user_name = principal.user_name;
    frame.account_links = {
        {.section = "profile", .label = "Your profile", .icon = "user", .href = "/profile"}};
    frame.events_href = events_href(principal, facts.topics);
    frame.events_href += last_event_ ? "&last=" + last_event_() : "";
    frame.toasts = flashes_of(exchange.request);
    const auto loaded =
        needs_.database.in_tenant(principal.home, [&](db::Transaction& tx) -> Result<void> {
            ShellStore store(tx);
            frame.tenants = store.tenant_choices(principal);
            frame.tenant_name = store.tenant_name(principal.tenant);
            tx.enter_tenant(principal.tenant);
            if (principal.may("job:read")) {
                frame.running = store.running_jobs();
            }
            return {};
        });
    if (!loaded) {
        frame.tenant_name = "N/A";  // The page itself says what is wrong with the database.
    }
    return frame;
}

http::Response Shell::page(const http::Exchange& exchange, view::Slot fill, int status) const {
    const view::Context shown = context(exchange);
    auto response = http::Response::html(view::render(shown, fill), status);
    response.set_header("Vary", "HX-Request, HX-Target");
    if (has_flash(exchange.request) && !exchange.request.is_htmx()) {
        clear_flash(response);
    }
    return response;
}

http::Response Shell::ask_deletion(
    const http::Exchange& exchange, std::string section, const view::DeleteDialog& dialog
) const {
    const int status = dialog.error.empty() ? 200 : 422;
    if (exchange.request.is_htmx()) {
        return page(
            exchange, [&](view::Out& out) { views::shell::deletion_dialog(out, dialog); }, status
        );
    }
    const auto framed = frame(
        exchange,
        {.title = dialog.title, .section = std::move(section), .topics = {}, .narrow = true}
    );
    return page(
        exchange, [&](view::Out& out) { views::shell::deletion_page(out, framed, dialog); }, status
    );
}

void Shell::flash(http::Response& response, std::string_view text, std::string_view undo_href) {
    leave_flash(response, {.text = std::string(text), .undo_href = std::string(undo_href)});
}

void Shell::flash_refusal(http::Response& response, std::string_view text) {
    leave_flash(response, {.kind = view::ToastKind::Failure, .text = std::string(text)});
}

void Shell::add_topic(std::string prefix, TopicCheck check) {
    topics_[std::move(prefix)] = std::move(check);
}

void Shell::add_source(std::string permission, PaletteSource source) {
    sources_.emplace_back(std::move(permission), std::move(source));
}

http::ErrorPages& Shell::error_pages() {
    return *pages_;
}

void announce(db::Transaction& tx, std::string_view kind, const Uuid& id, TenantId tenant) {
    tx.query(
        "select pg_notify('hostelry_changes', $1)",
        std::string(kind) + "/" + id.to_string() + "/" + tenant.to_string()
    );
}

}  // namespace hostelry::shell
