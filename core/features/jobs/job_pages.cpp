#include "core/features/jobs/job_change.h"
#include "core/features/jobs/job_views.h"
#include "core/features/jobs/jobs.h"
#include "core/features/shell/list_page.h"
#include "core/platform/http/api.h"

#include "templates/jobs/index.cpt.h"
#include "templates/jobs/show.cpt.h"

#include <fmt/format.h>

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

const shell::ListDescription& job_list() {
    static const shell::ListDescription kList{
        .path = "/jobs",
        .section = "jobs",
        .topic = "job",
        .title = "Jobs",
        .summary = "Everything the panel is doing and has done.",
        .noun = {"job", "jobs"},
        .icon = "list-checks",
        .placeholder = "Filter by job, site or server",
        .parameters = {{"state"}, {"q"}},
        .segments =
            {{"all", "All"},
             {"active", "Active", view::Status::Working},
             {"failed", "Failed", view::Status::Failed},
             {"done", "Done", view::Status::Ready}},
        .columns =
            {{.label = "Job"},
             {.label = "State"},
             {.label = "Step", .priority = view::Priority::DesktopOnly},
             {.label = "Steps done", .is_number = true},
             {.label = "Took", .is_number = true},
             {.label = "Created", .is_number = true}},
        .nothing_yet = {
            .title = "No jobs yet",
            .text =
                "Work that takes longer than a click, such as setting up a site, appears here with "
                "every step."}};
    return kList;
}

std::vector<JobState> states_of(std::string_view segment) {
    if (segment == "active") {
        return {JobState::Queued, JobState::Running, JobState::Waiting, JobState::Cancelling};
    }
    if (segment == "failed") {
        return {JobState::Failed};
    }
    return segment == "done" ? std::vector{JobState::Succeeded, JobState::Cancelled}
                             : std::vector<JobState>{};
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

Result<JobParts> parts_of_request(db::Database& database, const Exchange& exchange) {
    const auto& principal = exchange.signed_in();
    return database.read_in_tenant(principal.tenant, [&](db::Transaction& tx) -> Result<JobParts> {
        return load_parts(tx, principal, TRY(job_id_of(exchange)));
    });
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
    const shell::ListQuery query(job_list(), exchange);
    const auto found = needs_.database.read_in_tenant(
        exchange.signed_in().tenant,
        [&](db::Transaction& tx) -> Result<queue::JobPage> {
            queue::JobFilter filter;
            filter.states = states_of(query.segment());
            filter.words = query.words();
            return JobStore(tx).list(filter, JobId::parse(query.key("after")), kPageRows);
        }
    );
    if (!found) {
        return Response::failed(found.error());
    }
    JobsPage page;
    page.list = query.list(
        {.shown = static_cast<std::int64_t>(found->jobs.size()),
         .pager =
             {.next_href = query.href_at("after", found->next ? found->next->to_string() : "")}}
    );
    for (const auto& job : found->jobs) {
        page.rows.push_back(row_of(job, needs_.clock.now()));
    }
    return shell::list_answer(
        needs_.shell, exchange, query, page, views::jobs::list_part, views::jobs::index
    );
}

http::Response Jobs::show_page(Exchange& exchange) {
    const auto parts = parts_of_request(needs_.database, exchange);
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
    const auto parts = parts_of_request(needs_.database, exchange);
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
    const auto page = http::pages_of(router, this);
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

std::optional<view::JobCard> latest_card(
    db::Database& database,
    const http::Principal& principal,
    TimePoint now,
    std::string_view subject_type,
    const Uuid& subject
) {
    auto card = database.read_in_tenant(
        principal.tenant,
        [&](db::Transaction& tx) -> Result<std::optional<view::JobCard>> {
            return latest_card(tx, principal, now, subject_type, subject);
        }
    );
    return card ? std::move(*card) : std::nullopt;
}

}  // namespace hostelry::jobs
