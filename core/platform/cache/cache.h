#pragma once
// What may be lost at any time: answers worth keeping for a moment, and the counters of rate
// limits. In process now; a Redis implementation fits behind the same two interfaces.

#include "core/base/clock.h"
#include "core/base/random.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hostelry::cache {

/// Values by key, each with an end. All members may be called from any thread. Never the only home
/// of data.
class Cache {
public:
    virtual ~Cache() = default;
    virtual std::optional<std::string> get(std::string_view key) = 0;
    virtual void put(
        std::string_view key, std::string value, std::chrono::milliseconds lifetime
    ) = 0;
    virtual void erase(std::string_view key) = 0;
};

/// Keeps at most `max_bytes` of keys and values; the oldest go first.
std::unique_ptr<Cache> make_memory_cache(const Clock& clock, std::size_t max_bytes);

/// `count` in each `period`, with up to `burst` at once.
struct RateLimit {
    std::int64_t count = 60;
    std::chrono::milliseconds period = std::chrono::minutes{1};
    std::int64_t burst = 20;
};

struct RateDecision {
    bool allowed = true;
    std::chrono::milliseconds retry_after{0};  ///< When not allowed: how long until one is.
};

/// Counts by key with the generic cell rate algorithm: one time value a key, no windows.
class RateLimiter {
public:
    virtual ~RateLimiter() = default;
    virtual RateDecision take(
        std::string_view key, const RateLimit& limit, std::int64_t cost = 1
    ) = 0;
    /// Gives the key its full burst back (after a successful login).
    virtual void forget(std::string_view key) = 0;
};

/// Keys are hashed with a random seed, so nobody can choose colliding ones. Above `max_keys` the
/// keys that are at rest are dropped first.
std::unique_ptr<RateLimiter> make_memory_rate_limiter(
    const Clock& clock, Random& random, std::size_t max_keys = 200'000
);

}  // namespace hostelry::cache
