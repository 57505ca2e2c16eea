#pragma once
// Locks that hold between the daemon's threads and programs started over SSH alike: flock(2) on a
// file below /run. They end with their holder, however it dies.

#include "core/agent/runtime/descriptor.h"
#include "core/agent/runtime/layout.h"
#include "core/base/result.h"

#include <chrono>
#include <string>

namespace hostelry::agent {

class HeldLock {
public:
    explicit HeldLock(Descriptor file) : file_(std::move(file)) {}

private:
    Descriptor file_;
};

/// Waits for its turn; Timeout after `patience`. Names: a site's key, or "nginx", "php-8.2",
/// "accounts".
Result<HeldLock> take_lock(
    const Layout& layout, const std::string& name, std::chrono::milliseconds patience
);

}  // namespace hostelry::agent
