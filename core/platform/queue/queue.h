#pragma once
// Durable jobs (architecture 5): a job is a row written in the transaction that needs the work, and
// a sequence of steps whose outputs are stored. A job killed anywhere continues at its first
// unfinished step, on any worker.
//
// What a step must be: safe to run again. It may have acted in full before the worker died, so it
// looks before it acts (by idempotency_key() or by the object's name), and it keeps no database
// transaction open while it acts outside.

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/platform/db/database.h"
#include "core/platform/db/json_text.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::queue {

class JobRun;

/// What a step's function sees of its job. Lives only during the call; notes and log lines may be
/// written from several threads.
class StepContext {
public:
    StepContext(JobRun& run, std::size_t step, bool undoing)
        : run_(run), step_(step), undoing_(undoing) {}
    StepContext(const StepContext&) = delete;
    StepContext& operator=(const StepContext&) = delete;

    JobId job() const;
    TenantId tenant() const;
    std::optional<UserId> actor() const;
    const std::string& kind() const;
    /// Name of this step.
    const std::string& step() const;
    /// What the job was enqueued with.
    const nlohmann::json& input() const;
    /// The stored output of a finished step; null for one that has not finished (or has been
    /// undone).
    const nlohmann::json& output_of(std::string_view step) const;
    /// This step's own output: in an undo what its run answered (null when it failed before
    /// answering), in a run what the last again_in handed over.
    const nlohmann::json& output_so_far() const;

    /// One line about what is going on now, shown beside the step ("Waiting for DNS, 2 of 3
    /// servers"). 300 bytes kept.
    void note(std::string_view text);
    /// A line of the live log. 2000 bytes a line and 5000 lines a job are kept; secrets do not
    /// belong here.
    void log(std::string_view line);

    /// The job shall stop (somebody cancelled it, the worker stops, or the lease was lost): return
    /// soon, with fail(ErrorCode::Cancelled, ...). Work done so far is safe: the step runs again,
    /// or is undone.
    bool cancelled() const;
    /// Sleeps, but wakes at once when cancelled() turns true; answers false then. For short waits
    /// only; longer ones belong to again_in, which holds no worker.
    bool sleep_for(std::chrono::milliseconds duration) const;
    /// In an undo: why the job failed; empty when somebody cancelled it.
    const std::string& failure() const;
    /// The same for every attempt of this step of this job, different for its undo: "<job>/<step>"
    /// or "<job>/<step>/undo".
    std::string idempotency_key() const;
    /// 1 for the first attempt.
    int attempt() const;
    /// When this attempt counts as overdue. Give it on to whatever has a timeout.
    TimePoint deadline() const;
    const Clock& clock() const;

    /// Ends this attempt without finishing the step: it runs again after `delay` (at least 100 ms)
    /// with output_so_far() set, and no worker is held meanwhile. Not counted as a failed attempt.
    ///     return step.again_in(5s, {{"operation", token}});
    Result<nlohmann::json> again_in(
        std::chrono::milliseconds delay, const nlohmann::json& output_so_far
    );

private:
    JobRun& run_;
    std::size_t step_;
    bool undoing_;
};

using RunStep = std::function<Result<nlohmann::json>(StepContext&)>;
using UndoStep = std::function<Result<void>(StepContext&)>;

struct Step {
    std::string name;   ///< stable: stored outputs are found by it
    std::string title;  ///< for people: "Create the database"
    RunStep run;
    /// Runs when the job fails for good or is cancelled: for every finished step and for the one
    /// that failed, backwards. Must accept that there is nothing to undo. Without it the step
    /// leaves nothing behind that matters.
    UndoStep undo = {};
    /// Errors with a retryable code are tried again this often in all; others end the job at once.
    int attempts_max = 5;
    std::chrono::milliseconds backoff_first{1000};  ///< doubles each time, with jitter
    std::chrono::milliseconds backoff_max{60000};
    std::chrono::milliseconds timeout{
        300000};  ///< of one attempt: sets deadline(), then cancelled()
};

struct JobKind {
    std::string name;   ///< "site.deploy"
    std::string title;  ///< "Deploy site"
    std::string queue = "default";
    std::vector<Step> steps;
    /// Whether a person sees it in the list of jobs by default; upkeep (renewal checks, metrics) is
    /// hidden.
    bool is_upkeep = false;
};

/// A job by the clock. Belongs to a tenant (platform upkeep: the root tenant). While a job of the
/// schedule is still unfinished no second one is made. A time missed while nobody ran is caught up
/// once.
struct Schedule {
    std::string name;  ///< unique per tenant
    std::string kind;
    std::string cron;
    std::string time_zone = "UTC";
    db::JsonText input{};
};

/// The kinds of jobs this program can run. Filled at start, read only afterwards.
class Registry {
public:
    /// Throws std::logic_error for a name used twice, no steps, or two steps of one name.
    void add(JobKind kind);
    /// A schedule of the root tenant, written to the database by the worker at its start (and
    /// removed there when it is no longer here).
    void add_schedule(Schedule schedule);

    const JobKind* find(std::string_view name) const;
    const std::map<std::string, JobKind, std::less<>>& kinds() const { return kinds_; }
    const std::vector<Schedule>& schedules() const { return schedules_; }

private:
    std::map<std::string, JobKind, std::less<>> kinds_;
    std::vector<Schedule> schedules_;
};

struct NewJob {
    std::string kind;
    TenantId tenant;  ///< must lie in the transaction's tenant tree
    db::JsonText input{};
    /// Of unfinished jobs only one per tenant and key exists; enqueueing again answers the one that
    /// is there.
    std::optional<std::string> unique_key{};
    /// Jobs with the same key (in one tenant) never run at the same time; they run in the order of
    /// enqueueing.
    std::optional<std::string> exclusive_key{};
    std::optional<UserId> actor{};
    std::string subject_type{};  ///< "site"
    std::optional<Uuid> subject_id{};
    std::string subject_name{};  ///< "blog.example.com"; shown also when the subject is gone
    std::string title{};         ///< empty: the kind's title
    std::optional<TimePoint> run_at{};
    int priority = 0;  ///< higher first, -100 to 100
};

/// Writes the job in the caller's transaction (in_tenant); it starts when that commits. Title,
/// queue and steps come from hostelry.job_kinds, which workers fill at their start; a kind that no
/// worker has shown yet waits in queue "default" until one does. Throws std::logic_error for a
/// malformed kind.
JobId enqueue(db::Transaction& tx, const NewJob& job);
/// Many at once in one statement; ids in the same order.
std::vector<JobId> enqueue_all(db::Transaction& tx, const std::vector<NewJob>& jobs);

/// A tenant's own schedule, made or changed. Invalid for a wrong expression or zone.
Result<void> ensure_schedule(
    db::Transaction& tx, TenantId tenant, const Schedule& schedule, TimePoint now
);
/// Answers false when there was none.
bool remove_schedule(db::Transaction& tx, TenantId tenant, std::string_view name);

}  // namespace hostelry::queue
