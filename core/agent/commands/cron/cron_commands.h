#pragma once
// cron.ensure{site,name,schedule,argv[]}, cron.remove{site,name}, cron.pause{site,paused}.
//
// cron hands its lines to a shell. So the line holds nothing of the tenant's but five checked time
// fields: it starts this agent, which reads the argument list from a file of its own and executes
// it as the site's user.

#include "core/agent/runtime/command.h"

namespace hostelry::agent {

void add_cron_commands(Registry& registry);

std::string render_cron_line(
    const std::string& site, const std::string& name, const std::string& schedule
);

/// `hostelry-agent cron-run SITE NAME`, started by cron as root. Answers the exit code.
int run_cron_entry(const Layout& layout, const std::string& site, const std::string& name);

/// True when the site had any.
Result<bool> remove_crons_of(const Layout& layout, const std::string& site);

}  // namespace hostelry::agent
