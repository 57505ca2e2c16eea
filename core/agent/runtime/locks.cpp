#include "core/agent/runtime/locks.h"

#include <fcntl.h>
#include <sys/file.h>

#include <thread>

namespace hostelry::agent {

namespace {
constexpr std::chrono::milliseconds kLookAgain{5};
}

Result<HeldLock> take_lock(
    const Layout& layout, const std::string& name, std::chrono::milliseconds patience
) {
    const std::string folder = layout.run + "/locks";
    TRY(ensure_directory(folder, 0700));
    Descriptor file{
        open((folder + "/" + name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!file) {
        return system_failure("A lock could not be opened.");
    }
    const auto until = std::chrono::steady_clock::now() + patience;
    while (flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
        if (std::chrono::steady_clock::now() > until) {
            return fail(ErrorCode::Timeout, "Other work on \"" + name + "\" took too long.");
        }
        std::this_thread::sleep_for(kLookAgain);
    }
    return HeldLock{std::move(file)};
}

}  // namespace hostelry::agent
