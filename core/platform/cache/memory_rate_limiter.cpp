#include "core/base/lock_guarded.h"
#include "core/platform/cache/cache.h"

#include <array>
#include <cstring>
#include <unordered_map>

namespace hostelry::cache {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kShards = 16;

constexpr std::uint64_t rotate(std::uint64_t value, int bits) {
    return (value << bits) | (value >> (64 - bits));
}

/// SipHash-1-3 (Aumasson and Bernstein): keyed, so that colliding keys cannot be chosen from
/// outside.
class KeyedHash {
public:
    explicit KeyedHash(Random& random) { random.fill(std::as_writable_bytes(std::span{seed_})); }

    std::uint64_t operator()(std::string_view text) const {
        State state{
            seed_[0] ^ 0x736f6d6570736575U,
            seed_[1] ^ 0x646f72616e646f6dU,
            seed_[0] ^ 0x6c7967656e657261U,
            seed_[1] ^ 0x7465646279746573U};
        const std::uint64_t length = text.size();
        while (text.size() >= 8) {
            state.absorb(word(text.substr(0, 8)));
            text.remove_prefix(8);
        }
        state.absorb(word(text) | (length << 56));
        return state.finish();
    }

private:
    struct State {
        std::uint64_t a;
        std::uint64_t b;
        std::uint64_t c;
        std::uint64_t d;

        void round() {
            a += b;
            b = rotate(b, 13) ^ a;
            a = rotate(a, 32);
            c += d;
            d = rotate(d, 16) ^ c;
            a += d;
            d = rotate(d, 21) ^ a;
            c += b;
            b = rotate(b, 17) ^ c;
            c = rotate(c, 32);
        }
        void absorb(std::uint64_t value) {
            d ^= value;
            round();
            a ^= value;
        }
        std::uint64_t finish() {
            c ^= 0xff;
            round();
            round();
            round();
            return a ^ b ^ c ^ d;
        }
    };

    static std::uint64_t word(std::string_view bytes) {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data(), bytes.size());
        return value;
    }

    std::array<std::uint64_t, 2> seed_{};
};

class MemoryRateLimiter final : public RateLimiter {
public:
    MemoryRateLimiter(const Clock& clock, Random& random, std::size_t max_keys)
        : clock_(clock), hash_(random), max_keys_per_shard_(max_keys / kShards + 1) {}

    RateDecision take(std::string_view key, const RateLimit& limit, std::int64_t cost) override {
        const auto now = nanoseconds{clock_.steady().time_since_epoch()};
        const auto interval = nanoseconds{limit.period} / limit.count;
        const auto hash = hash_(key);
        return shard(hash).with([&](Arrivals& arrivals) -> RateDecision {
            make_room(arrivals, now);
            auto& arrival = arrivals.try_emplace(hash, now).first->second;
            const auto next = std::max(arrival, now) + interval * cost;
            const auto allowed_from = next - interval * limit.burst;
            if (allowed_from > now) {
                const auto wait = std::chrono::ceil<std::chrono::milliseconds>(allowed_from - now);
                return {.allowed = false, .retry_after = wait};
            }
            arrival = next;
            return {};
        });
    }

    void forget(std::string_view key) override {
        const auto hash = hash_(key);
        shard(hash).with([hash](Arrivals& arrivals) { arrivals.erase(hash); });
    }

private:
    /// Theoretical arrival time by key hash: when the key will be at rest again.
    using Arrivals = std::unordered_map<std::uint64_t, nanoseconds>;

    LockGuarded<Arrivals>& shard(std::uint64_t hash) { return shards_[hash >> 60]; }

    void make_room(Arrivals& arrivals, nanoseconds now) const {
        if (arrivals.size() < max_keys_per_shard_) {
            return;
        }
        std::erase_if(arrivals, [now](const auto& entry) { return entry.second <= now; });
        // All of them busy: somebody sends from very many addresses. Those limits start anew.
        if (arrivals.size() >= max_keys_per_shard_) {
            arrivals.clear();
        }
    }

    const Clock& clock_;
    KeyedHash hash_;
    std::size_t max_keys_per_shard_;
    std::array<LockGuarded<Arrivals>, kShards> shards_;
};

}  // namespace

std::unique_ptr<RateLimiter> make_memory_rate_limiter(
    const Clock& clock, Random& random, std::size_t max_keys
) {
    return std::make_unique<MemoryRateLimiter>(clock, random, max_keys);
}

}  // namespace hostelry::cache
