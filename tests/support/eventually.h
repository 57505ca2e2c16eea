#pragma once
// Waiting for what other threads or processes do.

#include <chrono>
#include <functional>
#include <thread>

namespace hostelry::testing {

/// True as soon as `is_so`; false when it is not within `patience`.
inline bool eventually(
    const std::function<bool()>& is_so,
    std::chrono::milliseconds patience = std::chrono::seconds(20)
) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!is_so()) {
        if (std::chrono::steady_clock::now() > until) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

}  // namespace hostelry::testing
