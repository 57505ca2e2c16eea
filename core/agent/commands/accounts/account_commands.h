#pragma once
// The Unix user of a site and its home.
//
// The home belongs to root, so that a tenant can neither replace the folders root writes to (logs)
// nor open the home to neighbours: /srv/sites/<site> root:<site> 0750, in it logs root:<site> 0750
// and tmp <site> 0700. nginx reads as a member of the site's group. Sites are kept apart by their
// uids and by this mode; nothing else is counted on.

#include "core/agent/runtime/command.h"

namespace hostelry::agent {

/// account.ensure{site}, account.remove{site}: removing takes the home and every process along.
void add_account_commands(Registry& registry);

/// Also used by site.remove. True when there was something.
Result<bool> remove_account(const Layout& layout, const std::string& site);

}  // namespace hostelry::agent
