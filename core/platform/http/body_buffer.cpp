#include "core/platform/http/body_buffer.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace hostelry::http {
namespace {

tl::unexpected<Error> no_room(const char* step) {
    return fail(
        ErrorCode::Unavailable,
        "The server has no room for a body of this size now.",
        std::string(step) + ": " + std::generic_category().message(errno)
    );
}

/// Unmaps when the request goes.
std::shared_ptr<const void> own_mapping(void* bytes, std::size_t size) {
    return {bytes, [size](const void* mapped) { ::munmap(const_cast<void*>(mapped), size); }};
}

}  // namespace

BodyBuffer::~BodyBuffer() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

Result<void> BodyBuffer::spool(const std::string& folder) {
    if (fd_ < 0) {
        fd_ = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    }
    if (fd_ < 0) {
        return no_room("cannot open a spool file");
    }
    std::string_view rest = memory_;
    while (!rest.empty()) {
        const auto written = ::write(fd_, rest.data(), rest.size());
        if (written < 0) {
            return no_room("cannot write the spool file");
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    spooled_ += memory_.size();
    memory_.clear();
    return {};
}

Result<void> BodyBuffer::attach_to(Request& request, const std::string& folder) {
    if (fd_ < 0) {
        if (!memory_.empty()) {
            request.set_body(std::move(memory_));
        }
        return {};
    }
    TRY(spool(folder));
    void* mapped = ::mmap(nullptr, spooled_, PROT_READ, MAP_PRIVATE, fd_, 0);
    if (mapped == MAP_FAILED) {
        return no_room("cannot map the spool file");
    }
    request.body_owner = own_mapping(mapped, spooled_);
    request.body = {static_cast<const char*>(mapped), spooled_};
    return {};
}

}  // namespace hostelry::http
