#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace hostelry::servers {

/// A folder of mode 0700 for the keys and files that a program must read from disk; gone with the
/// object. What a killed process left behind goes when the next one is made.
class ScratchFolder {
public:
    /// `parent` is made when it is missing (0700); a tmpfs below /run keeps keys off the disk.
    static Result<ScratchFolder> make(const std::string& parent);

    ScratchFolder(ScratchFolder&& other) noexcept;
    ScratchFolder& operator=(ScratchFolder&& other) noexcept;
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder();

    const std::string& path() const { return path_; }
    std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }
    /// Mode 0600.
    Result<void> write(std::string_view name, std::string_view content) const;
    Result<std::string> read(std::string_view name) const;

private:
    explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

}  // namespace hostelry::servers
