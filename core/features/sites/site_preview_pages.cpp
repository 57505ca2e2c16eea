#include "core/features/sites/site_preview_pages.h"

#include "core/features/sites/site_preview_problem.h"
#include "core/platform/web/out.h"

#include "templates/sites/preview_problem.cpt.h"

namespace hostelry::sites {
namespace {

PreviewProblem problem_of(const http::ErrorPage& page) {
    const auto& text = page.error.message;
    switch (page.status) {
        case 404:
            return {
                404,
                "There is no preview here",
                "The address has a typing error, or the site was deleted. The site's page in the "
                "panel shows the present link."};
        case 413:
            return {413, "This upload is too large", text};
        case 429:
            return {429, "Too many requests", "Wait a minute, then try again."};
        case 502:
            return {
                502,
                "The site cannot be shown",
                text + " Try again in a moment; if it stays like this, tell your provider."};
        case 503:
            return {503, "This site is not ready", text};
        case 504:
            return {
                504,
                "The site takes too long",
                "Its server did not answer in time. Try again in a moment; if it stays like this, "
                "tell your provider."};
        default:
            return {page.status, "This cannot be shown", text};
    }
}

}  // namespace

http::Response SitePreviewPages::page(const http::ErrorPage& page) {
    const view::Context context{
        .assets = no_assets_,
        .time = view::ReaderTime("UTC", clock_.now()),
        .csrf_token = {},
        .nonce = page.nonce,
        .request_id = page.request.request_id,
        .theme = view::Theme::System,
    };
    const PreviewProblem problem = problem_of(page);
    return http::Response::html(view::render(context, [&](view::Out& out) {
        views::sites::preview_problem(out, problem);
    }));
}

}  // namespace hostelry::sites
