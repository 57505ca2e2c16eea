#pragma once
// Inside this room only: one job on one worker, from its claim to its end, its next wait or its
// return.

#include "core/base/random.h"
#include "core/platform/queue/queue.h"
#include "core/platform/queue/run_journal.h"

#include <map>
#include <memory>
#include <string>

namespace hostelry::queue {

/// What a step's function answered.
struct StepOutcome {
    enum class Kind { Done, Again, Failed } kind;
    db::JsonText output{};
    std::chrono::milliseconds delay{};
    Error error{};
};

class JobRun {
public:
    enum class Ending {
        Succeeded,
        CompletedUnwritten,
        Waiting,
        Retrying,
        Failed,
        Cancelled,
        GivenBack,
        LeaseLost
    };

    JobRun(
        db::Database& database,
        const Clock& clock,
        Random& random,
        const std::string& worker,
        const JobKind& kind,
        ClaimedJob job
    );
    ~JobRun();
    JobRun(const JobRun&) = delete;
    JobRun& operator=(const JobRun&) = delete;

    /// Throws only for bugs (SQL that does not fit); the lease then runs out by itself.
    Ending run();

    RunSignals& signals() { return signals_; }
    RunJournal& journal() { return journal_; }
    const ClaimedJob& job() const { return journal_.job(); }
    std::uint64_t steps_run() const { return steps_run_; }

private:
    friend class StepContext;

    Ending run_forward();
    Ending run_undos();
    Ending end_after_failure(std::size_t position, const StepOutcome& outcome);
    StepOutcome attempt(std::size_t position, bool undoing);
    /// An exception of a step is a bug of the step: Internal, and the job goes on to its undos.
    StepOutcome call(const Step& step, StepContext& context, bool undoing);
    /// Answers true when the undo is over (well or badly), false when it shall be tried again
    /// later.
    bool undo_step(std::size_t position);
    bool is_light() const;
    StepRecord& record_of(std::size_t position);
    int count_done() const;
    std::chrono::milliseconds backoff(const Step& step, int attempt, const Error& error);

    const Clock& clock_;
    Random& random_;
    const JobKind& kind_;
    RunSignals signals_;
    RunJournal journal_;
    std::map<std::string, StepRecord> records_;
    bool cancelling_;
    std::string failure_;  ///< Why the undos run; empty when cancelled.
    std::uint64_t steps_run_ = 0;

    // For the context of the step that runs now.
    struct Current;
    std::unique_ptr<Current> current_;
};

}  // namespace hostelry::queue
