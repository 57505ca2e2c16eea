#pragma once
// Inside this room only: what other threads tell a running job.

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace hostelry::queue {

class RunSignals {
public:
    enum class Signal {
        Cancel,         ///< somebody cancelled the job
        LeaseLost,      ///< another worker may hold it: write nothing more
        StopAfterStep,  ///< the worker stops: begin no further step
        StopNow,        ///< the worker's patience is over
    };

    void raise(Signal signal);
    bool is_raised(Signal signal) const;
    /// The step that runs shall end. An undo is not ended by Cancel: it is what a cancelled job
    /// does.
    bool must_end(bool undoing) const;
    /// False when must_end became true meanwhile.
    bool sleep(std::chrono::milliseconds duration, bool undoing) const;

private:
    bool must_end_locked(bool undoing) const;

    mutable std::mutex mutex_;
    mutable std::condition_variable raised_;
    bool set_[4] = {};
};

}  // namespace hostelry::queue
