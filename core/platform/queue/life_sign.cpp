#include "core/platform/queue/life_sign.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace hostelry::queue {
namespace {

constexpr auto kSignSuffix = ".alive";

bool lock_sign(int descriptor) {
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0;
}

tl::unexpected<Error> no_sign(const std::filesystem::path& file) {
    return fail(
        ErrorCode::Unavailable,
        "The file " + file.string() + " cannot be made.",
        std::generic_category().message(errno)
    );
}

}  // namespace

Result<LifeSign> LifeSign::give(const std::filesystem::path& folder, const std::string& name) {
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    LifeSign sign;
    // Nobody may see it before it is held: it would look like that of a dead worker.
    const auto fresh = folder / (name + ".new");
    sign.descriptor_ =
        open(fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (sign.descriptor_ < 0 || !lock_sign(sign.descriptor_)) {
        return no_sign(fresh);
    }
    const auto file = folder / (name + kSignSuffix);
    std::filesystem::rename(fresh, file, problem);
    if (problem) {
        unlink(fresh.c_str());
        return no_sign(file);
    }
    sign.file_ = file;
    return sign;
}

LifeSign::~LifeSign() {
    if (descriptor_ < 0) {
        return;
    }
    if (!file_.empty()) {
        unlink(file_.c_str());
    }
    close(descriptor_);
}

void find_dead_workers(
    const std::filesystem::path& folder, const std::function<bool(const std::string&)>& bury
) {
    std::error_code problem;
    std::vector<std::filesystem::path> signs;
    for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
        if (entry.path().extension() == kSignSuffix) {
            signs.push_back(entry.path());
        }
    }
    for (const auto& sign : signs) {
        const int descriptor = open(sign.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (descriptor < 0) {
            continue;
        }
        if (lock_sign(descriptor) && bury(sign.stem().string())) {
            unlink(sign.c_str());
        }
        close(descriptor);
    }
}

}  // namespace hostelry::queue
