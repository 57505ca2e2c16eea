#include "core/app/features.h"

#include "core/platform/queue/job_store.h"

namespace hostelry::app {

Features::Features(Platform& platform, const view::Assets& assets, std::string public_url)
    : shell_({.database = platform.database(), .assets = assets, .clock = platform.clock()}),
      dashboard_({.database = platform.database(), .clock = platform.clock(), .shell = shell_}),
      jobs_({.database = platform.database(), .clock = platform.clock(), .shell = shell_}),
      users_({
          .database = platform.database(),
          .clock = platform.clock(),
          .random = platform.random(),
          .shell = shell_,
          .public_url = [url = std::move(public_url)] { return url; },
      }),
      auth_({
          .database = platform.database(),
          .clock = platform.clock(),
          .random = platform.random(),
          .limiter = platform.rate_limiter(),
          .users = users_,
          .shell = shell_,
      }),
      servers_({
          .database = platform.database(),
          .listener = &platform.listener(),
          .clock = platform.clock(),
          .random = platform.random(),
          .sealer = platform.sealer(),
          .options =
              {
                  .agent_listen = platform.config().agent.listen,
                  .agent_advertise = platform.config().agent.advertise,
                  .agent_package = platform.config().agent.package,
                  .automation_folder = platform.config().automation.directory,
              },
      }) {
    fill_dashboard();
}

void Features::fill_dashboard() {
    using queue::JobState;
    dashboard_
        .add_figure({"job:read", "Jobs running", "/jobs?state=active", [](db::Transaction& tx) {
                         return queue::JobStore(tx).counts().running;
                     }});
    dashboard_.add_attention(
        {"job:read",
         [](db::Transaction& tx) {
             std::vector<dashboard::Attention> entries;
             queue::JobFilter failed;
             failed.states = {JobState::Failed};
             for (const auto& job : queue::JobStore(tx).list(failed, {}, 5).jobs) {
                 entries.push_back({job.title + " failed", job.error, "/jobs/" + job.id.to_string()}
                 );
             }
             return entries;
         }}
    );
}

void Features::add_routes(http::Router& router) {
    shell_.add_routes(router);
    dashboard_.add_routes(router);
    jobs_.add_routes(router);
    users_.add_routes(router);
    auth_.add_routes(router);
    servers_.add_routes(router, shell_);
}

void Features::add_jobs(queue::Registry& registry) {
    servers_.add_jobs(registry);
}

void Features::add_listeners(events::Dispatcher&) {}

}  // namespace hostelry::app
