#include "core/platform/http/worker_pool.h"

#include <algorithm>

namespace hostelry::http {
namespace {

constexpr std::chrono::milliseconds kBoostAfter{5};

}  // namespace

WorkerPool::WorkerPool(const Options& options) : options_(options) {
    options_.base = std::clamp<std::size_t>(options_.base, 1, options_.threads);
    // Every thread counts as awake until it goes to sleep for the first time.
    awake_ = options_.threads;
    threads_.reserve(options_.threads);
    for (std::size_t i = 0; i < options_.threads; ++i) {
        threads_.emplace_back([this] { work(); });
    }
}

WorkerPool::~WorkerPool() {
    stop();
}

bool WorkerPool::push(Job job) {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.capacity || stopping_) {
        return false;
    }
    enqueue(std::move(job));
    return true;
}

void WorkerPool::push_always(Job job) {
    const std::lock_guard lock(mutex_);
    enqueue(std::move(job));
}

void WorkerPool::enqueue(Job job) {
    queue_.push_back({std::move(job), std::chrono::steady_clock::now()});
    waiting_.store(queue_.size(), std::memory_order_relaxed);
    if (awake_ < options_.base) {
        wake(1);
    }
}

/// With the lock held. Counted as awake at once, so that two pushes do not wake for the same room.
void WorkerPool::wake(std::size_t count) {
    count = std::min(count, options_.threads - awake_);
    awake_ += count;
    wake_tokens_ += count;
    for (std::size_t i = 0; i < count; ++i) {
        condition_.notify_one();
    }
}

void WorkerPool::nudge() {
    const auto now = std::chrono::steady_clock::now();
    std::vector<Job> expired;
    {
        const std::lock_guard lock(mutex_);
        while (!queue_.empty() && queue_.front().job.expire &&
               now - queue_.front().since > options_.patience) {
            expired.push_back(std::move(queue_.front().job));
            queue_.pop_front();
        }
        waiting_.store(queue_.size(), std::memory_order_relaxed);
        if (!queue_.empty() && now - queue_.front().since >= kBoostAfter &&
            now - last_boost_ >= kBoostAfter) {
            last_boost_ = now;
            wake(std::max<std::size_t>(awake_, 1));
        }
    }
    for (const auto& job : expired) {
        job.expire();
    }
}

void WorkerPool::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        if (queue_.empty()) {
            if (stopping_) {
                return;
            }
            --awake_;
            condition_.wait(lock, [this] { return wake_tokens_ > 0 || stopping_; });
            if (wake_tokens_ > 0) {
                --wake_tokens_;
            } else {
                ++awake_;
            }
            continue;
        }
        auto waiting = std::move(queue_.front());
        queue_.pop_front();
        waiting_.store(queue_.size(), std::memory_order_relaxed);
        ++running_;
        lock.unlock();
        const bool too_late = waiting.job.expire &&
                              std::chrono::steady_clock::now() - waiting.since > options_.patience;
        (too_late ? waiting.job.expire : waiting.job.run)();
        waiting = {};
        lock.lock();
        --running_;
    }
}

WorkerPool::Figures WorkerPool::figures() const {
    const std::lock_guard lock(mutex_);
    return {queue_.size(), awake_, running_};
}

void WorkerPool::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    condition_.notify_all();
    for (auto& thread : threads_) {
        if (thread.joinable()) {
            thread.join();
        }
    }
}

}  // namespace hostelry::http
