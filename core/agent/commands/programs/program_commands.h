#pragma once
// program.run{site,argv[],stdin,timeout_s,expect_exit,php_version}: argv[0] is "php". The program
// has to be repeatable itself; when it had nothing to do it says so by ending its standard output
// with a line "unchanged".

#include "core/agent/runtime/command.h"

namespace hostelry::agent {

void add_program_commands(Registry& registry);

}  // namespace hostelry::agent
