#pragma once
// Closes what opendir opened, for std::unique_ptr.

#include <dirent.h>

namespace hostelry::agent {

struct CloseDirectory {
    void operator()(DIR* directory) const { closedir(directory); }
};

}  // namespace hostelry::agent
