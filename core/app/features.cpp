#include "core/app/features.h"

namespace hostelry::app {

Features::Features(Platform& platform, const view::Assets& assets, std::string public_url)
    : shell_({.database = platform.database(), .assets = assets, .clock = platform.clock()}),
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
      }) {}

void Features::add_routes(http::Router& router) {
    shell_.add_routes(router);
    jobs_.add_routes(router);
    users_.add_routes(router);
    auth_.add_routes(router);
}

void Features::add_jobs(queue::Registry&) {}

void Features::add_listeners(events::Dispatcher&) {}

}  // namespace hostelry::app
