#include "core/platform/queue/worker_upkeep.h"

#include "core/platform/log/log.h"
#include "core/platform/queue/guarded.h"
#include "core/platform/queue/scheduler.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::queue {
namespace {

using namespace std::chrono_literals;
constexpr auto kFlushEvery = 200ms;  // notes and log lines
constexpr auto kRemoveFinishedEvery = 10min;
constexpr int kRemoveAtOnce = 500;

constexpr auto kRenew =
    "select id, cancel_requested from hostelry.renew_leases($1, $2, $3, $4::interval)";
constexpr auto kRecover = "select id, kind, quarantined from hostelry.recover_jobs($1)";
constexpr auto kEndLeases = "select hostelry.end_leases($1) as held";
constexpr auto kRemove = "select hostelry.remove_finished_jobs($1, $2) as removed";
constexpr auto kPublishKind = R"(
    insert into hostelry.job_kinds as k (name, title, queue, is_upkeep, steps) values ($1, $2, $3, $4, $5::jsonb)
    on conflict (name) do update
       set title = excluded.title, queue = excluded.queue, is_upkeep = excluded.is_upkeep, steps = excluded.steps,
           updated_at = now()
     where (k.title, k.queue, k.is_upkeep, k.steps)
           is distinct from (excluded.title, excluded.queue, excluded.is_upkeep, excluded.steps))";

}  // namespace

WorkerUpkeep::WorkerUpkeep(Needs needs) : needs_(std::move(needs)) {}

WorkerUpkeep::~WorkerUpkeep() {
    stop();
}

void WorkerUpkeep::start() {
    give_life_sign();
    guarded("the job kinds do not fit the database", [this] { publish(); });
    thread_ = std::thread([this] { tick(); });
}

void WorkerUpkeep::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
        wakes_.notify_all();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void WorkerUpkeep::tick() {
    const auto& options = needs_.options;
    const auto begun = needs_.clock.steady();
    auto heartbeat_at = begun;
    auto recover_at = begun;
    auto schedules_at = begun;
    auto remove_at = begun + kRemoveFinishedEvery;
    std::unique_lock lock(mutex_);
    while (!is_over_) {
        lock.unlock();
        const auto now = needs_.clock.steady();
        const auto is_due = [now](auto& at, auto every) {
            const bool due = now >= at;
            at = due ? now + every : at;
            return due;
        };
        // Each for itself: leases are renewed also when schedules cannot be read.
        guarded("notes of jobs could not be written", [this] { flush_notes(); });
        if (is_due(heartbeat_at, options.heartbeat)) {
            guarded("leases could not be renewed", [this] { renew_leases(); });
        }
        if (is_due(recover_at, options.lease / 3)) {
            guarded("jobs of dead workers could not be taken over", [this] { recover(); });
        }
        if (is_due(schedules_at, options.poll)) {
            guarded("the job kinds do not fit the database", [this] { publish(); });
            guarded("schedules could not be looked at", [this] { run_schedules(); });
        }
        if (is_due(remove_at, kRemoveFinishedEvery)) {
            guarded("finished jobs could not be removed", [this] { remove_finished(); });
        }
        const auto wait = pause();
        lock.lock();
        wakes_.wait_for(lock, wait, [&] { return is_over_; });
    }
}

std::chrono::milliseconds WorkerUpkeep::pause() {
    const auto& options = needs_.options;
    const auto idle = std::min({options.heartbeat, options.poll, options.lease / 3});
    return needs_.runs().empty() ? idle : std::min<std::chrono::milliseconds>(kFlushEvery, idle);
}

void WorkerUpkeep::publish() {
    if (is_published_) {
        return;
    }
    auto published = publish_kinds();
    if (published) {
        published =
            publish_built_in_schedules(needs_.database, needs_.registry, needs_.clock.now());
    }
    if (!published) {
        log::warn(
            "queue",
            "the job kinds could not be published yet",
            {{"cause", published.error().cause}}
        );
    }
    is_published_ = published.has_value();
}

Result<void> WorkerUpkeep::publish_kinds() {
    return needs_.database.in_system([&](db::Transaction& tx) -> Result<void> {
        for (const auto& [kind, definition] : needs_.registry.kinds()) {
            auto list = nlohmann::json::array();
            for (const auto& step : definition.steps) {
                list.push_back({{"name", step.name}, {"title", step.title}});
            }
            tx.execute(
                kPublishKind, kind, definition.title, definition.queue, definition.is_upkeep, list
            );
        }
        return {};
    });
}

void WorkerUpkeep::flush_notes() const {
    for (const auto& run : needs_.runs()) {
        if (run->journal().has_unwritten()) {
            run->journal().flush();
        }
    }
}

void WorkerUpkeep::renew_leases() {
    const auto list = needs_.runs();
    HeldLeases held;
    for (const auto& run : list) {
        held.add(run->job());
    }
    if (held.empty()) {
        return;
    }
    const auto renewed = needs_.database.single_statement(
        kRenew, needs_.name, held.ids, held.fences, needs_.options.lease
    );
    if (!renewed) {
        log::warn("queue", "leases could not be renewed", {{"cause", renewed.error().cause}});
        return;  // is_lease_over() ends the runs when it stays so
    }
    std::unordered_map<Uuid, bool> kept;
    for (const auto& row : *renewed) {
        kept[row["id"].uuid()] = row["cancel_requested"].boolean();
    }
    for (const auto& run : list) {
        tell_renewal(*run, kept);
    }
}

void WorkerUpkeep::tell_renewal(JobRun& run, const std::unordered_map<Uuid, bool>& kept) {
    const auto found = kept.find(run.job().id.uuid);
    if (found == kept.end()) {
        run.signals().raise(RunSignals::Signal::LeaseLost);
        return;
    }
    run.journal().lease_renewed(needs_.options.lease);
    if (found->second) {
        run.signals().raise(RunSignals::Signal::Cancel);
    }
}

void WorkerUpkeep::give_life_sign() {
    if (needs_.options.life_signs.empty()) {
        return;
    }
    auto given = LifeSign::give(needs_.options.life_signs, needs_.name);
    if (!given) {
        log::warn(
            "queue",
            "no life sign can be given; should this worker be killed, its jobs wait for their "
            "leases to run out",
            {{"cause", given.error().message + " " + given.error().cause}}
        );
        return;
    }
    life_sign_ = *std::move(given);
}

void WorkerUpkeep::recover() {
    bury_the_dead();
    const auto recovered = needs_.database.single_statement(kRecover, needs_.options.deaths_max);
    if (!recovered) {
        return;
    }
    for (const auto& row : *recovered) {
        log::warn(
            "queue",
            row["quarantined"].boolean()
                ? "a job was put aside: its workers died of it"
                : "a job was taken from a worker that gave no sign of life",
            {{"job", row["id"].text()}, {"kind", row["kind"].text()}}
        );
    }
    if (!recovered->empty()) {
        needs_.wake();
    }
}

void WorkerUpkeep::bury_the_dead() {
    if (needs_.options.life_signs.empty()) {
        return;
    }
    find_dead_workers(needs_.options.life_signs, [this](const std::string& dead) {
        const auto ended = needs_.database.single_statement(kEndLeases, dead);
        if (ended) {
            log::warn(
                "queue",
                "a worker of this machine was killed",
                {{"worker", dead}, {"jobs", (*ended)[0]["held"].integer()}}
            );
        }
        return ended.has_value();
    });
}

void WorkerUpkeep::run_schedules() {
    const auto made = run_due_schedules(needs_.database, needs_.clock.now());
    if (!made) {
        log::warn("queue", "schedules could not be looked at", {{"cause", made.error().cause}});
    }
}

void WorkerUpkeep::remove_finished() {
    const TimePoint before = needs_.clock.now() - needs_.options.keep_finished;
    for (;;) {
        const auto removed = needs_.database.single_statement(kRemove, before, kRemoveAtOnce);
        if (!removed || (*removed)[0]["removed"].integer() < kRemoveAtOnce) {
            return;
        }
    }
}

}  // namespace hostelry::queue
