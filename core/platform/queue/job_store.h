#pragma once
// What pages, API and command line see and do about jobs. Runs in the caller's tenant: a job
// outside its tree is NotFound.

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/platform/db/json_text.h"
#include "core/platform/db/transaction.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::queue {

enum class JobState {
    Queued,   ///< ready, or waiting for its time, its turn or a retry
    Running,  ///< a worker holds it
    Waiting,  ///< between two looks of a step that said again_in
    Succeeded,
    Failed,      ///< undone as far as possible; `not_undone` lists the rest
    Cancelling,  ///< undos are due or running
    Cancelled,
};
std::string_view state_name(JobState state);  ///< "queued", as stored
std::optional<JobState> state_from_name(std::string_view name);
bool is_finished(JobState state);
bool may_be_cancelled(JobState state);

enum class StepState {
    Pending,
    Running,
    Waiting,
    Retrying,
    Done,
    Failed,
    Undoing,
    Undone,
    UndoFailed
};
std::string_view state_name(StepState state);

struct Job {
    JobId id;
    TenantId tenant;
    std::string kind;
    std::string title;
    std::string queue;
    JobState state;
    bool is_quarantined;  ///< failed because worker after worker died of it
    bool is_upkeep;
    std::string note;                     ///< the last one-line note
    std::string error_code;               ///< code_name of the error, empty without one
    std::string error;                    ///< for the person
    std::vector<std::string> not_undone;  ///< "Create the database: the server did not answer"
    std::string current_step;             ///< title of the step it is at; empty when finished
    int steps_done;
    int steps_total;
    std::optional<UserId> actor;
    std::string subject_type;
    std::optional<Uuid> subject_id;
    std::string subject_name;
    db::JsonText input;
    TimePoint created_at;
    TimePoint run_at;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> finished_at;
};

struct JobStep {
    std::string name;
    std::string title;
    StepState state;
    int attempt;
    std::string note;
    std::string error;
    db::JsonText output;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> finished_at;
};

struct LogLine {
    std::int64_t number;  ///< grows; not without gaps
    TimePoint at;
    std::string step;
    std::string text;
};

struct JobFilter {
    std::vector<JobState> states{};  ///< empty: all
    std::optional<std::string> kind{};
    std::optional<TenantId> tenant{};  ///< only this tenant, not its descendants
    std::optional<std::string> subject_type{};
    std::optional<Uuid> subject_id{};
    std::string words{};  ///< in the title or the subject's name
    bool with_upkeep = false;
};

struct JobPage {
    std::vector<Job> jobs;  ///< newest first
    /// Give it as `after` for the next page; nothing on the last one.
    std::optional<JobId> next;
};

struct JobCounts {
    std::int64_t queued, running, waiting, failed_last_day, succeeded_last_day;
};

class JobStore {
public:
    explicit JobStore(db::Transaction& tx) : tx_(tx) {}

    /// `limit` 1 to 200.
    JobPage list(const JobFilter& filter, std::optional<JobId> after = {}, int limit = 50);
    std::optional<Job> find(JobId id);
    Result<Job> get(JobId id);
    /// In the order in which they run. Of a job that is gone: empty.
    std::vector<JobStep> steps(JobId id);
    /// Lines with a number above `after`, oldest first.
    std::vector<LogLine> log_lines(JobId id, std::int64_t after = 0, int limit = 500);
    JobCounts counts();

    /// Failed or cancelled -> queued; runs from the first unfinished step (undone ones count as
    /// unfinished). NotFound, Conflict (not finished, or a job with the same unique key is under
    /// way).
    Result<void> retry(JobId id);
    /// Whether retry() would do it now.
    bool may_be_retried(JobId id);
    /// Queued without anything done -> cancelled at once; otherwise cancelling: the running step is
    /// told, then undos run. NotFound, Conflict (already finished).
    Result<void> cancel(JobId id);

private:
    db::Transaction& tx_;
};

}  // namespace hostelry::queue
