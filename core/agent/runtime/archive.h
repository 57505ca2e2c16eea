#pragma once
// Unpacks tar archives (plain or gzip) that an operator gave, below a folder of a site. The whole
// list of members is checked before the first one is written: only regular files and folders, names
// that stay inside, and caps on count, size and ratio. Owner and mode are ours.

#include "core/agent/runtime/site_files.h"
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <string>

namespace hostelry::agent {

inline constexpr std::int64_t kArchiveMembersMax = 100'000;
inline constexpr std::int64_t kArchiveBytesMax = 2_GiB;
inline constexpr std::int64_t kArchiveRatioMax = 200;

/// `archive` is a readable descriptor at any position. Invalid with the name of the first member
/// that is refused. When all members share one top folder it is stripped.
Result<FileChange> extract_archive_to_site(
    const SiteHome& home, int archive, const std::string& to, Act act
);

/// "sha256" of the file's bytes as 64 hex digits.
Result<std::string> sha256_of_file(int file);

}  // namespace hostelry::agent
