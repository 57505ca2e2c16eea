#include "core/features/jobs/job_change.h"
#include "core/features/jobs/job_views.h"
#include "core/features/jobs/jobs.h"
#include "core/features/shell/page_parts.h"
#include "core/platform/http/api.h"

#include "templates/jobs/index.cpt.h"
#include "templates/jobs/show.cpt.h"

#include <fmt/format.h>

#include <array>
#include <map>

namespace hostelry::jobs {
namespace {

using http::Exchange;
using http::Method;
using http::Response;
using queue::JobState;
using queue::JobStore;

constexpr int kPageRows = 25;
constexpr int kLogLinesShown = 500;

struct Segment {
    const char* name;
    const char* label;
    const char* icon;
    const char* icon_class;
    std::vector<JobState> states;
};

const std::array<Segment, 4>& segments() {
    static const std::array<Segment, 4> kSegments{
        Segment{"all", "All", "", "", {}},
        Segment{
            "active",
            "Active",
            "loader-circle",
            "text-working",
            {JobState::Queued, JobState::Running, JobState::Waiting, JobState::Cancelling}},
        Segment{"failed", "Failed", "circle-x", "text-failed", {JobState::Failed}},
        Segment{
            "done",
            "Done",
            "circle-check",
            "text-ready",
            {JobState::Succeeded, JobState::Cancelled}},
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
        .subject = job.subject_name,
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

/// What of the list is shown.
struct Choice {
    const Segment& segment;
    std::string words;
    std::optional<JobId> after;
};

Choice choice_of(const http::Request& request) {
    return {
        .segment = chosen_segment(request.query("state").value_or("all")),
        .words = shell::filter_text(request, "q"),
        .after = JobId::parse(request.query("after").value_or(""))};
}

std::string jobs_href(
    const Segment& segment, const std::string& words, std::optional<JobId> after = {}
) {
    return shell::link_with(
        "/jobs", {{"state", segment.name}, {"q", words}, {"after", after ? after->to_string() : ""}}
    );
}

view::EmptyState nothing_of(const Choice& choice) {
    if (!choice.words.empty()) {
        return {.icon = "list-checks", .title = "No job fits", .text = "Try another word."};
    }
    return {
        .icon = "list-checks",
        .title = choice.segment.states.empty() ? "No jobs yet" : "No jobs in this state",
        .text =
            "Work that takes longer than a click, such as setting up a site, appears here with "
            "every step."};
}

view::List list_of(const Choice& choice, const queue::JobPage& page) {
    view::List list;
    for (const auto& segment : segments()) {
        list.segments.push_back({
            .label = segment.label,
            .href = jobs_href(segment, choice.words),
            .count = {},
            .icon = segment.icon,
            .icon_class = segment.icon_class,
            .is_current = segment.name == choice.segment.name,
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
        list.empty = nothing_of(choice);
    }
    list.counted = fmt::format("{} jobs shown", page.jobs.size());
    if (page.next) {
        list.pager.next_href = jobs_href(choice.segment, choice.words, page.next);
    }
    list.refresh_href = jobs_href(choice.segment, choice.words);
    return list;
}

Result<JobParts> load_parts(db::Transaction& tx, const http::Principal& principal, JobId id) {
    JobStore store(tx);
    JobParts parts{
        .job = TRY(store.get(id)),
        .steps = store.steps(id),
        .log = store.log_lines(id, 0, kLogLinesShown)};
    parts.may_cancel = principal.may("job:cancel") && queue::may_be_cancelled(parts.job.state) &&
                       check_not_from_above(tx, principal, parts.job).has_value();
    parts.may_retry = principal.may("job:retry") && store.may_be_retried(id);
    return parts;
}

Response shown_again(const Exchange& exchange, const Result<queue::Job>& job) {
    return job ? Response::go_to(exchange.request, "/jobs/" + job->id.to_string())
               : Response::failed(job.error());
}

std::string subject_href_of(const queue::Job& job) {
    if (!job.subject_id) {
        return {};
    }
    static const std::map<std::string_view, std::string_view> kPlaces{
        {"site", "/sites/"},
        {"server", "/servers/"},
        {"dns_zone", "/dns/"},
        {"certificate", "/certificates/"},
        {"database", "/databases/"}};
    const auto place = kPlaces.find(job.subject_type);
    return place == kPlaces.end() ? "" : std::string(place->second) + job.subject_id->to_string();
}

}  // namespace

http::Response Jobs::list_page(Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    const Choice choice = choice_of(exchange.request);
    const auto found = needs_.database.read_in_tenant(
        principal.tenant,
        [&](db::Transaction& tx) -> Result<queue::JobPage> {
            queue::JobFilter filter;
            filter.states = choice.segment.states;
            filter.words = choice.words;
            return JobStore(tx).list(filter, choice.after, kPageRows);
        }
    );
    if (!found) {
        return Response::failed(found.error());
    }
    JobsPage page;
    page.filter = {
        .href = "/jobs",
        .query = choice.words,
        .placeholder = "Filter by job, site or server",
        .kept = {{"state", choice.segment.name}}};
    page.list = list_of(choice, *found);
    for (const auto& job : found->jobs) {
        page.rows.push_back(row_of(job, needs_.clock.now()));
    }
    if (shell::asks_for(exchange.request, "list")) {
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
    const auto parts = needs_.database.read_in_tenant(
        principal.tenant,
        [&](db::Transaction& tx) -> Result<JobParts> {
            return load_parts(tx, principal, TRY(job_id_of(exchange)));
        }
    );
    if (!parts) {
        return Response::failed(parts.error());
    }
    JobPageView page;
    page.card = card_of(*parts, needs_.clock.now());
    page.head = {
        .breadcrumbs = {{"Jobs", "/jobs"}}, .title = parts->job.title, .chip = chip_of(parts->job)};
    page.subject_href = subject_href_of(parts->job);
    page.subject_name = parts->job.subject_name;
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
    const auto parts = needs_.database.read_in_tenant(
        principal.tenant,
        [&](db::Transaction& tx) -> Result<JobParts> {
            return load_parts(tx, principal, TRY(job_id_of(exchange)));
        }
    );
    if (!parts) {
        return Response::failed(parts.error());
    }
    const auto card = card_of(*parts, needs_.clock.now());
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
    return shown_again(exchange, retry_job(needs_.database, exchange));
}

http::Response Jobs::cancel(Exchange& exchange) {
    return shown_again(exchange, cancel_job(needs_.database, exchange));
}

void Jobs::add_pages(http::Router& router) {
    const auto page = [&](Method method,
                          const char* path,
                          const char* permission,
                          Response (Jobs::*act)(Exchange&)) {
        router.add(http::page_route(method, path, permission, http::bound(this, act)));
    };
    page(Method::Get, "/jobs", "job:read", &Jobs::list_page);
    page(Method::Get, "/jobs/{id}", "job:read", &Jobs::show_page);
    page(Method::Get, "/jobs/{id}/card", "job:read", &Jobs::card_fragment);
    page(Method::Post, "/jobs/{id}/retry", "job:retry", &Jobs::retry);
    page(Method::Post, "/jobs/{id}/cancel", "job:cancel", &Jobs::cancel);
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
    const auto parts = load_parts(tx, principal, page.jobs.front().id);
    return parts ? std::optional(card_of(*parts, now)) : std::nullopt;
}

}  // namespace hostelry::jobs
