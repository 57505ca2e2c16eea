#pragma once
// directory.ensure, file.write, file.remove, tree.copy, archive.extract: always below the site's
// home, as the site's user.

#include "core/agent/runtime/command.h"

namespace hostelry::agent {

void add_file_commands(Registry& registry);

}  // namespace hostelry::agent
