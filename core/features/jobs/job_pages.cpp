#include "core/features/jobs/job_views.h"
#include "core/features/jobs/jobs.h"
#include "core/platform/events/events.h"

#include "templates/jobs/index.cpt.h"
#include "templates/jobs/show.cpt.h"

#include <fmt/format.h>

#include <array>

namespace hostelry::jobs {
namespace {

using http::Exchange;
using http::Response;
using queue::JobState;
using queue::JobStore;

constexpr int kPageRows = 25;
constexpr int kLogLinesShown = 500;

struct Segment {
    const char* name;
    const char* label;
    std::vector<JobState> states;
};

const std::array<Segment, 4>& segments() {
    static const std::array<Segment, 4> kSegments{
        Segment{"all", "All", {}},
        Segment{
            "active",
            "Active",
            {JobState::Queued, JobState::Running, JobState::Waiting, JobState::Cancelling}},
        Segment{"failed", "Failed", {JobState::Failed}},
        Segment{"done", "Done", {JobState::Succeeded, JobState::Cancelled}},
    };
    return kSegments;
}

const Segment& chosen_segment(const std::string& name) {
    for (const auto& segment : segments()) {
        if (name == segment.name) {
            return segment;
        }
    }
    return segments().front();
}

JobRow row_of(const queue::Job& job, TimePoint now) {
    JobRow row{
        .id = job.id.to_string(),
        .title = job.title,
        .chip = chip_of(job),
        .created_at = job.created_at};
    row.chip.in_table = true;
    row.progress = fmt::format("{} of {}", job.steps_done, job.steps_total);
    row.step = job.state == JobState::Failed ? job.error : job.current_step;
    if (job.started_at) {
        row.took = view::show_duration(std::chrono::duration_cast<std::chrono::milliseconds>(
            job.finished_at.value_or(now) - *job.started_at
        ));
    }
    return row;
}

std::string jobs_href(const Segment& segment, std::optional<JobId> after) {
    std::string href = std::string("/jobs?state=") + segment.name;
    return after ? href + "&after=" + after->to_string() : href;
}

view::List list_of(const Segment& chosen, const queue::JobPage& page) {
    view::List list;
    for (const auto& segment : segments()) {
        list.segments.push_back({
            .label = segment.label,
            .href = jobs_href(segment, {}),
            .count = {},
            .icon = {},
            .icon_class = {},
            .is_current = segment.name == chosen.name,
        });
    }
    list.table.label = "Jobs";
    list.table.columns = {
        {.label = "Job", .sort_href = {}},
        {.label = "State", .sort_href = {}},
        {.label = "Step", .sort_href = {}, .priority = view::Priority::DesktopOnly},
        {.label = "Steps done", .sort_href = {}, .is_number = true},
        {.label = "Took", .sort_href = {}, .is_number = true},
        {.label = "Created", .sort_href = {}, .is_number = true},
    };
    if (page.jobs.empty()) {
        list.empty = view::EmptyState{
            .icon = "list-checks",
            .title = chosen.states.empty() ? "No jobs yet" : "No jobs in this state",
            .text =
                "Work that takes longer than a click, such as setting up a site, appears here with "
                "every step.",
        };
    }
    list.counted = fmt::format("{} jobs shown", page.jobs.size());
    if (page.next) {
        list.pager.next_href = jobs_href(chosen, page.next);
    }
    list.refresh_href = jobs_href(chosen, {});
    return list;
}

Result<JobParts> load_parts(db::Transaction& tx, JobId id) {
    JobStore store(tx);
    JobParts parts{
        .job = TRY(store.get(id)),
        .steps = store.steps(id),
        .log = store.log_lines(id, 0, kLogLinesShown)};
    return parts;
}

Result<JobId> id_of(const http::Request& request) {
    const auto id = JobId::parse(request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such job.");
    }
    return *id;
}

std::string subject_href_of(const queue::Job& job) {
    if (!job.subject_id) {
        return {};
    }
    if (job.subject_type == "site" || job.subject_type == "server") {
        return "/" + job.subject_type + "s/" + job.subject_id->to_string();
    }
    return {};
}

}  // namespace

http::Response Jobs::list_page(Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const Segment& chosen = chosen_segment(exchange.request.query("state").value_or("all"));
    const auto after = JobId::parse(exchange.request.query("after").value_or(""));
    const auto found = needs_.database.in_tenant(
        principal.tenant,
        [&](db::Transaction& tx) -> Result<queue::JobPage> {
            queue::JobFilter filter;
            filter.states = chosen.states;
            return JobStore(tx).list(filter, after, kPageRows);
        }
    );
    if (!found) {
        return Response::failed(found.error());
    }
    JobsPage page;
    page.list = list_of(chosen, *found);
    for (const auto& job : found->jobs) {
        page.rows.push_back(row_of(job, needs_.clock.now()));
    }
    if (exchange.request.header("hx-target") == "list") {
        return needs_.shell.page(exchange, [&](view::Out& out) {
            views::jobs::list_part(out, page);
        });
    }
    page.frame = needs_.shell.frame(
        exchange,
        {.title = "Jobs", .section = "jobs", .topics = {"list:job:" + principal.tenant.to_string()}}
    );
    page.head = {
        .breadcrumbs = {},
        .title = "Jobs",
        .summary = "Everything the panel is doing and has done."};
    return needs_.shell.page(exchange, [&](view::Out& out) { views::jobs::index(out, page); });
}

http::Response Jobs::show_page(Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto parts =
        needs_.database.in_tenant(principal.tenant, [&](db::Transaction& tx) -> Result<JobParts> {
            return load_parts(tx, TRY(id_of(exchange.request)));
        });
    if (!parts) {
        return Response::failed(parts.error());
    }
    JobPageView page;
    page.card = card_of(*parts, principal, needs_.clock.now());
    page.head = {
        .breadcrumbs = {{"Jobs", "/jobs"}}, .title = parts->job.title, .chip = chip_of(parts->job)};
    page.subject_href = subject_href_of(parts->job);
    page.subject_label = parts->job.subject_type;
    page.frame = needs_.shell.frame(
        exchange,
        {.title = parts->job.title,
         .section = "jobs",
         .topics = {"job:" + parts->job.id.to_string()}}
    );
    return needs_.shell.page(exchange, [&](view::Out& out) { views::jobs::show(out, page); });
}

http::Response Jobs::card_fragment(Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto parts =
        needs_.database.in_tenant(principal.tenant, [&](db::Transaction& tx) -> Result<JobParts> {
            return load_parts(tx, TRY(id_of(exchange.request)));
        });
    if (!parts) {
        return Response::failed(parts.error());
    }
    const auto card = card_of(*parts, principal, needs_.clock.now());
    auto response =
        needs_.shell.page(exchange, [&](view::Out& out) { views::jobs::card_part(out, card); });
    if (queue::is_finished(parts->job.state)) {
        response.set_header(
            "HX-Refresh", "true"
        );  // What stands around the card has a new state too.
    }
    return response;
}

http::Response Jobs::retry(Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto done =
        needs_.database.in_tenant(principal.tenant, [&](db::Transaction& tx) -> Result<JobId> {
            const JobId id = TRY(id_of(exchange.request));
            const auto job = TRY(JobStore(tx).get(id));
            TRY(JobStore(tx).retry(id));
            events::publish(
                tx,
                {
                    .type = "job.retried",
                    .tenant = job.tenant,
                    .actor = principal.user,
                    .subject_type = "job",
                    .subject_id = id.uuid,
                    .client_address = exchange.request.client_address,
                    .request_id = exchange.request.request_id,
                }
            );
            return id;
        });
    return done ? Response::go_to(exchange.request, "/jobs/" + done->to_string())
                : Response::failed(done.error());
}

http::Response Jobs::cancel(Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const auto done =
        needs_.database.in_tenant(principal.tenant, [&](db::Transaction& tx) -> Result<JobId> {
            const JobId id = TRY(id_of(exchange.request));
            const auto job = TRY(JobStore(tx).get(id));
            TRY(JobStore(tx).cancel(id));
            events::publish(
                tx,
                {
                    .type = "job.cancelled",
                    .tenant = job.tenant,
                    .actor = principal.user,
                    .subject_type = "job",
                    .subject_id = id.uuid,
                    .client_address = exchange.request.client_address,
                    .request_id = exchange.request.request_id,
                }
            );
            return id;
        });
    return done ? Response::go_to(exchange.request, "/jobs/" + done->to_string())
                : Response::failed(done.error());
}

void Jobs::add_pages(http::Router& router) {
    const auto page = [&](http::Method method,
                          const char* path,
                          const char* permission,
                          Response (Jobs::*handler)(Exchange&)) {
        router.add({
            .method = method,
            .path = path,
            .permission = permission,
            .access = http::Access::SignedIn,
            .csrf = http::is_safe(method) ? http::Csrf::None : http::Csrf::Token,
            .rate = http::RateClass::Page,
            .handler = [this, handler](Exchange& exchange) { return (this->*handler)(exchange); },
        });
    };
    page(http::Method::Get, "/jobs", "job:read", &Jobs::list_page);
    page(http::Method::Get, "/jobs/{id}", "job:read", &Jobs::show_page);
    page(http::Method::Get, "/jobs/{id}/card", "job:read", &Jobs::card_fragment);
    page(http::Method::Post, "/jobs/{id}/retry", "job:retry", &Jobs::retry);
    page(http::Method::Post, "/jobs/{id}/cancel", "job:cancel", &Jobs::cancel);
}

void Jobs::add_routes(http::Router& router) {
    needs_.shell.add_topic("job", [](db::Transaction& tx, const Uuid& id) {
        return JobStore(tx).find(JobId{id}).has_value();
    });
    add_pages(router);
    add_api(router);
}

std::optional<view::JobCard> latest_card(
    db::Transaction& tx,
    const http::Principal& principal,
    TimePoint now,
    std::string_view subject_type,
    const Uuid& subject
) {
    queue::JobFilter filter;
    filter.subject_type = std::string(subject_type);
    filter.subject_id = subject;
    const auto page = JobStore(tx).list(filter, {}, 1);
    if (page.jobs.empty()) {
        return std::nullopt;
    }
    const auto parts = load_parts(tx, page.jobs.front().id);
    return parts ? std::optional(card_of(*parts, principal, now)) : std::nullopt;
}

}  // namespace hostelry::jobs
