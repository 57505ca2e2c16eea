// One turn each way: the virtual host answers "suspended" and nothing of the site runs, or the site
// answers and its pool and cron run. Files, database and certificate stay.
#include "core/features/sites/site_jobs.h"
#include "core/features/sites/site_plans.h"

#include <nlohmann/json.hpp>

namespace hostelry::sites {
namespace {

using nlohmann::json;
using queue::StepContext;

struct Turn {
    bool to_suspended;
    SiteState goal;
    const char* event;
};

/// A site whose suspension somebody above takes over stays suspended though the turn fails.
bool was_suspended(const Turn& turn, const StepContext& context) {
    return !turn.to_suspended ||
           context.input().value("from", "") == state_name(SiteState::Suspended);
}

/// Visitors are told first and served last, so that none of them meets a site without its pool.
Result<void> turn_to(
    const SiteWork& work, const Site& site, StepContext& context, bool to_suspended
) {
    const bool with_certificate = site.https == Https::Active;
    if (to_suspended) {
        TRY(work.ensure_vhost(site, context, with_certificate, true));
        TRY(work.apply(site, rest_actions(site), context));
        return {};
    }
    TRY(work.apply(site, wake_actions(site), context));
    return work.ensure_vhost(site, context, with_certificate, false);
}

queue::JobKind turn_job(
    const Sites::Needs& needs,
    const Turn& turn,
    std::string name,
    std::string title,
    std::string step_title
) {
    const SiteWork work{needs};
    queue::Step step{.name = "vhost", .title = std::move(step_title)};
    step.run = [work, turn](StepContext& context) -> Result<json> {
        const auto site = TRY(work.owned_site(context));
        if (!site) {
            // Taken back by the opposite turn, which runs after this job.
            context.note("Taken back");
            return json::object();
        }
        TRY(turn_to(work, *site, context, turn.to_suspended));
        TRY(work.enter(context, *site, turn.goal, "", turn.event));
        return json::object();
    };
    step.undo =
        work.undo_on_site([work, turn](StepContext& context, const Site& site) -> Result<void> {
            const bool back_to_suspended = was_suspended(turn, context);
            TRY(work.enter(
                context,
                site,
                back_to_suspended ? SiteState::Suspended : SiteState::Ready,
                turn.to_suspended ? "It could not be suspended; see its last job."
                                  : "It could not be resumed; see its last job.",
                ""
            ));
            return turn_to(work, site, context, back_to_suspended);
        });
    return {
        .name = std::move(name),
        .title = std::move(title),
        .queue = "sites",
        .steps = {std::move(step)}};
}

}  // namespace

queue::JobKind suspend_job(const Sites::Needs& needs) {
    return turn_job(
        needs,
        {true, SiteState::Suspended, "site.suspended"},
        "site.suspend",
        "Suspend site",
        "Show visitors that the site is suspended"
    );
}

queue::JobKind resume_job(const Sites::Needs& needs) {
    return turn_job(
        needs,
        {false, SiteState::Ready, "site.resumed"},
        "site.resume",
        "Resume site",
        "Show the site again"
    );
}

}  // namespace hostelry::sites
