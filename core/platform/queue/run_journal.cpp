#include "core/platform/queue/run_journal.h"

#include "core/base/text.h"
#include "core/platform/log/log.h"

#include <algorithm>

namespace hostelry::queue {
namespace {

using namespace std::chrono_literals;
constexpr auto kDatabaseAwayPause = 300ms;
constexpr std::size_t kNoteBytesMax = 300;
constexpr std::size_t kLineBytesMax = 2000;
constexpr int kLinesMax = 5000;

// $1 tenant, $2 job, $3 worker, $4 fence in every statement below; "held" is empty when the lease
// is lost.

constexpr auto kStartStep = R"(
    with held as (
        update hostelry.jobs set has_steps = true, current_step = $5, note = ''
         where tenant_id = $1 and id = $2 and worker = $3 and fence = $4
        returning tenant_id, id, cancel_requested
    ), step as (
        insert into hostelry.job_steps as s (tenant_id, job_id, position, name, title, state, attempt, started_at)
        select tenant_id, id, $6::int, $7, $5, $8, $9::int, clock_timestamp() from held
        on conflict (tenant_id, job_id, name) do update
           set position = excluded.position, title = excluded.title, state = excluded.state, note = '', error = '',
               attempt = excluded.attempt, started_at = coalesce(s.started_at, excluded.started_at),
               finished_at = null
    )
    select cancel_requested from held)";

// The last step ends the job, unless somebody wants it cancelled. A turn that ends wakes whoever
// waits for it.
constexpr auto kFinishStep = R"(
    with held as (
        update hostelry.jobs
           set has_steps = true, steps_done = $5, deaths = 0, note = '',
               error = case when cancel_requested then error else '' end,
               error_code = case when cancel_requested then error_code else '' end,
               state = case when $6 and not cancel_requested then 'succeeded' else state end,
               finished_at = case when $6 and not cancel_requested then clock_timestamp() end,
               worker = case when $6 and not cancel_requested then null else worker end,
               lease_until = case when $6 and not cancel_requested then null else lease_until end,
               holds_turn = holds_turn and not ($6 and not cancel_requested)
         where tenant_id = $1 and id = $2 and worker = $3 and fence = $4
        returning tenant_id, id, cancel_requested, exclusive_key
    ), step as (
        insert into hostelry.job_steps as s
               (tenant_id, job_id, position, name, title, state, attempt, output, started_at, finished_at)
        select tenant_id, id, 0, $7, $8, 'done', $9::int, $10::jsonb, clock_timestamp(), clock_timestamp() from held
        on conflict (tenant_id, job_id, name) do update
           set state = 'done', output = excluded.output, error = '', note = '', finished_at = clock_timestamp()
    )
    select cancel_requested,
           case when $6 and exclusive_key is not null then pg_notify('hostelry_queue', '') end
      from held)";

constexpr auto kWaitInStep = R"(
    with held as (
        update hostelry.jobs
           set state = case when cancel_requested then 'cancelling' else 'waiting' end, deaths = 0,
               run_at = case when cancel_requested then clock_timestamp() else clock_timestamp() + $5::interval end,
               worker = null, lease_until = null
         where tenant_id = $1 and id = $2 and worker = $3 and fence = $4
        returning tenant_id, id, cancel_requested
    ), step as (
        update hostelry.job_steps s set state = 'waiting', output = $7::jsonb from held
         where s.tenant_id = held.tenant_id and s.job_id = held.id and s.name = $6
    )
    select cancel_requested from held)";

constexpr auto kRetryStep = R"(
    with held as (
        update hostelry.jobs
           set state = case when cancel_requested then 'cancelling' else 'queued' end, has_steps = true, deaths = 0,
               run_at = clock_timestamp() + $5::interval, worker = null, lease_until = null,
               current_step = $8, note = case when $9 then note else $10 end
         where tenant_id = $1 and id = $2 and worker = $3 and fence = $4
        returning tenant_id, id, cancel_requested
    ), step as (
        insert into hostelry.job_steps as s
               (tenant_id, job_id, position, name, title, state, attempt, error, started_at)
        select tenant_id, id, $6::int, $7, $8, case when $9::boolean then 'undoing' else 'retrying' end, $11::int, $10,
               clock_timestamp() from held
        on conflict (tenant_id, job_id, name) do update
           set state = excluded.state, attempt = excluded.attempt, error = excluded.error
    )
    select cancel_requested from held)";

constexpr auto kFailStep = R"(
    with held as (
        update hostelry.jobs
           set has_steps = true, is_undoing = true, note = '',
               error_code = case when cancel_requested then error_code else $5 end,
               error = case when cancel_requested then error else $6 end
         where tenant_id = $1 and id = $2 and worker = $3 and fence = $4
        returning tenant_id, id, cancel_requested
    ), step as (
        insert into hostelry.job_steps as s
               (tenant_id, job_id, position, name, title, state, attempt, error, started_at, finished_at)
        select tenant_id, id, $7::int, $8, $9, 'failed', $10::int, $6, clock_timestamp(), clock_timestamp() from held
        on conflict (tenant_id, job_id, name) do update
           set state = 'failed', error = excluded.error, note = '', finished_at = clock_timestamp()
    )
    select cancel_requested from held)";

constexpr auto kBeginUndo = R"(
    update hostelry.jobs set is_undoing = true
     where tenant_id = $1 and id = $2 and worker = $3 and fence = $4
    returning cancel_requested)";

constexpr auto kFinishUndo = R"(
    with held as (
        update hostelry.jobs
           set steps_done = $5, note = '', deaths = 0,
               not_undone = case when $8 = '' or $8 = any (not_undone) then not_undone else not_undone || $8 end
         where tenant_id = $1 and id = $2 and worker = $3 and fence = $4
        returning tenant_id, id, cancel_requested
    ), step as (
        update hostelry.job_steps s set state = $7, note = '', finished_at = clock_timestamp() from held
         where s.tenant_id = held.tenant_id and s.job_id = held.id and s.name = $6
    )
    select cancel_requested from held)";

constexpr auto kFinishUndone = R"(
    with held as (
        update hostelry.jobs
           set state = case when cancel_requested then 'cancelled' else 'failed' end, note = '', current_step = '',
               finished_at = clock_timestamp(), is_undoing = false, worker = null, lease_until = null,
               holds_turn = false, steps_done = 0
         where tenant_id = $1 and id = $2 and worker = $3 and fence = $4
        returning cancel_requested, exclusive_key
    )
    select cancel_requested, case when exclusive_key is not null then pg_notify('hostelry_queue', '') end from held)";

// The interrupted step stays "running": its next start is the same attempt, and an undo knows that
// it had begun.
constexpr auto kGiveBack = R"(
    with held as (
        update hostelry.jobs
           set state = case when cancel_requested then 'cancelling' else 'queued' end, run_at = clock_timestamp(),
               worker = null, lease_until = null
         where tenant_id = $1 and id = $2 and worker = $3 and fence = $4
        returning cancel_requested
    )
    select cancel_requested, pg_notify('hostelry_queue', '') from held)";

constexpr auto kLoadSteps =
    "select name, state, attempt, output from hostelry.job_steps where tenant_id = $1 and job_id = "
    "$2";
constexpr auto kCountLines =
    "select count(*) as lines from hostelry.job_log_lines where tenant_id = $1 and job_id = $2";

constexpr auto kWriteNote = R"(
    with held as (
        update hostelry.jobs set note = $6
         where tenant_id = $1 and id = $2 and worker = $3 and fence = $4
        returning tenant_id, id
    )
    update hostelry.job_steps s set note = $6 from held
     where s.tenant_id = held.tenant_id and s.job_id = held.id and s.name = $5)";

constexpr auto kWriteLines = R"(
    with held as (
        select tenant_id, id, is_upkeep from hostelry.jobs
         where tenant_id = $1 and id = $2 and worker = $3 and fence = $4
    ), written as (
        insert into hostelry.job_log_lines (tenant_id, job_id, at, step, text)
        select held.tenant_id, held.id, w.at, w.step, w.text
          from held cross join unnest($5::timestamptz[], $6::text[], $7::text[]) as w (at, step, text)
    )
    select pg_notify('hostelry_jobs', tenant_id || '/' || id) from held where not is_upkeep)";

/// One line of readable text within the limit, cut at a character.
std::string tidy(std::string_view text, std::size_t bytes_max) {
    std::string line;
    for (const char c : trim(text)) {
        const auto byte = static_cast<unsigned char>(c);
        line += byte < 0x20 || byte == 0x7f ? ' ' : c;
    }
    if (line.size() > bytes_max) {
        line.resize(bytes_max);
    }
    while (!line.empty() && !is_valid_utf8(line)) {
        // A cut character is a few bytes at the end; anything else is not text.
        const bool is_cut = line.size() + 4 > bytes_max;
        if (!is_cut) {
            std::ranges::replace_if(
                line, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?'
            );
            break;
        }
        line.pop_back();
    }
    return line;
}

}  // namespace

ClaimedJob read_claimed_job(const db::Row& row) {
    return {
        .id = row["id"].id<JobId>(),
        .tenant = row["tenant_id"].id<TenantId>(),
        .kind = row["kind"].text(),
        .fence = row["fence"].integer(),
        .input = row["input"].as_json_text(),
        .actor = row["actor_id"].optional_id<UserId>(),
        .has_steps = row["has_steps"].boolean(),
        .is_undoing = row["is_undoing"].boolean(),
        .cancel_requested = row["cancel_requested"].boolean(),
        .is_exclusive = row["exclusive"].boolean(),
        .error_code = row["error_code"].text(),
        .error = row["error"].text(),
        .not_undone = row["not_undone"].text_list(),
    };
}

RunJournal::RunJournal(
    db::Database& database,
    const Clock& clock,
    std::string worker,
    ClaimedJob job,
    RunSignals& signals
)
    : database_(database),
      clock_(clock),
      worker_(std::move(worker)),
      job_(std::move(job)),
      signals_(signals) {}

/// Runs a guarded statement until the database takes it or the lease is over.
template <class... Params>
bool RunJournal::write(bool durable, std::string_view sql, const Params&... params) {
    const db::TransactionOptions options{.asynchronous_commit = !durable};
    while (!is_lease_over() && !signals_.is_raised(RunSignals::Signal::LeaseLost)) {
        const auto cancel = database_.in_tenant(
            job_.tenant,
            [&](db::Transaction& tx) -> Result<std::optional<bool>> {
                const auto row =
                    tx.query_optional(sql, job_.tenant, job_.id, worker_, job_.fence, params...);
                return row ? std::optional{(*row)["cancel_requested"].boolean()} : std::nullopt;
            },
            options
        );
        if (cancel) {
            if (!*cancel) {
                break;
            }
            return **cancel;
        }
        log::warn(
            "queue",
            "a job's progress could not be stored yet",
            {{"job", job_.id.to_string()}, {"cause", cancel.error().cause}}
        );
        signals_.sleep(kDatabaseAwayPause, true);
    }
    signals_.raise(RunSignals::Signal::LeaseLost);
    throw LeaseLost{};  // NOLINT(hicpp-exception-baseclass): see there
}

std::map<std::string, StepRecord> RunJournal::load_steps() {
    while (!is_lease_over()) {
        const auto steps = database_.read_in_tenant(
            job_.tenant,
            [&](db::Transaction& tx) -> Result<std::map<std::string, StepRecord>> {
                std::map<std::string, StepRecord> records;
                for (const auto& row : tx.query(kLoadSteps, job_.tenant, job_.id)) {
                    records[row["name"].text()] = {
                        .state = row["state"].text(),
                        .attempt = static_cast<int>(row["attempt"].integer()),
                        .output =
                            db::JsonText::of_text(row["output"].optional_text().value_or("null")),
                    };
                }
                const auto lines =
                    tx.query_one(kCountLines, job_.tenant, job_.id)["lines"].integer();
                const std::lock_guard lock(mutex_);
                unwritten_.lines_total = static_cast<int>(lines);
                return records;
            }
        );
        if (steps) {
            return *steps;
        }
        signals_.sleep(kDatabaseAwayPause, true);
    }
    throw LeaseLost{};  // NOLINT(hicpp-exception-baseclass): see there
}

bool RunJournal::start_step(
    const Step& step, std::size_t position, const StepRecord& record, bool undoing
) {
    // What has an undo must be known to have begun, also after a crash of the database.
    return write(
        step.undo != nullptr,
        kStartStep,
        step.title,
        position,
        step.name,
        undoing ? "undoing" : "running",
        record.attempt
    );
}

bool RunJournal::finish_step(
    const Step& step, const StepRecord& record, int steps_done, bool is_last
) {
    flush();
    return write(
        true, kFinishStep, steps_done, is_last, step.name, step.title, record.attempt, record.output
    );
}

bool RunJournal::wait_in_step(
    const Step& step, const StepRecord& record, std::chrono::milliseconds delay
) {
    flush();
    return write(true, kWaitInStep, delay, step.name, record.output);
}

bool RunJournal::retry_step(
    const Step& step,
    std::size_t position,
    const StepRecord& record,
    const Error& error,
    std::chrono::milliseconds delay,
    bool undoing
) {
    flush();
    return write(
        true,
        kRetryStep,
        delay,
        position,
        step.name,
        step.title,
        undoing,
        tidy(error.message, kLineBytesMax),
        record.attempt
    );
}

bool RunJournal::fail_step(
    const Step& step, std::size_t position, const StepRecord& record, const Error& error
) {
    flush();
    return write(
        true,
        kFailStep,
        code_name(error.code),
        tidy(error.message, kLineBytesMax),
        position,
        step.name,
        step.title,
        record.attempt
    );
}

bool RunJournal::begin_undo() {
    return write(true, kBeginUndo);
}

bool RunJournal::finish_undo(
    const Step& step, const StepRecord& record, int steps_done, const std::string& failure
) {
    flush();
    return write(
        true, kFinishUndo, steps_done, step.name, record.state, tidy(failure, kLineBytesMax)
    );
}

void RunJournal::finish_undone() {
    flush();
    write(true, kFinishUndone);
}

void RunJournal::give_back() {
    flush();
    write(true, kGiveBack);
}

void RunJournal::note(const std::string& step, std::string_view text) {
    const std::lock_guard lock(mutex_);
    unwritten_.note = {step, tidy(text, kNoteBytesMax)};
}

void RunJournal::log(const std::string& step, std::string_view line) {
    const std::lock_guard lock(mutex_);
    if (unwritten_.lines_total > kLinesMax) {
        return;
    }
    const bool is_last = unwritten_.lines_total++ == kLinesMax;
    unwritten_.lines.push_back(
        {clock_.now(), step, is_last ? "Further lines are not kept." : tidy(line, kLineBytesMax)}
    );
}

bool RunJournal::has_unwritten() const {
    const std::lock_guard lock(mutex_);
    return unwritten_.note || !unwritten_.lines.empty();
}

void RunJournal::flush() {
    const std::lock_guard flushing(flushing_);
    std::optional<std::pair<std::string, std::string>> note;
    std::vector<Line> lines;
    {
        const std::lock_guard lock(mutex_);
        note.swap(unwritten_.note);
        lines.swap(unwritten_.lines);
    }
    if (!note && lines.empty()) {
        return;
    }
    std::vector<std::string> times;
    std::vector<std::string> steps;
    std::vector<std::string> texts;
    for (const auto& line : lines) {
        times.emplace_back(db::Param(line.at).c_str());
        steps.push_back(line.step);
        texts.push_back(line.text);
    }
    const auto written = database_.in_tenant(
        job_.tenant,
        [&](db::Transaction& tx) -> Result<void> {
            if (note) {
                tx.execute(
                    kWriteNote, job_.tenant, job_.id, worker_, job_.fence, note->first, note->second
                );
            }
            if (!texts.empty()) {
                tx.execute(
                    kWriteLines, job_.tenant, job_.id, worker_, job_.fence, times, steps, texts
                );
            }
            return {};
        },
        {.asynchronous_commit = true}
    );
    if (!written) {
        // Notes and lines are comfort: a database that is away must not stop the step.
        log::warn(
            "queue",
            "log lines of a job were lost",
            {{"job", job_.id.to_string()}, {"lines", texts.size()}}
        );
    }
}

void RunJournal::lease_renewed(std::chrono::milliseconds lease) {
    const std::lock_guard lock(mutex_);
    unwritten_.lease_until = clock_.steady() + lease;
}

bool RunJournal::is_lease_over() const {
    const std::lock_guard lock(mutex_);
    return clock_.steady() > unwritten_.lease_until;
}

}  // namespace hostelry::queue
