#include "core/features/servers/scratch_folder.h"

#include "core/base/text.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace hostelry::servers {

namespace {

constexpr std::string_view kScratchPrefix = "servers-";

auto scratch_failure(std::string sentence) {
    return fail(ErrorCode::Internal, std::move(sentence), std::generic_category().message(errno));
}

/// "servers-<pid>-XXXXXX" of a process that is no more.
bool is_left_behind(const std::string& name) {
    const auto parts = split(name, '-');
    int pid = 0;
    if (!name.starts_with(kScratchPrefix) || parts.size() != 3) {
        return false;
    }
    const auto& digits = parts[1];
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
    return read.ec == std::errc{} && pid > 1 && kill(pid, 0) != 0 && errno == ESRCH;
}

void sweep(const std::string& parent) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(parent, ignored)) {
        if (is_left_behind(entry.path().filename().string())) {
            std::filesystem::remove_all(entry.path(), ignored);
        }
    }
}

}  // namespace

Result<ScratchFolder> ScratchFolder::make(const std::string& parent) {
    std::error_code problem;
    std::filesystem::create_directories(parent, problem);
    if (problem) {
        return fail(ErrorCode::Internal, "The folder for temporary keys cannot be made.", parent);
    }
    sweep(parent);
    auto path = parent + "/" + std::string(kScratchPrefix) + std::to_string(getpid()) + "-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
        return scratch_failure("A folder for temporary keys cannot be made.");
    }
    return ScratchFolder(std::move(path));
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

ScratchFolder& ScratchFolder::operator=(ScratchFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
}

ScratchFolder::~ScratchFolder() {
    if (!path_.empty()) {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
}

Result<void> ScratchFolder::write(std::string_view name, std::string_view content) const {
    const int descriptor =
        open(file(name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) {
        return scratch_failure("A temporary file cannot be written.");
    }
    std::size_t done = 0;
    while (done < content.size()) {
        const auto part = ::write(descriptor, content.data() + done, content.size() - done);
        if (part < 0 && errno != EINTR) {
            close(descriptor);
            return scratch_failure("A temporary file cannot be written.");
        }
        done += part > 0 ? static_cast<std::size_t>(part) : 0;
    }
    close(descriptor);
    return {};
}

Result<std::string> ScratchFolder::read(std::string_view name) const {
    std::ifstream in(file(name), std::ios::binary);
    if (!in) {
        return scratch_failure("A temporary file cannot be read.");
    }
    return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace hostelry::servers
