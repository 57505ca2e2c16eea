// Upkeep of sessions.

#include "core/features/auth/auth.h"

#include <nlohmann/json.hpp>

namespace hostelry::auth {
namespace {

constexpr auto kPurgeJob = "sessions.purge";
/// Ended sessions stay this long, for whoever looks into who was signed in from where.
constexpr std::chrono::days kEndedSessionsStay{30};
constexpr std::string_view kPurgeSessionsSql = "select hostelry.purge_sessions($1) as gone";

}  // namespace

void Auth::add_jobs(queue::Registry& registry) {
    queue::Step purge;
    purge.name = "purge";
    purge.title = "Forget sessions that ended long ago";
    purge.run = [this](queue::StepContext& step) -> Result<nlohmann::json> {
        const auto before = needs_.clock.now() - kEndedSessionsStay;
        const auto rows = TRY(needs_.database.single_statement(kPurgeSessionsSql, before));
        step.log("Forgotten: " + std::to_string(rows.front()["gone"].integer()));
        return nlohmann::json(nullptr);
    };
    registry.add({
        .name = kPurgeJob,
        .title = "Forget old sessions",
        .queue = "default",
        .steps = {std::move(purge)},
        .is_upkeep = true,
    });
    registry.add_schedule({.name = kPurgeJob, .kind = kPurgeJob, .cron = "12 4 * * *"});
}

}  // namespace hostelry::auth
