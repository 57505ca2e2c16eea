#include "core/features/dashboard/dashboard.h"

#include "core/features/dashboard/dashboard_views.h"
#include "core/features/jobs/job_card_view.h"
#include "core/platform/http/api.h"
#include "core/platform/queue/job_store.h"
#include "core/platform/web/reader_time.h"

#include "templates/dashboard/index.cpt.h"

#include <algorithm>

namespace hostelry::dashboard {
namespace {

constexpr int kRecentJobs = 8;

std::vector<RecentJob> recent_jobs(db::Transaction& tx) {
    std::vector<RecentJob> recent;
    for (const auto& job : queue::JobStore(tx).list({}, {}, kRecentJobs).jobs) {
        recent.push_back({
            .title = job.title,
            .subject = job.subject_name,
            .href = "/jobs/" + job.id.to_string(),
            .chip = jobs::chip_of(job),
            .at = job.finished_at.value_or(job.created_at),
        });
    }
    return recent;
}

std::string summary_of(const DashboardPage& page) {
    if (page.attention.empty()) {
        return "Everything is as it should be.";
    }
    return page.attention.size() == 1
               ? "One thing needs your attention."
               : std::to_string(page.attention.size()) + " things need your attention.";
}

}  // namespace

http::Response Dashboard::show(http::Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    DashboardPage page;
    page.shows_jobs = principal.may("job:read");
    const auto loaded =
        needs_.database.read_in_tenant(principal.tenant, [&](db::Transaction& tx) -> Result<void> {
            page.figures.clear();
            page.attention.clear();
            for (const auto& figure : figures_) {
                if (principal.may(figure.permission)) {
                    page.figures.push_back({figure.label, figure.href, figure.read(tx)});
                }
            }
            for (const auto& source : sources_) {
                const auto found =
                    principal.may(source.permission) ? source.find(tx) : std::vector<Attention>{};
                page.attention.insert(page.attention.end(), found.begin(), found.end());
            }
            page.jobs = page.shows_jobs ? recent_jobs(tx) : std::vector<RecentJob>{};
            return {};
        });
    if (!loaded) {
        return http::Response::failed(loaded.error());
    }
    std::stable_sort(
        page.attention.begin(),
        page.attention.end(),
        [](const Attention& left, const Attention& right) { return left.urgency < right.urgency; }
    );
    page.activity = needs_.shell.activity(exchange);
    page.activity.title = "Recent activity";
    page.frame = needs_.shell.frame(exchange, {.title = "Overview", .section = "dashboard"});
    page.head = {.title = "Overview", .summary = summary_of(page)};
    if (first_ && principal.may(first_->permission)) {
        page.head.actions.push_back(first_->action);
    }
    return needs_.shell.page(exchange, [&](view::Out& out) { views::dashboard::index(out, page); });
}

void Dashboard::add_routes(http::Router& router) {
    auto act = http::bound(this, &Dashboard::show);
    router.add(http::page_route(http::Method::Get, "/", "self", std::move(act)));
}

}  // namespace hostelry::dashboard
