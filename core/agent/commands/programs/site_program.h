#pragma once
// Programs of the distribution run as a site's user: PHP for installers, and what cron starts.

#include "core/agent/runtime/accounts.h"
#include "core/agent/runtime/layout.h"
#include "core/base/result.h"

#include <string>
#include <vector>

namespace hostelry::agent {

/// The absolute path for the first word of an argv: "php" (with `php_version`, or the server's
/// default). Nothing for any other word.
std::optional<std::string> find_site_program(
    const std::string& word, const std::string& php_version
);

/// Rules for argv in facts: a known program, at most 64 one-line words.
bool is_site_argv(const std::vector<std::string>& argv);

/// Becomes the site's user in its home, with an environment of its own, and executes the program.
/// Returns only on failure, with the exit code to end with.
int run_as_site(
    const Layout& layout, const std::string& site, const std::vector<std::string>& argv
);

}  // namespace hostelry::agent
