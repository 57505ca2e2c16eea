#pragma once
// Inside this room only.

#include "core/platform/log/log.h"

#include <exception>
#include <functional>
#include <string>
#include <string_view>

namespace hostelry::queue {

/// Runs what speaks to the database; answers false when it threw. SQL that does not fit (a release
/// is being rolled out, and this is its older or its newer part) is written down and tried again by
/// the caller; it does not end the process with all that runs in it.
inline bool guarded(std::string_view failure, const std::function<void()>& work) {
    try {
        work();
        return true;
    } catch (const std::exception& error) {
        log::error("queue", failure, {{"cause", std::string(error.what())}});
        return false;
    }
}

}  // namespace hostelry::queue
