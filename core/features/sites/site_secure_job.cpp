// A certificate of the customer's own is on the server: the site, plain HTTP until now, takes it
// into use. The state stays as it is, also when this fails.
#include "core/features/sites/site_jobs.h"

#include <nlohmann/json.hpp>

namespace hostelry::sites {

using nlohmann::json;
using queue::StepContext;

queue::JobKind secure_job(const Sites::Needs& needs) {
    const SiteWork work{needs};
    queue::Step step{.name = "https", .title = "Switch to HTTPS"};
    step.run = work.on_site([work](StepContext& context, const Site& site) -> Result<json> {
        const bool suspended = site.state == SiteState::Suspended;
        TRY(work.ensure_vhost(site, context, true, suspended));
        TRY(work.change(context, [&](db::Transaction&, SiteStore& store) {
            store.set_https(site, Https::Active, "");
        }));
        TRY(work.enter(context, site, site.state, "", ""));
        return json::object();
    });
    return {
        .name = "site.secure",
        .title = "Switch site to HTTPS",
        .queue = "sites",
        .steps = {std::move(step)}};
}

}  // namespace hostelry::sites
