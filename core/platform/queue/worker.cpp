#include "core/platform/queue/worker.h"

#include "core/base/text.h"
#include "core/platform/log/log.h"
#include "core/platform/queue/guarded.h"
#include "core/platform/queue/job_run.h"
#include "core/platform/queue/worker_upkeep.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace hostelry::queue {
namespace {

using namespace std::chrono_literals;
// 50 to 100 is the knee of the measured curve: more per claim brings little and holds leases for
// long.
constexpr int kClaimMax = 100;
constexpr auto kFlushDelayMax = 5ms;  // ends of jobs wait for company at most this long
constexpr auto kPauseAfterError = 500ms;
constexpr auto kNever = std::chrono::steady_clock::time_point::max();

constexpr auto kClaim =
    "select * from hostelry.claim_jobs($1, $2, $3, $4::interval, $5, $6::jsonb, $7, $8)";
constexpr auto kComplete = "select id from hostelry.complete_jobs($1, $2, $3) as t (id)";
constexpr auto kNextDue = "select hostelry.seconds_to_next_job() as seconds";

/// Unique for every worker that ever was: a lease must never look like somebody else's.
std::string make_name(std::string name, Random& random) {
    if (name.empty()) {
        std::array<char, 256> host{};
        gethostname(host.data(), host.size() - 1);
        name = fmt::format("{}:{}", host.data(), getpid());
    }
    std::array<std::byte, 4> tail{};
    random.fill(tail);
    return name + ":" + to_hex(tail);
}

}  // namespace

struct Worker::Parts {
    Parts(
        db::Database& database_,
        const Registry& registry_,
        const Clock& clock_,
        Random& random_,
        db::Listener* listener_,
        WorkerOptions options_
    )
        : database(database_),
          registry(registry_),
          clock(clock_),
          random(random_),
          listener(listener_),
          options(std::move(options_)),
          name(make_name(options.name, random_)) {
        for (const auto& [kind, definition] : registry.kinds()) {
            kinds.push_back(kind);
        }
        queue_limits = nlohmann::json(options.queue_limits).dump();
    }

    using Run = std::shared_ptr<JobRun>;  // held by its slot and by the table that heartbeats and
                                          // cancels look into

    void listen() {
        if (listener == nullptr) {
            return;
        }
        work_heard = listener->listen("hostelry_queue", [this](const db::Notice&) { wake(); });
        cancel_heard = listener->listen("hostelry_cancel", [this](const db::Notice& notice) {
            if (const auto id = JobId::parse(notice.payload)) {
                cancel(*id);
            }
        });
    }

    // --- pump: completes and claims ---
    void wake() {
        const std::lock_guard lock(mutex);
        woken = true;
        pump_wakes.notify_all();
    }

    void cancel(JobId id) {
        const std::lock_guard lock(mutex);
        if (const auto found = running.find(id); found != running.end()) {
            found->second->signals().raise(RunSignals::Signal::Cancel);
        }
    }

    void pump() {
        auto next_look = clock.steady();
        std::unique_lock lock(mutex);
        while (!(stopping && running.empty())) {
            pump_wakes.wait_until(lock, std::min(next_look, flush_at), [&] {
                return (woken && free_slots() > 0 && !stopping) || is_batch_full() ||
                       (stopping && running.empty());
            });
            lock.unlock();
            complete_finished();
            lock.lock();
            // Only now, with the slots that became free: who completes needs no claim of its own.
            const int wanted = stopping ? 0 : std::min(free_slots(), kClaimMax);
            woken = wanted > 0 ? false : woken;
            lock.unlock();
            auto pause = options.poll;
            if (wanted > 0 && !guarded("no jobs can be claimed", [&] { pause = claim(wanted); })) {
                pause = kPauseAfterError;
            }
            lock.lock();
            next_look = clock.steady() + pause;
        }
    }

    /// Ends are written together: when many have come, when nothing else runs, or a moment after
    /// the first.
    bool is_batch_full() const {
        return !completed.empty() &&
               (completed_count() >= kClaimMax / 2 || completed.size() == running.size());
    }
    int completed_count() const { return static_cast<int>(completed.size()); }

    int free_slots() const { return options.slots - static_cast<int>(running.size()); }

    /// Claims and hands out; answers how long to wait before the next look if nobody wakes us.
    std::chrono::milliseconds claim(int wanted) {
        const auto claimed = database.single_statement(
            kClaim,
            name,
            kinds,
            wanted,
            options.lease,
            options.tenant_limit,
            queue_limits,
            last_tenant,
            runs_without_lease()
        );
        if (!claimed) {
            log::warn("queue", "no jobs can be claimed", {{"cause", claimed.error().cause}});
            return kPauseAfterError;
        }
        std::vector<Run> runs;
        for (const auto& row : *claimed) {
            runs.push_back(make_run(read_claimed_job(row)));
        }
        begin(runs);
        if (claimed->size() == static_cast<std::size_t>(wanted)) {
            return 0ms;  // there may be more
        }
        return time_to_next_job();
    }

    /// Jobs whose lease is gone but whose step has not come back yet.
    std::vector<Uuid> runs_without_lease() {
        std::vector<Uuid> ids;
        for (const auto& run : all_runs()) {
            if (run->journal().is_lease_over() ||
                run->signals().is_raised(RunSignals::Signal::LeaseLost)) {
                ids.push_back(run->job().id.uuid);
            }
        }
        return ids;
    }

    std::chrono::milliseconds time_to_next_job() {
        const auto due = database.single_statement(kNextDue);
        const auto seconds = due ? (*due)[0]["seconds"].optional_real() : std::nullopt;
        if (!seconds) {
            return options.poll;
        }
        const auto wait = std::chrono::milliseconds{static_cast<std::int64_t>(*seconds * 1000) + 1};
        return std::clamp(wait, std::chrono::milliseconds{1}, options.poll);
    }

    Run make_run(ClaimedJob job) {
        const JobKind* kind = registry.find(job.kind);
        last_tenant = job.tenant.uuid;
        const bool is_cancelled = job.cancel_requested;
        auto run = std::make_shared<JobRun>(database, clock, random, name, *kind, std::move(job));
        run->journal().lease_renewed(options.lease);
        if (is_cancelled) {
            run->signals().raise(RunSignals::Signal::Cancel);
        }
        return run;
    }

    void begin(const std::vector<Run>& runs) {
        const std::lock_guard lock(mutex);
        for (const auto& run : runs) {
            // The database may have lost our claim (it crashed) and given us the same job again:
            // the old run goes on and finds its lease lost, so this claim is left to run out.
            if (running.emplace(run->job().id, run).second) {
                ++started;
                ready.push_back(run);
            }
        }
        rouse_slot();
    }

    /// Each slot that takes a job rouses the next one while there is more: jobs that end at once
    /// are run by a few threads, jobs that take long soon by all.
    void rouse_slot() {
        if (ready.empty()) {
            return;
        }
        if (idle_slots > 0) {
            slot_wakes.notify_one();
        } else if (static_cast<int>(slots.size()) < options.slots) {
            slots.emplace_back([this] { serve_slot(); });
        }
    }

    /// Writes the ends of jobs that have nothing else to store, many in one statement.
    void complete_finished() {
        std::vector<Run> batch;
        {
            const std::lock_guard lock(mutex);
            batch.swap(completed);
            flush_at = kNever;
        }
        if (batch.empty()) {
            return;
        }
        HeldLeases held;
        for (const auto& run : batch) {
            held.add(run->job());
        }
        std::vector<Uuid> written;
        if (!write_completed(held, written)) {
            for (const auto& run : batch) {
                keep_or_give_up(run);
            }
            return;
        }
        for (const auto& run : batch) {
            const bool is_written = std::ranges::binary_search(written, run->job().id.uuid);
            settle(run, is_written ? JobRun::Ending::Succeeded : refuse_completion(*run));
        }
    }

    void keep_or_give_up(const Run& run) {
        if (run->journal().is_lease_over()) {
            settle(run, JobRun::Ending::LeaseLost);
            return;
        }
        const std::lock_guard lock(mutex);
        completed.push_back(run);
        flush_at = clock.steady() + kFlushDelayMax;
    }

    bool write_completed(const HeldLeases& held, std::vector<Uuid>& written) {
        constexpr auto kFailure = "finished jobs cannot be stored yet";
        bool is_stored = false;
        guarded(kFailure, [&] {
            const auto answer = database.single_statement(kComplete, name, held.ids, held.fences);
            if (!answer) {
                log::warn("queue", kFailure, {{"cause", answer.error().cause}});
                return;
            }
            is_stored = true;
            for (const auto& row : *answer) {
                written.push_back(row["id"].uuid());
            }
        });
        if (!is_stored) {
            std::this_thread::sleep_for(kPauseAfterError);
        }
        std::ranges::sort(written);
        return is_stored;
    }

    /// Cancelled at the last moment, or lost: whoever claims it next finds out.
    static JobRun::Ending refuse_completion(JobRun& run) {
        try {
            run.journal().give_back();
            return JobRun::Ending::GivenBack;
        } catch (const LeaseLost&) {
            return JobRun::Ending::LeaseLost;
        }
    }

    // --- slots: run jobs ---
    void serve_slot() {
        std::unique_lock lock(mutex);
        for (;;) {
            ++idle_slots;
            slot_wakes.wait(lock, [&] { return !ready.empty() || slots_end; });
            --idle_slots;
            if (ready.empty()) {
                return;
            }
            const Run run = std::move(ready.front());
            ready.pop_front();
            rouse_slot();
            lock.unlock();
            run_one(run);
            lock.lock();
        }
    }

    void run_one(const Run& run) {
        auto ending = JobRun::Ending::LeaseLost;
        try {
            ending = run->run();
        } catch (const std::exception& error) {
            // A bug of ours or a broken schema. The lease runs out; a job that does this to every
            // worker is quarantined in the end.
            log::error(
                "queue",
                "a job could not be run",
                {{"job", run->job().id.to_string()},
                 {"kind", run->job().kind},
                 {"cause", std::string(error.what())}}
            );
        }
        steps += run->steps_run();
        if (ending == JobRun::Ending::CompletedUnwritten) {
            const std::lock_guard lock(mutex);
            completed.push_back(run);
            if (completed.size() == 1) {
                flush_at = clock.steady() + kFlushDelayMax;
                pump_wakes.notify_all();
            } else if (is_batch_full()) {
                pump_wakes.notify_all();
            }
            return;
        }
        settle(run, ending);
    }

    void settle(const Run& run, JobRun::Ending ending) {
        const std::lock_guard lock(mutex);
        running.erase(run->job().id);
        switch (ending) {
            case JobRun::Ending::Failed:
                ++failed;
                break;
            case JobRun::Ending::Cancelled:
                ++cancelled;
                break;
            case JobRun::Ending::Retrying:
                ++retried;
                break;
            case JobRun::Ending::LeaseLost:
                ++lost;
                break;
            case JobRun::Ending::Succeeded:
                ++succeeded;
                break;
            default:
                break;
        }
        woken = true;
        pump_wakes.notify_all();
        all_ended.notify_all();
    }

    std::vector<Run> all_runs() {
        const std::lock_guard lock(mutex);
        std::vector<Run> list;
        for (const auto& [id, run] : running) {
            list.push_back(run);
        }
        return list;
    }

    // --- stop ---
    void stop(std::chrono::milliseconds patience) {
        if (!pump_thread.joinable()) {
            return;
        }
        work_heard = {};
        cancel_heard = {};
        {
            std::unique_lock lock(mutex);
            stopping = true;
            raise_all(RunSignals::Signal::StopAfterStep);
            pump_wakes.notify_all();
            all_ended.wait_for(lock, patience, [&] { return running.empty(); });
            raise_all(RunSignals::Signal::StopNow);
        }
        // The pump ends when nothing runs any more; leases are renewed until then.
        pump_thread.join();
        {
            const std::lock_guard lock(mutex);
            slots_end = true;
            slot_wakes.notify_all();
        }
        for (auto& slot : slots) {
            slot.join();
        }
        upkeep.stop();
    }

    void raise_all(RunSignals::Signal signal) {
        for (const auto& [id, run] : running) {
            run->signals().raise(signal);
        }
    }

    db::Database& database;
    const Registry& registry;
    const Clock& clock;
    Random& random;
    db::Listener* const listener;
    const WorkerOptions options;
    const std::string name;
    std::vector<std::string> kinds;
    std::string queue_limits;
    Uuid last_tenant{};  // the pump's own

    std::mutex mutex;
    std::condition_variable pump_wakes, slot_wakes, all_ended;
    std::unordered_map<JobId, Run> running;  // from the claim to the written end
    std::deque<Run> ready;
    std::vector<Run> completed;  // ended, but that is not written yet
    std::chrono::steady_clock::time_point flush_at = kNever;
    std::vector<std::thread> slots;
    int idle_slots = 0;
    bool woken = true;
    bool stopping = false;
    bool slots_end = false;
    std::uint64_t started = 0, succeeded = 0, failed = 0, cancelled = 0, retried = 0, lost = 0;
    std::atomic<std::uint64_t> steps{0};

    db::Listener::Subscription work_heard, cancel_heard;
    std::thread pump_thread;
    WorkerUpkeep upkeep{
        {database,
         registry,
         clock,
         options,
         name,
         [this] { return all_runs(); },
         [this] { wake(); }}};
};

Worker::Worker(
    db::Database& database,
    const Registry& registry,
    const Clock& clock,
    Random& random,
    db::Listener* listener,
    WorkerOptions options
)
    : parts_(
          std::make_unique<Parts>(database, registry, clock, random, listener, std::move(options))
      ) {}

Worker::~Worker() {
    stop(std::chrono::milliseconds{0});
}

void Worker::start() {
    parts_->upkeep.start();
    parts_->pump_thread = std::thread([this] { parts_->pump(); });
    parts_->listen();
}

void Worker::stop(std::chrono::milliseconds patience) {
    parts_->stop(patience);
}

WorkerFigures Worker::figures() const {
    const std::lock_guard lock(parts_->mutex);
    return {
        .is_stopping = parts_->stopping,
        .running = static_cast<int>(parts_->running.size()),
        .started_total = parts_->started,
        .succeeded_total = parts_->succeeded,
        .failed_total = parts_->failed,
        .cancelled_total = parts_->cancelled,
        .steps_total = parts_->steps,
        .retries_total = parts_->retried,
        .leases_lost_total = parts_->lost,
    };
}

}  // namespace hostelry::queue
