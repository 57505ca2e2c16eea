#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace hostelry::http {

/// Bounded queue with adaptive threads: work wakes at most `base` of them; only when the head of
/// the queue has waited does nudge() wake as many again as are awake. Fast handlers so run on few
/// threads (no scheduler turns), slow ones get many within milliseconds.
class WorkerPool {
public:
    using SteadyTime = std::chrono::steady_clock::time_point;

    struct Job {
        std::function<void()> run;
        /// Called instead of run, from any thread, when the job waited longer than `patience`.
        std::function<void()> expire;
    };

    struct Options {
        std::size_t threads = 32;
        std::size_t base = 2;
        std::size_t capacity = 1024;
        std::chrono::milliseconds patience{10'000};
    };

    struct Figures {
        std::size_t queued = 0;
        std::size_t awake = 0;
        std::size_t running = 0;
    };

    explicit WorkerPool(const Options& options);
    /// Runs what is queued, then ends the threads.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// False when the queue is full.
    bool push(Job job);
    /// For work that must not be refused (it frees resources): capacity is ignored.
    void push_always(Job job);

    /// Cheap; whether nudge() should be called again in a millisecond.
    bool has_waiting() const { return waiting_.load(std::memory_order_relaxed) > 0; }
    /// Wakes more threads when the head of the queue has waited 5 ms, and expires what waited too
    /// long.
    void nudge();

    Figures figures() const;
    void stop();

private:
    struct Waiting {
        Job job;
        SteadyTime since;
    };

    void work();
    void wake(std::size_t count);
    void enqueue(Job job);

    Options options_;
    mutable std::mutex mutex_;
    std::condition_variable condition_;
    std::deque<Waiting> queue_;
    std::atomic<std::size_t> waiting_{0};
    std::size_t awake_ = 0;
    std::size_t running_ = 0;
    std::size_t wake_tokens_ = 0;
    SteadyTime last_boost_{};
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace hostelry::http
