#pragma once

#include "core/base/random.h"

namespace hostelry::http {

/// Draws from the source in blocks, one block a thread: a nonce and an id for every answer would
/// otherwise be two system calls. Bytes are handed out once and wiped.
class BufferedRandom final : public Random {
public:
    explicit BufferedRandom(Random& source) : source_(source) {}
    void fill(std::span<std::byte> bytes) override;

private:
    Random& source_;
};

}  // namespace hostelry::http
