#include "core/platform/cache/cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace hostelry::cache {
namespace {

using namespace std::chrono_literals;

class StoppedClock final : public Clock {
public:
    TimePoint now() const override { return {}; }
    std::chrono::steady_clock::time_point steady() const override { return time_; }
    void pass(std::chrono::milliseconds time) { time_ += time; }

private:
    std::chrono::steady_clock::time_point time_{1h};
};

TEST(MemoryCache, ForgetsValuesAtTheirEnd) {
    StoppedClock clock;
    auto cache = make_memory_cache(clock, 1000);
    cache->put("a", "1", 10s);
    EXPECT_EQ(cache->get("a"), "1");
    cache->put("a", "2", 10s);
    EXPECT_EQ(cache->get("a"), "2");
    clock.pass(10s);
    EXPECT_EQ(cache->get("a"), std::nullopt);
    cache->put("b", "3", 10s);
    cache->erase("b");
    EXPECT_EQ(cache->get("b"), std::nullopt);
}

TEST(MemoryCache, DropsTheOldestWhenItIsFull) {
    StoppedClock clock;
    auto cache = make_memory_cache(clock, 20);
    cache->put("a", "123456789", 10s);
    cache->put("b", "123456789", 10s);
    cache->put("c", "123456789", 10s);
    EXPECT_EQ(cache->get("a"), std::nullopt);
    EXPECT_TRUE(cache->get("b"));
    EXPECT_TRUE(cache->get("c"));
    cache->put("d", std::string(21, 'x'), 10s);
    EXPECT_EQ(cache->get("d"), std::nullopt);
    EXPECT_TRUE(cache->get("c"));
}

class MemoryRateLimiter : public ::testing::Test {
protected:
    StoppedClock clock;
    SystemRandom random;
    std::unique_ptr<RateLimiter> limiter = make_memory_rate_limiter(clock, random, 1000);
    RateLimit limit{10, 10s, 3};
};

TEST_F(MemoryRateLimiter, AllowsABurstThenTheRate) {
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(limiter->take("a", limit).allowed) << i;
    }
    const auto refused = limiter->take("a", limit);
    EXPECT_FALSE(refused.allowed);
    EXPECT_EQ(refused.retry_after, 1000ms);
    EXPECT_TRUE(limiter->take("b", limit).allowed) << "each key for itself";
    clock.pass(999ms);
    EXPECT_FALSE(limiter->take("a", limit).allowed);
    clock.pass(1ms);
    EXPECT_TRUE(limiter->take("a", limit).allowed);
    EXPECT_FALSE(limiter->take("a", limit).allowed);
    clock.pass(60s);
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(limiter->take("a", limit).allowed) << "rest gives no more than the burst back";
    }
    EXPECT_FALSE(limiter->take("a", limit).allowed);
}

TEST_F(MemoryRateLimiter, DoesNotCountWhatItRefuses) {
    for (int i = 0; i < 100; ++i) {
        limiter->take("a", limit);
    }
    clock.pass(1s);
    EXPECT_TRUE(limiter->take("a", limit).allowed);
}

TEST_F(MemoryRateLimiter, ForgetsAKeyAndTakesACost) {
    EXPECT_TRUE(limiter->take("a", limit, 3).allowed);
    EXPECT_FALSE(limiter->take("a", limit).allowed);
    limiter->forget("a");
    EXPECT_FALSE(limiter->take("a", limit, 4).allowed);
    EXPECT_TRUE(limiter->take("a", limit, 3).allowed);
}

TEST_F(MemoryRateLimiter, CountsRightFromManyThreads) {
    RateLimit once{1, 1h, 500};
    std::atomic<int> allowed{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 300; ++n) {
                allowed += limiter->take("shared", once).allowed ? 1 : 0;
                limiter->take(std::to_string(n), once);
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(allowed, 500);
}

TEST_F(MemoryRateLimiter, StaysSmallUnderMillionsOfKeys) {
    // Goal: no key is kept for ever. Keys at rest go first; then a fresh key is still counted.
    for (int i = 0; i < 5000; ++i) {
        limiter->take("key" + std::to_string(i), limit, 3);
    }
    EXPECT_FALSE(limiter->take("key4999", limit, 3).allowed);
}

}  // namespace
}  // namespace hostelry::cache
