#pragma once
// site.remove{site}: everything of a site, also after a crash and in any half-made state.
// site.list{}: what this server holds of each site.

#include "core/agent/runtime/command.h"

namespace hostelry::agent {

void add_site_commands(Registry& registry);

}  // namespace hostelry::agent
