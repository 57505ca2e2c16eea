#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/platform/http/message.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace hostelry::http {

/// A request body on its way: in memory up to 64 KiB, above that in an unnamed file of the spool
/// folder. The event loop appends, workers write to the file; never both at once.
class BodyBuffer {
public:
    static constexpr std::size_t kMemoryBytes = 64_KiB;
    static constexpr std::size_t kPieceBytes = 256_KiB;

    BodyBuffer() = default;
    ~BodyBuffer();
    BodyBuffer(const BodyBuffer&) = delete;
    BodyBuffer& operator=(const BodyBuffer&) = delete;

    std::string& memory() { return memory_; }
    std::size_t room() const { return kPieceBytes - memory_.size(); }
    std::uint64_t size() const { return spooled_ + memory_.size(); }
    /// A worker should call spool() before more is appended.
    bool is_heavy() const { return memory_.size() >= (fd_ < 0 ? kMemoryBytes : kPieceBytes); }
    bool is_spooled() const { return fd_ >= 0; }

    /// Writes the memory to the file; blocks on the disk.
    Result<void> spool(const std::string& folder);
    /// Hands the whole body to the request; blocks when it was spooled.
    Result<void> attach_to(Request& request, const std::string& folder);

private:
    std::string memory_;
    int fd_ = -1;
    std::uint64_t spooled_ = 0;
};

}  // namespace hostelry::http
