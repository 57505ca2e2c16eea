#pragma once

#include <mutex>
#include <utility>

namespace hostelry {

/// Data that cannot be reached without its lock.
///     LockGuarded<State> state;   state.with([](State& s) { ... });
template <class T>
class LockGuarded {
public:
    LockGuarded() = default;
    explicit LockGuarded(T value) : value_(std::move(value)) {}

    template <class Function>
    decltype(auto) with(Function&& function) {
        const std::lock_guard lock(mutex_);
        return std::forward<Function>(function)(value_);
    }
    template <class Function>
    decltype(auto) with(Function&& function) const {
        const std::lock_guard lock(mutex_);
        return std::forward<Function>(function)(std::as_const(value_));
    }

private:
    mutable std::mutex mutex_;
    T value_{};
};

}  // namespace hostelry
