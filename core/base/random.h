#pragma once
// Randomness comes in as an argument, so that tests can replay it.

#include <cstddef>
#include <span>

namespace hostelry {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::byte> bytes) = 0;
};

/// The kernel's generator (getrandom). Ends the process when the kernel refuses: there is no safe
/// substitute.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::byte> bytes) override;
};

}  // namespace hostelry
