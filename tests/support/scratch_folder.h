#pragma once
// A folder for one test.

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace hostelry::testing {

/// Empty at first, readable by nobody else; gone with everything in it when the object ends.
class ScratchFolder {
public:
    ScratchFolder() {
        std::string pattern = std::filesystem::temp_directory_path() / "hostelry-test-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("no folder can be made below the temporary one");
        }
        path_ = pattern;
    }
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    const std::string& path() const { return path_; }
    /// Of a file or folder in it.
    std::string path(const std::string& name) const { return path_ + "/" + name; }

    /// Others may look into it, as PostgreSQL must, which never runs as root.
    void open_for_others() const {
        std::filesystem::permissions(path_, std::filesystem::perms{0755});
    }

private:
    std::string path_;
};

}  // namespace hostelry::testing
