#pragma once
// What was at a path before an action changed it, as the action's memory keeps it for its undo.

#include <sys/types.h>

#include <optional>
#include <string>

namespace hostelry::agent {

struct PathBefore {
    std::optional<mode_t> mode;          ///< Nothing when there was nothing.
    std::optional<std::string> content;  ///< Of a file that is small enough to be kept.
};

std::string encode_before(const PathBefore& before);
/// Nothing for what encode_before does not write.
std::optional<PathBefore> decode_before(const std::string& text);

}  // namespace hostelry::agent
