#pragma once
// Inside this room only: everything a running job writes. Every write names worker and fence, so a
// worker that lost its lease writes nothing; every write may be repeated (an in-doubt commit is
// simply written again).

#include "core/platform/db/database.h"
#include "core/platform/queue/claimed_job.h"
#include "core/platform/queue/queue.h"
#include "core/platform/queue/run_signals.h"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::queue {

/// A step's row. States as in job_steps.state.
struct StepRecord {
    std::string state = "pending";
    int attempt = 0;
    db::JsonText output = db::JsonText::of_text("null");
};

/// The lease was lost: nothing of the job may be touched any more. No std::exception, so that it
/// passes all that catches errors of a step.
struct LeaseLost {};

class RunJournal {
public:
    RunJournal(
        db::Database& database,
        const Clock& clock,
        std::string worker,
        ClaimedJob job,
        RunSignals& signals
    );

    const ClaimedJob& job() const { return job_; }
    std::map<std::string, StepRecord> load_steps();

    // Each answers whether the job has been asked to cancel. They throw LeaseLost, and wait for a
    // database that is away until the lease is over.
    bool start_step(const Step& step, std::size_t position, const StepRecord& record, bool undoing);
    bool finish_step(const Step& step, const StepRecord& record, int steps_done, bool is_last);
    bool wait_in_step(const Step& step, const StepRecord& record, std::chrono::milliseconds delay);
    bool retry_step(
        const Step& step,
        std::size_t position,
        const StepRecord& record,
        const Error& error,
        std::chrono::milliseconds delay,
        bool undoing
    );
    bool fail_step(
        const Step& step, std::size_t position, const StepRecord& record, const Error& error
    );
    bool begin_undo();
    bool finish_undo(
        const Step& step, const StepRecord& record, int steps_done, const std::string& failure
    );
    /// Failed or cancelled, after the undos.
    void finish_undone();
    /// Gives the lease back; another worker continues at once.
    void give_back();

    void note(const std::string& step, std::string_view text);
    void log(const std::string& step, std::string_view line);
    /// Writes waiting notes and lines; called by the worker's ticker and before each change of
    /// state.
    void flush();
    bool has_unwritten() const;

    /// A renewal succeeded now.
    void lease_renewed(std::chrono::milliseconds lease);
    bool is_lease_over() const;

private:
    struct Line {
        TimePoint at;
        std::string step;
        std::string text;
    };
    struct Unwritten {
        std::optional<std::pair<std::string, std::string>> note;  // step, text
        std::vector<Line> lines;
        int lines_total = 0;
        std::chrono::steady_clock::time_point lease_until;
    };

    template <class... Params>
    bool write(bool durable, std::string_view sql, const Params&... params);

    db::Database& database_;
    const Clock& clock_;
    const std::string worker_;
    const ClaimedJob job_;
    RunSignals& signals_;
    mutable std::mutex mutex_;
    std::mutex flushing_;  // keeps lines in order when ticker and step flush together
    Unwritten unwritten_;
};

}  // namespace hostelry::queue
