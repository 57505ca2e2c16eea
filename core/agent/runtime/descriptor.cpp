#include "core/agent/runtime/descriptor.h"

#include "core/base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

namespace hostelry::agent {

namespace {

constexpr int kRemovedDepthMax = 100;  // two open descriptors each
constexpr int kOpenAgain = 20;

/// Always the same for a file, so that what a killed writer left is replaced by the next one and
/// taken along when the file is removed. Writers of one file hold its site's or service's lock.
std::string temporary_name(const std::string& name) {
    return ".hostelry-new-" + name;
}

Result<void> write_all(int file, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(file, content.data(), content.size());
        if (written < 0 && errno != EINTR) {
            return system_failure("A file could not be written.");
        }
        content.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    return {};
}

Result<std::string> read_all(int file, std::size_t max) {
    std::string content;
    std::array<char, 16384> part{};
    while (true) {
        const ssize_t got = ::read(file, part.data(), part.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return system_failure("A file could not be read.");
        }
        if (got == 0) {
            return content;
        }
        content.append(part.data(), static_cast<std::size_t>(got));
        if (content.size() > max) {
            return fail(ErrorCode::Forbidden, "A file is larger than expected.");
        }
    }
}

/// Removes what a folder holds. However deeply its owner has nested folders, nobody keeps a tree
/// from being removed: what lies too deep is moved up to the top and removed from there.
class TreeRemoval {
public:
    explicit TreeRemoval(int top) : top_(top) {}

    Result<void> run() {
        do {
            moved_ = false;
            TRY(remove_entries(top_, 0));
        } while (moved_);
        return {};
    }

private:
    Result<void> remove_entries(int directory, int depth) {
        return for_each_entry(directory, [&](const std::string& name) {
            return remove_entry(directory, name.c_str(), depth);
        });
    }

    Result<void> remove_entry(int directory, const char* name, int depth) {
        if (unlinkat(directory, name, 0) == 0 || errno == ENOENT) {
            return {};
        }
        if (errno != EISDIR && errno != EPERM) {
            return system_failure("A file could not be removed.");
        }
        if (depth >= kRemovedDepthMax) {
            return move_up(directory, name);
        }
        const Descriptor below{
            openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        if (!below) {
            return system_failure("A folder could not be opened for removal.");
        }
        TRY(remove_entries(below.number(), depth + 1));
        if (unlinkat(directory, name, AT_REMOVEDIR) != 0 && errno != ENOENT) {
            return system_failure("A folder could not be removed.");
        }
        return {};
    }

    Result<void> move_up(int directory, const char* name) {
        // Of random bytes, so that nothing can stand in its place.
        std::array<std::byte, 16> bytes{};
        if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()) ||
            renameat(directory, name, top_, (".deep-" + to_hex(bytes)).c_str()) != 0) {
            return system_failure("A folder is nested too deeply to be removed.");
        }
        moved_ = true;
        return {};
    }

    int top_;
    bool moved_ = false;
};

struct CloseDirectory {
    void operator()(DIR* directory) const { closedir(directory); }
};

}  // namespace

Result<void> for_each_entry(
    int directory, const std::function<Result<void>(const std::string& name)>& act
) {
    // A description of its own: fdopendir takes ownership and the read position.
    const int own = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, CloseDirectory> entries{own >= 0 ? fdopendir(own) : nullptr};
    if (!entries) {
        return system_failure("A folder could not be read.");
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this DIR
    while (const dirent* entry = readdir(entries.get())) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..") {
            TRY(act(name));
        }
    }
    return {};
}

std::vector<std::string> names_in(const std::string& folder) {
    std::vector<std::string> names;
    const Descriptor opened{open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (opened) {
        static_cast<void>(for_each_entry(opened.number(), [&](const std::string& name) {
            names.push_back(name);
            return Result<void>{};
        }));
    }
    std::sort(names.begin(), names.end());
    return names;
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        Descriptor old{std::exchange(number_, other.release())};
    }
    return *this;
}

Descriptor::~Descriptor() {
    if (number_ >= 0) {
        ::close(number_);
    }
}

int Descriptor::release() {
    return std::exchange(number_, -1);
}

tl::unexpected<Error> system_failure(std::string sentence) {
    const int number = errno;
    const auto code = number == ENOSPC || number == EDQUOT ? ErrorCode::QuotaExceeded
                      : number == ENOENT                   ? ErrorCode::NotFound
                                                           : ErrorCode::Internal;
    return fail(code, std::move(sentence), std::generic_category().message(number));
}

Result<Descriptor> open_beneath(int directory, std::string_view path, int flags, mode_t mode) {
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.mode = (flags & O_CREAT) != 0 ? mode : mode_t{0};
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
    const std::string text(path);
    for (int attempt = 0; attempt < kOpenAgain; ++attempt) {
        const long number = syscall(SYS_openat2, directory, text.c_str(), &how, sizeof how);
        if (number >= 0) {
            return Descriptor{static_cast<int>(number)};
        }
        if (errno != EAGAIN && errno != EINTR) {  // EAGAIN: a rename raced with the lookup
            break;
        }
    }
    if (errno == ENOENT) {
        return fail(ErrorCode::NotFound, "\"" + text + "\" does not exist.");
    }
    if (errno == ELOOP || errno == EXDEV || errno == ENOTDIR) {
        return fail(
            ErrorCode::Forbidden,
            "\"" + text + "\" is not a plain place inside the site.",
            std::generic_category().message(errno)
        );
    }
    if (errno == EACCES || errno == EPERM) {
        return fail(ErrorCode::Forbidden, "The site may not open \"" + text + "\".");
    }
    return system_failure("\"" + text + "\" could not be opened.");
}

Result<Place> open_parent(int directory, std::string_view path) {
    const auto slash = path.rfind('/');
    const auto parent = slash == std::string_view::npos ? "." : path.substr(0, slash);
    auto opened = TRY(open_beneath(directory, parent, O_RDONLY | O_DIRECTORY));
    const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    return Place{std::move(opened), std::string(name)};
}

Result<void> write_at(
    int directory,
    const std::string& name,
    std::string_view content,
    mode_t mode,
    uid_t uid,
    gid_t gid,
    Durable durable
) {
    const std::string temporary = temporary_name(name);
    unlinkat(directory, temporary.c_str(), 0);
    const Descriptor file{openat(
        directory, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600
    )};
    if (!file) {
        return system_failure("The file \"" + name + "\" could not be created.");
    }
    auto written = write_all(file.number(), content);
    const bool fine = written && fchown(file.number(), uid, gid) == 0 &&
                      fchmod(file.number(), mode) == 0 &&
                      (durable == Durable::No || fdatasync(file.number()) == 0) &&
                      renameat(directory, temporary.c_str(), directory, name.c_str()) == 0;
    if (!fine) {
        auto failure =
            written
                ? Result<void>{system_failure("The file \"" + name + "\" could not be written.")}
                : written;
        unlinkat(directory, temporary.c_str(), 0);
        return failure;
    }
    // Without it the name may lead to the former file again after a power loss.
    if (durable == Durable::Yes && fsync(directory) != 0) {
        return system_failure("The folder of \"" + name + "\" could not be synced.");
    }
    return {};
}

Result<void> write_file_atomically(
    const std::string& path, std::string_view content, mode_t mode, Durable durable
) {
    const auto slash = path.rfind('/');
    const Descriptor directory{
        open(path.substr(0, slash).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory) {
        return system_failure("The folder of \"" + path + "\" could not be opened.");
    }
    return write_at(
        directory.number(), path.substr(slash + 1), content, mode, geteuid(), getegid(), durable
    );
}

Result<std::optional<std::string>> read_at(
    int directory, const std::string& name, std::size_t max
) {
    const Descriptor file{
        openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (!file) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        return errno == ELOOP ? Result<std::optional<std::string>>{fail(
                                    ErrorCode::Forbidden, "\"" + name + "\" is a link."
                                )}
                              : system_failure("\"" + name + "\" could not be opened.");
    }
    struct stat facts {};
    if (fstat(file.number(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return fail(ErrorCode::Forbidden, "\"" + name + "\" is not a regular file.");
    }
    return TRY(read_all(file.number(), max));
}

Result<std::optional<std::string>> read_file(const std::string& path, std::size_t max) {
    return read_at(AT_FDCWD, path, max);
}

void remove_leftover(const std::string& path) {
    const auto slash = path.rfind('/');
    unlink((path.substr(0, slash + 1) + temporary_name(path.substr(slash + 1))).c_str());
}

Result<bool> remove_file(const std::string& path) {
    remove_leftover(path);
    if (unlink(path.c_str()) == 0) {
        return true;
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        return false;
    }
    return system_failure("\"" + path + "\" could not be removed.");
}

Result<void> ensure_directory(const std::string& path, mode_t mode) {
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
        const std::string parent = path.substr(0, slash);
        if (mkdir(parent.c_str(), 0755) != 0 && errno != EEXIST) {
            return system_failure("The folder \"" + parent + "\" could not be made.");
        }
    }
    if (mkdir(path.c_str(), mode) == 0) {
        return chmod(path.c_str(), mode) == 0
                   ? Result<void>{}
                   : system_failure("The folder \"" + path + "\" could not be made.");
    }
    return errno == EEXIST ? Result<void>{}
                           : system_failure("The folder \"" + path + "\" could not be made.");
}

Result<bool> remove_tree_at(int directory, const std::string& name) {
    const Descriptor top{
        openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!top) {
        if (errno == ENOENT) {
            return false;
        }
        if (errno == ENOTDIR || errno == ELOOP) {
            return unlinkat(directory, name.c_str(), 0) == 0
                       ? Result<bool>{true}
                       : system_failure("\"" + name + "\" could not be removed.");
        }
        return system_failure("\"" + name + "\" could not be opened.");
    }
    TRY(TreeRemoval{top.number()}.run());
    if (unlinkat(directory, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
        return system_failure("The folder \"" + name + "\" could not be removed.");
    }
    return true;
}

Result<bool> remove_tree(const std::string& path) {
    return remove_tree_at(AT_FDCWD, path);
}

}  // namespace hostelry::agent
