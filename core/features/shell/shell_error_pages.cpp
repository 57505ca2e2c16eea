#include "core/features/shell/shell_error_pages.h"

#include "core/base/text.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/out.h"

#include "templates/components/toast.cpt.h"
#include "templates/layouts/error.cpt.h"

namespace hostelry::shell {
namespace {

view::Theme theme_cookie(const http::Request& request) {
    const auto cookie = request.cookie("theme");
    return cookie == "dark"    ? view::Theme::Dark
           : cookie == "light" ? view::Theme::Light
                               : view::Theme::System;
}

/// The words of the error itself where somebody wrote some for this case; our general ones
/// otherwise.
view::ErrorPage describe_error(const http::ErrorPage& page) {
    view::ErrorPage shown = view::error_page_for(page.status);
    const bool internal = page.error.code == ErrorCode::Internal;
    if (!internal && !page.error.message.empty() && page.status != 404) {
        shown.text = page.error.message;
    }
    return shown;
}

/// The same in one breath, for the corner of a page that stays.
view::Toast toast_of(const view::ErrorPage& shown, const std::string& request_id) {
    view::Toast toast{.id = "toast-" + request_id, .kind = view::ToastKind::Failure};
    toast.text = shown.status < 500 ? shown.text
                                    : shown.title + ". " + shown.text + " Request id " + request_id;
    return toast;
}

}  // namespace

http::Response ShellErrorPages::page(const http::ErrorPage& page) {
    if (page.status == 401) {
        return ask_to_sign_in(page);
    }
    const view::Context context{
        .assets = assets_,
        .time = view::ReaderTime(
            page.principal != nullptr ? page.principal->time_zone : "UTC", clock_.now()
        ),
        .csrf_token = page.csrf_token,
        .nonce = page.nonce,
        .request_id = page.request.request_id,
        .theme = theme_cookie(page.request),
    };
    const view::ErrorPage shown = describe_error(page);
    if (page.request.is_htmx()) {
        auto response = http::Response::html(view::render(context, [&](view::Out& out) {
            views::components::toast_beside(out, toast_of(shown, page.request.request_id));
        }));
        response.set_header("HX-Reswap", "none");
        return response;
    }
    return http::Response::html(view::render(context, [&](view::Out& out) {
        views::layouts::error(out, shown);
    }));
}

http::Response ShellErrorPages::ask_to_sign_in(const http::ErrorPage& page) const {
    const bool is_page = page.request.method == http::Method::Get && !page.request.is_htmx();
    std::string address = "/sign-in";
    if (is_page && page.request.path != "/") {
        const std::string query =
            page.request.raw_query.empty() ? "" : "?" + page.request.raw_query;
        address += "?next=" + percent_encode(page.request.path + query);
    }
    return http::Response::go_to(page.request, address);
}

}  // namespace hostelry::shell
