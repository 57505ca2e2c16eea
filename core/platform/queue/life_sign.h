#pragma once
// Inside this room only: which workers of this machine live. Each holds a lock on a file of its
// name in a folder they share. The kernel lets go of the lock whatever ends the process, so a file
// nobody holds is the last sign of a worker that was killed, and its leases need not run out first.

#include "core/base/result.h"

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

namespace hostelry::queue {

class LifeSign {
public:
    LifeSign() = default;  ///< of nobody
    /// Makes the folder when it is missing.
    static Result<LifeSign> give(const std::filesystem::path& folder, const std::string& name);
    LifeSign(LifeSign&& other) noexcept { *this = std::move(other); }
    LifeSign& operator=(LifeSign&& other) noexcept {
        std::swap(file_, other.file_);
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    LifeSign(const LifeSign&) = delete;
    LifeSign& operator=(const LifeSign&) = delete;
    /// An orderly end leaves no file.
    ~LifeSign();

private:
    std::filesystem::path file_;
    int descriptor_ = -1;
};

/// Tells the name of each worker that ended without removing its sign. The sign is removed when
/// `bury` answers true; otherwise it is told again next time.
void find_dead_workers(
    const std::filesystem::path& folder, const std::function<bool(const std::string&)>& bury
);

}  // namespace hostelry::queue
