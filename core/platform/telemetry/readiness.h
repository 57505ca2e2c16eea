#pragma once

#include "core/base/lock_guarded.h"

#include <map>
#include <string>
#include <vector>

namespace hostelry::telemetry {

/// Whether this process should be given work. Each part ("database", "http") says so for itself;
/// ready means every named part is. A process that stops takes "accepting" away first.
class Readiness {
public:
    void set(const std::string& part, bool ready);
    bool is_ready() const;
    /// Names of the parts that are not ready.
    std::vector<std::string> missing() const;

private:
    LockGuarded<std::map<std::string, bool>> parts_;
};

}  // namespace hostelry::telemetry
