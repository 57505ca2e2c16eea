#include "core/platform/queue/job_store.h"

#include "core/platform/db/in_view.h"
#include "core/platform/db/pattern.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace hostelry::queue {
namespace {

constexpr std::array<std::string_view, 7> kJobStates{
    "queued", "running", "waiting", "succeeded", "failed", "cancelling", "cancelled"};
constexpr std::array<std::string_view, 9> kStepStates{
    "pending",
    "running",
    "waiting",
    "retrying",
    "done",
    "failed",
    "undoing",
    "undone",
    "undo_failed"};

// jsonb_array_length of the kind's steps; a kind nobody has shown yet counts as one step.
constexpr std::string_view kJobColumns = R"(
    j.id, j.tenant_id, j.kind, j.title, j.queue, j.state, j.is_quarantined, j.is_upkeep, j.note, j.error_code,
    j.error, j.not_undone, case when j.finished_at is null then j.current_step else '' end as current_step,
    j.steps_done, coalesce((select jsonb_array_length(k.steps) from hostelry.job_kinds k where k.name = j.kind), 1)
        as steps_total,
    j.actor_id, j.subject_type, j.subject_id, j.subject_name, j.input, j.created_at, j.run_at, j.started_at, j.finished_at)";

const std::string kList = db::newest_in_view(
    {.columns = kJobColumns, .from = "hostelry.jobs j", .tenant = "j.tenant_id", .where = R"(
           ($1::text[] is null or j.state = any ($1))
       and ($2::text is null or j.kind = $2)
       and ($3::uuid is null or j.tenant_id = $3)
       and ($4::text is null or j.subject_type = $4)
       and ($5::uuid is null or j.subject_id = $5)
       and ($6::boolean or not j.is_upkeep)
       and ($7 = '%%' or j.title ilike $7 or j.subject_name ilike $7)
       and j.id < $8)"},
    "id",
    "$9"
);

const std::string kFind =
    "select " + std::string(kJobColumns) + " from hostelry.jobs j where j.id = $1";

// Steps of the kind in their order, with what is recorded of this job. A job of one step records
// nothing while all goes well; its row then speaks for the step.
constexpr auto kSteps = R"(
    select k.name, k.title, s.state, s.attempt, coalesce(s.note, '') as note, coalesce(s.error, '') as error,
           s.output, s.started_at, s.finished_at, j.has_steps, j.state as job_state, j.note as job_note,
           j.started_at as job_started_at, j.finished_at as job_finished_at
      from hostelry.jobs j
      join hostelry.job_kinds kind on kind.name = j.kind
     cross join lateral (
        select w.step ->> 'name' as name, w.step ->> 'title' as title, w.place
          from jsonb_array_elements(kind.steps) with ordinality as w (step, place)) k
      left join hostelry.job_steps s on s.tenant_id = j.tenant_id and s.job_id = j.id and s.name = k.name
     where j.id = $1
     order by k.place)";

constexpr auto kLogLines = R"(
    select number, at, step, text from hostelry.job_log_lines
     where job_id = $1 and tenant_id = (select tenant_id from hostelry.jobs where id = $1) and number > $2
     order by number limit $3)";

const std::string kCounts =
    R"(
    select count(*) filter (where state = 'queued') as queued,
           count(*) filter (where state in ('running', 'cancelling')) as running,
           count(*) filter (where state = 'waiting') as waiting,
           count(*) filter (where state = 'failed' and finished_at > now() - interval '1 day') as failed,
           count(*) filter (where state = 'succeeded' and finished_at > now() - interval '1 day') as succeeded
      from )" +
    db::all_in_view(
        {.columns = "state, finished_at",
         .from = "hostelry.jobs",
         .tenant = "tenant_id",
         .where =
             "not is_upkeep and (finished_at is null or finished_at > now() - interval '1 day')"}
    ) +
    " j";

constexpr auto kRetry = R"(
    update hostelry.jobs
       set state = 'queued', run_at = now(), finished_at = null, error = '', error_code = '', not_undone = '{}',
           note = '', current_step = '', is_undoing = false, cancel_requested = false, is_quarantined = false,
           deaths = 0, holds_turn = false
     where id = $1 and state in ('failed', 'cancelled')
    returning tenant_id)";

constexpr auto kMayBeRetried = R"(
    select exists (
        select from hostelry.jobs j
         where j.id = $1 and j.state in ('failed', 'cancelled')
           and not exists (select from hostelry.jobs o
                            where o.tenant_id = j.tenant_id and o.unique_key = j.unique_key
                              and o.state in ('queued', 'running', 'waiting', 'cancelling'))) as may)";

constexpr auto kRetrySteps = R"(
    update hostelry.job_steps
       set state = 'pending', attempt = 0, error = '', note = '', output = null, started_at = null,
           finished_at = null
     where tenant_id = $1 and job_id = $2 and state <> 'done')";

constexpr auto kCancel = R"(
    update hostelry.jobs
       set cancel_requested = true,
           state = case when worker is null and not has_steps then 'cancelled' else 'cancelling' end,
           finished_at = case when worker is null and not has_steps then now() end,
           holds_turn = holds_turn and (worker is not null or has_steps),
           error = case when is_undoing then error else 'Cancelled.' end,
           error_code = case when is_undoing then error_code else 'cancelled' end,
           run_at = now()
     where id = $1 and state in ('queued', 'running', 'waiting')
    returning exclusive_key)";

// hostelry_cancel reaches the worker that holds the job, hostelry_queue one that may take it.
constexpr auto kTell = "select pg_notify('hostelry_cancel', $1), pg_notify('hostelry_queue', '')";
constexpr auto kWake = "select pg_notify('hostelry_queue', '')";

constexpr int kPageMax = 200;

template <class Names>
std::size_t index_of(const Names& names, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
}

Job read_job(const db::Row& row) {
    return {
        .id = row["id"].id<JobId>(),
        .tenant = row["tenant_id"].id<TenantId>(),
        .kind = row["kind"].text(),
        .title = row["title"].text(),
        .queue = row["queue"].text(),
        .state = state_from_name(row["state"].text()).value(),
        .is_quarantined = row["is_quarantined"].boolean(),
        .is_upkeep = row["is_upkeep"].boolean(),
        .note = row["note"].text(),
        .error_code = row["error_code"].text(),
        .error = row["error"].text(),
        .not_undone = row["not_undone"].text_list(),
        .current_step = row["current_step"].text(),
        .steps_done = static_cast<int>(row["steps_done"].integer()),
        .steps_total = static_cast<int>(row["steps_total"].integer()),
        .actor = row["actor_id"].optional_id<UserId>(),
        .subject_type = row["subject_type"].text(),
        .subject_id = row["subject_id"].optional_uuid(),
        .subject_name = row["subject_name"].text(),
        .input = row["input"].as_json_text(),
        .created_at = row["created_at"].time(),
        .run_at = row["run_at"].time(),
        .started_at = row["started_at"].optional_time(),
        .finished_at = row["finished_at"].optional_time(),
    };
}

/// What a job's own state says about its only step.
StepState state_of_single_step(JobState state) {
    switch (state) {
        case JobState::Running:
        case JobState::Cancelling:
            return StepState::Running;
        case JobState::Succeeded:
            return StepState::Done;
        case JobState::Failed:
            return StepState::Failed;
        default:
            return StepState::Pending;
    }
}

JobStep read_unrecorded_step(const db::Row& row, bool is_single) {
    JobStep step{
        .name = row["name"].text(), .title = row["title"].text(), .state = StepState::Pending};
    if (is_single && !row["has_steps"].boolean()) {
        step.state = state_of_single_step(state_from_name(row["job_state"].text()).value());
        step.attempt = step.state == StepState::Pending ? 0 : 1;
        step.note = row["job_note"].text();
        step.started_at = row["job_started_at"].optional_time();
        step.finished_at = row["job_finished_at"].optional_time();
    }
    return step;
}

JobStep read_step(const db::Row& row, bool is_single) {
    if (row["state"].is_null()) {
        return read_unrecorded_step(row, is_single);
    }
    return {
        .name = row["name"].text(),
        .title = row["title"].text(),
        .state = static_cast<StepState>(index_of(kStepStates, row["state"].text())),
        .attempt = static_cast<int>(row["attempt"].integer()),
        .note = row["note"].text(),
        .error = row["error"].text(),
        .output = db::JsonText::of_text(row["output"].optional_text().value_or("null")),
        .started_at = row["started_at"].optional_time(),
        .finished_at = row["finished_at"].optional_time(),
    };
}

std::optional<std::vector<std::string>> names_of(const std::vector<JobState>& states) {
    if (states.empty()) {
        return std::nullopt;
    }
    std::vector<std::string> names;
    names.reserve(states.size());
    for (const auto state : states) {
        names.emplace_back(state_name(state));
    }
    return names;
}

tl::unexpected<Error> not_found() {
    return fail(ErrorCode::NotFound, "There is no such job.");
}

}  // namespace

std::string_view state_name(JobState state) {
    return kJobStates[static_cast<std::size_t>(state)];
}

std::optional<JobState> state_from_name(std::string_view name) {
    const auto index = index_of(kJobStates, name);
    return index < kJobStates.size() ? std::optional{static_cast<JobState>(index)} : std::nullopt;
}

bool is_finished(JobState state) {
    return state == JobState::Succeeded || state == JobState::Failed ||
           state == JobState::Cancelled;
}

bool may_be_cancelled(JobState state) {
    return !is_finished(state) && state != JobState::Cancelling;
}

std::string_view state_name(StepState state) {
    return kStepStates[static_cast<std::size_t>(state)];
}

JobPage JobStore::list(const JobFilter& filter, std::optional<JobId> after, int limit) {
    const int size = std::clamp(limit, 1, kPageMax);
    const auto rows = tx_.query(
        kList,
        names_of(filter.states),
        filter.kind,
        filter.tenant,
        filter.subject_type,
        filter.subject_id,
        filter.with_upkeep,
        db::containing(filter.words),
        after ? after->uuid : Uuid::last(),
        size + 1
    );
    JobPage page;
    for (const auto& row : rows) {
        if (page.jobs.size() == static_cast<std::size_t>(size)) {
            page.next = page.jobs.back().id;
            break;
        }
        page.jobs.push_back(read_job(row));
    }
    return page;
}

std::optional<Job> JobStore::find(JobId id) {
    const auto row = tx_.query_optional(kFind, id);
    return row ? std::optional{read_job(*row)} : std::nullopt;
}

Result<Job> JobStore::get(JobId id) {
    auto job = find(id);
    if (!job) {
        return not_found();
    }
    return std::move(*job);
}

std::vector<JobStep> JobStore::steps(JobId id) {
    std::vector<JobStep> steps;
    const auto rows = tx_.query(kSteps, id);
    for (const auto& row : rows) {
        steps.push_back(read_step(row, rows.size() == 1));
    }
    return steps;
}

std::vector<LogLine> JobStore::log_lines(JobId id, std::int64_t after, int limit) {
    std::vector<LogLine> lines;
    for (const auto& row : tx_.query(kLogLines, id, after, limit)) {
        lines.push_back(
            {.number = row["number"].integer(),
             .at = row["at"].time(),
             .step = row["step"].text(),
             .text = row["text"].text()}
        );
    }
    return lines;
}

JobCounts JobStore::counts() {
    const auto row = tx_.query_one(kCounts);
    return {
        .queued = row["queued"].integer(),
        .running = row["running"].integer(),
        .waiting = row["waiting"].integer(),
        .failed_last_day = row["failed"].integer(),
        .succeeded_last_day = row["succeeded"].integer(),
    };
}

Result<void> JobStore::retry(JobId id) {
    try {
        const auto row = tx_.query_optional(kRetry, id);
        if (!row) {
            if (!find(id)) {
                return not_found();
            }
            return fail(ErrorCode::Conflict, "Only a failed or cancelled job can be tried again.");
        }
        tx_.execute(kRetrySteps, (*row)["tenant_id"].uuid(), id);
        tx_.execute(kWake);
        return {};
    } catch (const db::ConstraintViolation& violation) {
        if (violation.constraint == "jobs_unique_key") {
            return fail(ErrorCode::Conflict, "A job for the same thing is already under way.");
        }
        throw;
    }
}

bool JobStore::may_be_retried(JobId id) {
    return tx_.query_one(kMayBeRetried, id)["may"].boolean();
}

Result<void> JobStore::cancel(JobId id) {
    if (!tx_.query_optional(kCancel, id)) {
        const auto job = find(id);
        if (!job) {
            return not_found();
        }
        return job->state == JobState::Cancelling
                   ? Result<void>{}
                   : fail(ErrorCode::Conflict, "The job is already finished.");
    }
    tx_.execute(kTell, id.to_string());
    return {};
}

}  // namespace hostelry::queue
