#pragma once
// The one list of the panel's features and what each is given. Constructing them does nothing yet:
// routes, jobs and listeners are added by the roles that need them.

#include "core/app/platform.h"
#include "core/features/auth/auth.h"
#include "core/features/dashboard/dashboard.h"
#include "core/features/jobs/jobs.h"
#include "core/features/servers/servers.h"
#include "core/features/shell/shell.h"
#include "core/features/users/users.h"
#include "core/platform/events/events.h"
#include "core/platform/http/route.h"
#include "core/platform/queue/queue.h"
#include "core/platform/web/assets.h"

#include <string>

namespace hostelry::app {

class Features {
public:
    Features(Platform& platform, const view::Assets& assets, std::string public_url);

    void add_routes(http::Router& router);
    void add_jobs(queue::Registry& registry);
    void add_listeners(events::Dispatcher& dispatcher);

    shell::Shell& shell() { return shell_; }
    auth::Auth& auth() { return auth_; }
    servers::Servers& servers() { return servers_; }

private:
    void fill_dashboard();

    shell::Shell shell_;
    dashboard::Dashboard dashboard_;
    jobs::Jobs jobs_;
    users::Users users_;
    auth::Auth auth_;
    servers::Servers servers_;
};

}  // namespace hostelry::app
