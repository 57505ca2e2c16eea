#include "core/platform/http/buffered_random.h"

#include <algorithm>
#include <array>

namespace hostelry::http {
namespace {

struct Block {
    const void* source = nullptr;
    std::array<std::byte, 1024> bytes{};
    std::size_t used = 1024;
};

}  // namespace

void BufferedRandom::fill(std::span<std::byte> bytes) {
    thread_local Block block;
    if (bytes.size() > block.bytes.size()) {
        source_.fill(bytes);
        return;
    }
    if (block.source != &source_ || block.used + bytes.size() > block.bytes.size()) {
        source_.fill(block.bytes);
        block.source = &source_;
        block.used = 0;
    }
    const auto begin = block.bytes.begin() + static_cast<std::ptrdiff_t>(block.used);
    const auto end = begin + static_cast<std::ptrdiff_t>(bytes.size());
    std::copy(begin, end, bytes.begin());
    std::fill(begin, end, std::byte{0});
    block.used += bytes.size();
}

}  // namespace hostelry::http
