// Removal is final: there is nothing to put back. When a server is away for long, the job fails,
// the site says so, and Retry goes on where it stopped.
#include "core/features/sites/site_jobs.h"
#include "core/features/sites/site_plans.h"
#include "core/platform/events/events.h"

#include <nlohmann/json.hpp>

namespace hostelry::sites {
namespace {

using nlohmann::json;
using queue::StepContext;

Result<json> remove_site_records(const SiteWork& work, StepContext& step, const Site& site) {
    TRY(work.enter(step, site, SiteState::Deleting, "", ""));
    TRY(work.needs().infrastructure.remove_records(site.tenant, site.id));
    return json::object();
}

Result<json> remove_from_server(const SiteWork& work, StepContext& step, const Site& site) {
    TRY(work.apply(site, removal_actions(site), step));
    TRY(work.needs().infrastructure.forget_certificate(site.tenant, site.id));
    step.note("Files, database, user and certificate of " + site.key);
    return json::object();
}

Result<json> forget_site(const SiteWork& work, StepContext& step, const Site& site) {
    TRY(work.change(step, [&](db::Transaction& tx, SiteStore& store) {
        store.remove(site);
        events::publish(
            tx,
            {.type = "site.deleted",
             .tenant = site.tenant,
             .actor = step.actor(),
             .subject_type = "site",
             .subject_id = site.id.uuid,
             .data =
                 json{
                     {"domain", site.domain},
                     {"key", site.key},
                     {"server", site.server.to_string()}}}
        );
        shell::announce(tx, "site", site.id.uuid, site.tenant);
    }));
    return json::object();
}

/// The last step may be repeated after its commit: then there is no site, and nothing left to do.
queue::RunStep or_gone(const SiteWork& work, queue::RunStep run) {
    return [work, run = std::move(run)](StepContext& step) -> Result<json> {
        const auto site = TRY(work.owned_site(step));
        return site ? run(step) : Result<json>{json::object()};
    };
}

}  // namespace

queue::JobKind delete_job(const Sites::Needs& needs) {
    const SiteWork work{needs};
    const auto with = [&](auto* function) {
        return work.on_site([work, function](StepContext& step, const Site& site) {
            return function(work, step, site);
        });
    };
    queue::Step records{
        .name = "records", .title = "Remove the DNS records", .run = with(&remove_site_records)};
    records.undo = work.undo_on_site([work](StepContext& step, const Site& site) -> Result<void> {
        const std::string cause = step.failure().empty()
                                      ? "The deletion was cancelled. Some of the site may be gone."
                                      : step.failure();
        TRY(work.enter(step, site, SiteState::Failed, cause, "site.delete_failed"));
        return {};
    });
    return {
        .name = "site.delete",
        .title = "Delete site",
        .queue = "sites",
        .steps =
            {std::move(records),
             {.name = "server",
              .title = "Remove everything from the server",
              .run = with(&remove_from_server)},
             {.name = "forget",
              .title = "Forget the site",
              .run = or_gone(work, with(&forget_site))}},
    };
}

}  // namespace hostelry::sites
