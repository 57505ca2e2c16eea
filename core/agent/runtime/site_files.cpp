#include "core/agent/runtime/site_files.h"

#include "core/agent/runtime/descriptor.h"
#include "core/base/bytes.h"
#include "core/base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <vector>

namespace hostelry::agent {

namespace {

constexpr int kCopiedDepthMax = 64;
constexpr std::size_t kDiffBytesMax = 16_KiB;
constexpr std::size_t kPartBytes = 64_KiB;
constexpr std::size_t kCopyPartBytes = 1_MiB;
constexpr mode_t kModeBits = 07777;

bool differs(const timespec& left, const timespec& right) {
    return left.tv_sec != right.tv_sec || left.tv_nsec != right.tv_nsec;
}

/// A new folder with exactly this owner and mode.
Result<Descriptor> make_directory(
    const SiteHome& home, int parent, const std::string& name, mode_t mode
) {
    if (mkdirat(parent, name.c_str(), 0700) != 0 && errno != EEXIST) {
        return system_failure("The folder \"" + name + "\" could not be made.");
    }
    auto made = TRY(open_beneath(parent, name, O_RDONLY | O_DIRECTORY));
    if (fchown(made.number(), home.uid, home.gid) != 0 || fchmod(made.number(), mode) != 0) {
        return system_failure("The folder \"" + name + "\" could not be given to the site.");
    }
    return made;
}

Result<void> ensure_parents(const SiteHome& home, const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) {
        return {};
    }
    const std::string parent = path.substr(0, slash);
    const auto opened = open_beneath(home.directory, parent, O_RDONLY | O_DIRECTORY);
    if (opened || opened.error().code != ErrorCode::NotFound) {
        return opened ? Result<void>{} : tl::unexpected(opened.error());
    }
    TRY(ensure_parents(home, parent));
    const auto place = TRY(open_parent(home.directory, parent));
    TRY(make_directory(home, place.directory.number(), place.name, kSiteDirectoryMode));
    return {};
}

bool same_content(int left, int right) {
    std::vector<char> left_part(kPartBytes);
    std::vector<char> right_part(kPartBytes);
    while (true) {
        const ssize_t left_got = ::read(left, left_part.data(), left_part.size());
        const ssize_t right_got = ::read(right, right_part.data(), right_part.size());
        if (left_got != right_got || left_got < 0) {
            return false;
        }
        if (left_got == 0) {
            return true;
        }
        if (!std::equal(left_part.begin(), left_part.begin() + left_got, right_part.begin())) {
            return false;
        }
    }
}

Result<void> copy_content(int from, int to, std::int64_t size) {
    ssize_t copied = 0;
    for (std::int64_t left = size; left > 0; left -= copied) {
        copied = copy_file_range(from, nullptr, to, nullptr, kCopyPartBytes, 0);
        if (copied <= 0) {
            break;
        }
    }
    if (copied > 0 || size == 0) {
        return {};
    }
    // Between some file systems the kernel refuses; then by hand, from the start.
    if (lseek(from, 0, SEEK_SET) != 0 || ftruncate(to, 0) != 0 || lseek(to, 0, SEEK_SET) != 0) {
        return system_failure("A file could not be copied.");
    }
    std::vector<char> part(kPartBytes);
    while (true) {
        const ssize_t got = ::read(from, part.data(), part.size());
        if (got == 0) {
            return {};
        }
        ssize_t done = 0;
        while (got > 0 && done < got) {
            const ssize_t written =
                ::write(to, part.data() + done, static_cast<std::size_t>(got - done));
            if (written <= 0) {
                return system_failure("A file could not be copied.");
            }
            done += written;
        }
        if (got < 0) {
            return system_failure("A file could not be copied.");
        }
    }
}

class TreeCopy {
public:
    TreeCopy(const SiteHome& home, const std::set<std::string>& left_out, Act act)
        : home_(home), left_out_(left_out), act_(act) {}

    /// `to` is -1 when a dry run finds that the folder is not there yet.
    Result<void> copy(int from, int to, const std::string& path, int depth) {
        if (depth > kCopiedDepthMax) {
            return fail(ErrorCode::Forbidden, "The source is nested too deeply.");
        }
        return for_each_entry(from, [&](const std::string& name) -> Result<void> {
            const std::string below = path.empty() ? name : fmt::format("{}/{}", path, name);
            return left_out_.contains(below) ? Result<void>{}
                                             : copy_entry(from, to, name, below, depth);
        });
    }

    FileChange take() { return std::move(change_); }

private:
    Result<void> copy_entry(
        int from, int to, const std::string& name, const std::string& below, int depth
    ) {
        struct stat facts {};
        if (fstatat(from, name.c_str(), &facts, 0) != 0) {
            return errno == ENOENT ? Result<void>{}  // a link to something not installed
                                   : system_failure("The source could not be read.");
        }
        if (S_ISDIR(facts.st_mode)) {
            return copy_directory(from, to, name, below, depth);
        }
        return S_ISREG(facts.st_mode) ? copy_file(from, to, name, facts) : Result<void>{};
    }

    Result<void> copy_directory(
        int from, int to, const std::string& name, const std::string& below, int depth
    ) {
        const Descriptor source{openat(from, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (!source) {
            return system_failure("The source could not be read.");
        }
        auto target = to < 0 ? Result<Descriptor>{Descriptor{}}
                             : open_beneath(to, name, O_RDONLY | O_DIRECTORY);
        if (!target && target.error().code == ErrorCode::NotFound) {
            change_.changed = true;
            target = act_ == Act::DryRun ? Result<Descriptor>{Descriptor{}}
                                         : make_directory(home_, to, name, kSiteDirectoryMode);
        }
        if (!target) {
            return tl::unexpected(target.error());
        }
        return copy(source.number(), target->number(), below, depth + 1);
    }

    Result<void> copy_file(int from, int to, const std::string& name, const struct stat& facts) {
        const Descriptor source{openat(from, name.c_str(), O_RDONLY | O_CLOEXEC)};
        if (!source) {
            return system_failure("The source could not be read.");
        }
        if (to >= 0 && is_alike(source.number(), to, name, facts)) {
            return {};
        }
        change_.changed = true;
        change_.bytes += facts.st_size;
        if (++change_.files > kCopyFilesMax || change_.bytes > kCopyBytesMax) {
            return fail(ErrorCode::QuotaExceeded, "The source is too large to be copied.");
        }
        return act_ == Act::DryRun ? Result<void>{} : replace(source.number(), to, name, facts);
    }

    /// Same size and time means alike, as rsync has it; our copies keep the source's time.
    static bool is_alike(int source, int to, const std::string& name, const struct stat& facts) {
        struct stat present {};
        if (fstatat(to, name.c_str(), &present, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(present.st_mode) || present.st_size != facts.st_size) {
            return false;
        }
        if (!differs(present.st_mtim, facts.st_mtim)) {
            return true;
        }
        const auto target = open_beneath(to, name, O_RDONLY | O_NONBLOCK);
        const bool same = target && same_content(source, target->number());
        lseek(source, 0, SEEK_SET);
        return same;
    }

    Result<void> replace(int source, int to, const std::string& name, const struct stat& facts)
        const {
        const std::string temporary = ".hostelry-copy-" + std::to_string(getpid());
        const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        bool direct = true;
        Descriptor target{openat(to, name.c_str(), flags, 0600)};
        if (!target && errno == EEXIST) {
            direct = false;
            unlinkat(to, temporary.c_str(), 0);
            target = Descriptor{openat(to, temporary.c_str(), flags, 0600)};
        }
        if (!target) {
            return system_failure("The file \"" + name + "\" could not be made.");
        }
        TRY(copy_content(source, target.number(), facts.st_size));
        // The time is set last: a copy that was cut short is not taken for a finished one.
        const std::array times{facts.st_atim, facts.st_mtim};
        const bool own = home_.uid == geteuid() && home_.gid == getegid();
        const bool fine = (own || fchown(target.number(), home_.uid, home_.gid) == 0) &&
                          fchmod(target.number(), kSiteFileMode) == 0 &&
                          futimens(target.number(), times.data()) == 0 &&
                          (direct || renameat(to, temporary.c_str(), to, name.c_str()) == 0);
        return fine ? Result<void>{}
                    : system_failure("The file \"" + name + "\" could not be finished.");
    }

    const SiteHome& home_;
    const std::set<std::string>& left_out_;
    Act act_;
    FileChange change_;
};

Result<FileChange> make_site_directory(
    const SiteHome& home, const std::string& path, mode_t mode, Act act
) {
    FileChange change{
        .changed = true, .before = {}, .mode_before = {}, .diff = "+ folder " + path + "\n"};
    if (act == Act::Apply) {
        TRY(ensure_parents(home, path));
        const auto place = TRY(open_parent(home.directory, path));
        TRY(make_directory(home, place.directory.number(), place.name, mode));
    }
    return change;
}

}  // namespace

std::string line_diff(std::string_view before, std::string_view after) {
    auto old_lines = split(before, '\n');
    auto new_lines = split(after, '\n');
    std::size_t same_start = 0;
    while (same_start < std::min(old_lines.size(), new_lines.size()) &&
           old_lines[same_start] == new_lines[same_start]) {
        ++same_start;
    }
    while (old_lines.size() > same_start && new_lines.size() > same_start &&
           old_lines.back() == new_lines.back()) {
        old_lines.pop_back();
        new_lines.pop_back();
    }
    std::string diff;
    for (std::size_t i = same_start; i < old_lines.size(); ++i) {
        diff += "- " + old_lines[i] + "\n";
    }
    for (std::size_t i = same_start; i < new_lines.size(); ++i) {
        diff += "+ " + new_lines[i] + "\n";
    }
    if (diff.size() > kDiffBytesMax) {
        diff.resize(kDiffBytesMax);
        diff += "\n...\n";
    }
    return diff;
}

Result<FileChange> ensure_site_directory(
    const SiteHome& home, const std::string& path, mode_t mode, Act act
) {
    const auto present = open_beneath(home.directory, path, O_RDONLY | O_DIRECTORY);
    if (!present && present.error().code == ErrorCode::NotFound) {
        return make_site_directory(home, path, mode, act);
    }
    if (!present) {
        return tl::unexpected(present.error());
    }
    struct stat facts {};
    if (fstat(present->number(), &facts) != 0) {
        return system_failure("The folder \"" + path + "\" could not be read.");
    }
    const mode_t mode_before = facts.st_mode & kModeBits;
    if (mode_before == mode && facts.st_uid == home.uid) {
        return FileChange{};
    }
    if (act == Act::Apply && (fchown(present->number(), home.uid, home.gid) != 0 ||
                              fchmod(present->number(), mode) != 0)) {
        return system_failure("The mode of \"" + path + "\" could not be set.");
    }
    return FileChange{
        .changed = true,
        .before = {},
        .mode_before = mode_before,
        .diff = "~ mode of folder " + path + "\n"};
}

Result<std::optional<mode_t>> mode_of_site_path(const SiteHome& home, const std::string& path) {
    const auto place = open_parent(home.directory, path);
    if (!place) {
        return place.error().code == ErrorCode::NotFound
                   ? Result<std::optional<mode_t>>{std::nullopt}
                   : tl::unexpected(place.error());
    }
    struct stat facts {};
    const int at = place->directory.number();
    return fstatat(at, place->name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0
               ? std::optional<mode_t>{facts.st_mode & kModeBits}
               : std::nullopt;
}

Result<FileChange> write_site_file(
    const SiteHome& home, const std::string& path, std::string_view content, mode_t mode, Act act
) {
    FileChange change;
    auto place = open_parent(home.directory, path);
    if (!place && place.error().code != ErrorCode::NotFound) {
        return tl::unexpected(place.error());
    }
    if (place) {
        change.before = TRY(read_at(place->directory.number(), place->name, kSiteTextBytesMax));
    }
    if (change.before) {
        struct stat facts {};
        fstatat(place->directory.number(), place->name.c_str(), &facts, AT_SYMLINK_NOFOLLOW);
        change.mode_before = facts.st_mode & kModeBits;
        if (*change.before == content && change.mode_before == mode) {
            return FileChange{};
        }
    }
    change.changed = true;
    change.diff = "file " + path + "\n" + line_diff(change.before.value_or(""), content);
    if (act == Act::Apply) {
        TRY(ensure_parents(home, path));
        const auto target = TRY(open_parent(home.directory, path));
        TRY(write_at(target.directory.number(), target.name, content, mode, home.uid, home.gid));
    }
    return change;
}

Result<FileChange> remove_site_path(const SiteHome& home, const std::string& path, Act act) {
    auto place = open_parent(home.directory, path);
    if (!place) {
        return place.error().code == ErrorCode::NotFound ? Result<FileChange>{FileChange{}}
                                                         : tl::unexpected(place.error());
    }
    struct stat facts {};
    const int directory = place->directory.number();
    if (fstatat(directory, place->name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        return FileChange{};
    }
    FileChange change{
        .changed = true,
        .before = {},
        .mode_before = facts.st_mode & kModeBits,
        .diff = "- " + path + "\n"};
    if (S_ISREG(facts.st_mode) && facts.st_size <= std::int64_t{kSiteTextBytesMax}) {
        change.before = TRY(read_at(directory, place->name, kSiteTextBytesMax));
    }
    if (act == Act::Apply) {
        TRY(remove_tree_at(directory, place->name));
    }
    return change;
}

Result<FileChange> copy_tree_to_site(
    const SiteHome& home,
    const std::string& from,
    const std::string& to,
    const std::set<std::string>& left_out,
    Act act
) {
    const Descriptor source{open(from.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!source) {
        return fail(ErrorCode::NotFound, "\"" + from + "\" is not installed on this server.");
    }
    auto target = open_beneath(home.directory, to, O_RDONLY | O_DIRECTORY);
    if (!target && target.error().code == ErrorCode::NotFound) {
        TRY(make_site_directory(home, to, kSiteDirectoryMode, act));
        target = act == Act::Apply ? open_beneath(home.directory, to, O_RDONLY | O_DIRECTORY)
                                   : Result<Descriptor>{Descriptor{}};
    }
    if (!target) {
        return tl::unexpected(target.error());
    }
    TreeCopy tree(home, left_out, act);
    TRY(tree.copy(source.number(), target->number(), "", 0));
    auto change = tree.take();
    if (change.changed) {
        change.diff =
            "+ " + std::to_string(change.files) + " files from " + from + " to " + to + "\n";
    }
    return change;
}

}  // namespace hostelry::agent
