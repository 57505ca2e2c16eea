#pragma once

#include "core/base/lock_guarded.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace hostelry::telemetry {

/// Whether this process should be given work. Each part ("database", "http") says so for itself, or
/// is asked; ready means every named part is. A process that stops takes "http" away first.
class Readiness {
public:
    void set(const std::string& part, bool ready);
    /// For a part that may be lost without noticing: @p is_ready is called, by any thread, whenever
    /// somebody wants to know.
    void watch(const std::string& part, std::function<bool()> is_ready);
    bool is_ready() const;
    /// Names of the parts that are not ready.
    std::vector<std::string> missing() const;

private:
    LockGuarded<std::map<std::string, std::function<bool()>>> parts_;
};

}  // namespace hostelry::telemetry
