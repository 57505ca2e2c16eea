#pragma once
// The one list of the panel's features and what each is given. Constructing them does nothing yet:
// routes, jobs and listeners are added by the roles that need them.

#include "core/app/platform.h"
#include "core/features/audit/audit.h"
#include "core/features/auth/auth.h"
#include "core/features/certificates/certificates.h"
#include "core/features/dashboard/dashboard.h"
#include "core/features/databases/databases.h"
#include "core/features/dns/dns.h"
#include "core/features/jobs/jobs.h"
#include "core/features/plugins/plugins.h"
#include "core/features/servers/servers.h"
#include "core/features/settings/settings.h"
#include "core/features/shell/shell.h"
#include "core/features/sites/panel/panel_infrastructure.h"
#include "core/features/sites/sites.h"
#include "core/features/tenants/tenants.h"
#include "core/features/users/users.h"
#include "core/platform/events/events.h"
#include "core/platform/http/route.h"
#include "core/platform/queue/queue.h"
#include "core/platform/web/assets.h"

#include <chrono>
#include <string>

namespace hostelry::app {

class Features {
public:
    /// All arguments outlive the features.
    Features(Platform& platform, const view::Assets& assets, const std::string& public_url);

    void add_routes(http::Router& router);
    void add_jobs(queue::Registry& registry);
    void add_listeners(events::Dispatcher& dispatcher);
    /// Worker roles, before the first job runs: loads the plugins.
    Result<void> start_work();
    /// After the last job has ended.
    void stop_work(std::chrono::milliseconds patience);

    shell::Shell& shell() { return shell_; }
    auth::Auth& auth() { return auth_; }

private:
    /// What features know of each other only here.
    void connect();

    const Clock& clock_;
    shell::Shell shell_;
    dashboard::Dashboard dashboard_;
    jobs::Jobs jobs_;
    settings::Settings settings_;
    users::Users users_;
    auth::Auth auth_;
    tenants::Tenants tenants_;
    audit::Audit audit_;
    servers::Servers servers_;
    plugins::Plugins plugins_;
    dns::Dns dns_;
    certificates::Certificates certificates_;
    sites::PanelInfrastructure infrastructure_;
    sites::Sites sites_;
    databases::Databases databases_;
};

}  // namespace hostelry::app
