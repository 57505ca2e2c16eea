#include "core/platform/queue/scheduler.h"

#include "core/platform/log/log.h"
#include "core/platform/queue/cron.h"

#include <nlohmann/json.hpp>

namespace hostelry::queue {
namespace {

constexpr auto kAdvance = R"(
    update hostelry.job_schedules set next_at = $3, last_at = $4, last_job_id = coalesce($5, last_job_id)
     where tenant_id = $1 and id = $2)";
// A schedule that never comes again (its zone is gone) looks again in a day, so that it shows up in
// the log.
constexpr auto kLookAgain = std::chrono::days{1};

TimePoint next_time(const db::Row& schedule, TimePoint now) {
    const auto cron = Cron::parse(schedule["cron"].text());
    const auto next = cron ? cron->next_after(now, schedule["time_zone"].text()) : std::nullopt;
    if (!next) {
        log::error(
            "queue", "a schedule never comes again", {{"schedule", schedule["name"].text()}}
        );
    }
    return next.value_or(now + kLookAgain);
}

/// The time missed while nobody ran is caught up once: the next one lies after now.
int run_one(db::Transaction& tx, const db::Row& schedule, TimePoint now) {
    const auto tenant = schedule["tenant_id"].id<TenantId>();
    tx.enter_tenant(tenant);
    std::optional<JobId> job;
    if (!schedule["is_running"].boolean()) {
        job = enqueue(
            tx,
            {.kind = schedule["kind"].text(),
             .tenant = tenant,
             .input = schedule["input"].as_json_text(),
             .unique_key = "schedule:" + schedule["id"].text()}
        );
    }
    tx.execute(kAdvance, tenant, schedule["id"].uuid(), next_time(schedule, now), now, job);
    return job ? 1 : 0;
}

}  // namespace

Result<void> publish_built_in_schedules(
    db::Database& database, const Registry& registry, TimePoint now
) {
    auto list = nlohmann::json::array();
    for (const auto& schedule : registry.schedules()) {
        const Cron cron = TRY(Cron::parse(schedule.cron));
        const auto next = cron.next_after(now, schedule.time_zone);
        list.push_back({
            {"name", schedule.name},
            {"kind", schedule.kind},
            {"cron", schedule.cron},
            {"time_zone", schedule.time_zone},
            {"input", schedule.input.parse()},
            {"next_at", db::Param(next.value_or(now + kLookAgain)).c_str()},
        });
    }
    TRY(database.single_statement("select hostelry.set_built_in_schedules($1)", list));
    return {};
}

Result<int> run_due_schedules(db::Database& database, TimePoint now) {
    return database.in_system([&](db::Transaction& tx) -> Result<int> {
        int made = 0;
        for (const auto& schedule : tx.query("select * from hostelry.due_schedules($1)", now)) {
            made += run_one(tx, schedule, now);
        }
        return made;
    });
}

}  // namespace hostelry::queue
