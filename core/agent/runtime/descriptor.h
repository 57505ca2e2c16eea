#pragma once
// Files through descriptors. Every path below a site's home is resolved by the kernel with
// openat2(2) beneath that home and without following any link, so that no name, link or race of a
// tenant's making leads elsewhere.

#include "core/base/result.h"

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::agent {

/// Owns a file descriptor.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    int number() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }
    int release();

private:
    int number_ = -1;
};

/// Opens `path` below `directory`; "." is the directory itself. NotFound when it does not exist,
/// Forbidden when a link or mount stands in the way.
Result<Descriptor> open_beneath(int directory, std::string_view path, int flags, mode_t mode = 0);

/// The directory that holds `path`, and the last part of `path`.
struct Place {
    Descriptor directory;
    std::string name;
};
Result<Place> open_parent(int directory, std::string_view path);

/// Whether a file has to survive a power loss the moment it is reported as written.
enum class Durable { No, Yes };

/// A file of ours outside homes: created, replaced by rename, synced. `mode` is exact.
Result<void> write_file_atomically(
    const std::string& path, std::string_view content, mode_t mode, Durable durable = Durable::Yes
);
/// The same inside an opened directory; the new file belongs to uid and gid.
Result<void> write_at(
    int directory,
    const std::string& name,
    std::string_view content,
    mode_t mode,
    uid_t uid,
    gid_t gid,
    Durable durable = Durable::Yes
);
/// Nothing when there is no such file; Forbidden when it is no regular file or larger than the
/// limit.
Result<std::optional<std::string>> read_at(int directory, const std::string& name, std::size_t max);
Result<std::optional<std::string>> read_file(const std::string& path, std::size_t max);
/// True when it was there. What a killed writer of it may have left goes, too.
Result<bool> remove_file(const std::string& path);
/// What a writer of the file that was killed may have left beside it.
void remove_leftover(const std::string& path);
/// Creates what is missing; parents get 0755.
Result<void> ensure_directory(const std::string& path, mode_t mode);
/// Removes a folder and all below it without following links; true when it was there. The folder
/// itself stays with `keep_top`.
Result<bool> remove_tree_at(int directory, const std::string& name);
Result<bool> remove_tree(const std::string& path);

/// Calls `act` with the name of each entry but "." and "..", and ends with the first failure. An
/// entry that `act` removes or renames is no harm; however many there are, few are in memory.
Result<void> for_each_entry(
    int directory, const std::function<Result<void>(const std::string& name)>& act
);
/// The sorted names in a folder of ours; empty when there is no such folder.
std::vector<std::string> names_in(const std::string& folder);

/// Internal with the system's reason as cause.
tl::unexpected<Error> system_failure(std::string sentence);

}  // namespace hostelry::agent
