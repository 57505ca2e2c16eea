#include "core/platform/queue/run_signals.h"

namespace hostelry::queue {

void RunSignals::raise(Signal signal) {
    const std::lock_guard lock(mutex_);
    set_[static_cast<std::size_t>(signal)] = true;
    raised_.notify_all();
}

bool RunSignals::is_raised(Signal signal) const {
    const std::lock_guard lock(mutex_);
    return set_[static_cast<std::size_t>(signal)];
}

bool RunSignals::must_end(bool undoing) const {
    const std::lock_guard lock(mutex_);
    return must_end_locked(undoing);
}

bool RunSignals::sleep(std::chrono::milliseconds duration, bool undoing) const {
    std::unique_lock lock(mutex_);
    return !raised_.wait_for(lock, duration, [&] { return must_end_locked(undoing); });
}

bool RunSignals::must_end_locked(bool undoing) const {
    const auto is_set = [&](Signal signal) { return set_[static_cast<std::size_t>(signal)]; };
    return is_set(Signal::LeaseLost) || is_set(Signal::StopNow) ||
           (is_set(Signal::Cancel) && !undoing);
}

}  // namespace hostelry::queue
