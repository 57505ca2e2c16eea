#pragma once
// Acts on the files of one site. They run in a process of their own that has become the site's user
// (site_worker.h); only what lies directly in the home, which belongs to root, is made by root.

#include "core/agent/runtime/accounts.h"
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace hostelry::agent {

/// Largest file that is written or compared as one text.
inline constexpr std::size_t kSiteTextBytesMax = 1_MiB;
inline constexpr std::int64_t kCopyFilesMax = 200'000;
inline constexpr std::int64_t kCopyBytesMax = 4_GiB;
inline constexpr mode_t kSiteDirectoryMode = 0750;
inline constexpr mode_t kSiteFileMode = 0640;

enum class Act { Apply, DryRun };

struct FileChange {
    bool changed = false;
    std::optional<std::string> before;  ///< What a written or removed file held.
    std::optional<mode_t> mode_before;  ///< Nothing when there was nothing at the path.
    std::string diff;
    std::int64_t files = 0;  ///< With trees: how many were written.
    std::int64_t bytes = 0;
};

/// An opened home and the owner that new things get.
struct SiteHome {
    int directory;
    uid_t uid;
    gid_t gid;
};

/// The mode of what is at the path, also of a link that leads nowhere; nothing when nothing is.
Result<std::optional<mode_t>> mode_of_site_path(const SiteHome& home, const std::string& path);

Result<FileChange> ensure_site_directory(
    const SiteHome& home, const std::string& path, mode_t mode, Act act
);
/// Missing parents are made.
Result<FileChange> write_site_file(
    const SiteHome& home, const std::string& path, std::string_view content, mode_t mode, Act act
);
/// A file, a link itself, or a folder with all below it. Absent is fine.
Result<FileChange> remove_site_path(const SiteHome& home, const std::string& path, Act act);
/// Makes every folder and file of `from` (an absolute path of the distribution; its links are
/// followed) exist alike below `to`. Files that are only in `to` stay.
Result<FileChange> copy_tree_to_site(
    const SiteHome& home,
    const std::string& from,
    const std::string& to,
    const std::set<std::string>& left_out,
    Act act
);

/// What stands between two texts, as lines led by "-" and "+"; for dry runs.
std::string line_diff(std::string_view before, std::string_view after);

}  // namespace hostelry::agent
