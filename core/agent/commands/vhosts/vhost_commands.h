#pragma once
// vhost.ensure (facts in vhost.h) and vhost.remove{site}.

#include "core/agent/runtime/command.h"

namespace hostelry::agent {

void add_vhost_commands(Registry& registry);

}  // namespace hostelry::agent
