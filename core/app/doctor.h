#pragma once
// `hostelry doctor`: looks at everything outside the program that it needs, and says how to mend
// what is wrong. Changes nothing.

#include "core/base/result.h"
#include "core/platform/config/config.h"

#include <string>
#include <vector>

namespace hostelry::app {

enum class Health { Well, Skipped, Warning, Failed };
std::string_view health_name(Health health);  ///< "ok", "skipped", "warning", "failed"

struct Finding {
    std::string name;  ///< "database role"
    Health health = Health::Well;
    std::string message;
    std::string mend;                         ///< What to do; empty when there is nothing.
    ErrorCode code = ErrorCode::Unavailable;  ///< Of a failed one: gives the exit code.
};
using Findings = std::vector<Finding>;

// The groups, in the order in which they are told.
Findings examine_folders(const config::Config& config);  ///< State, master key, assets, plugins ...
Findings examine_programs(const config::Config& config);  ///< Ansible, SSH, Python's acme
Findings examine_database(const config::Config& config);  ///< Reachable, role, migrations
Findings examine_network(const config::Config& config);   ///< Ports, ACME directory, clock

/// All of them.
Findings examine(const config::Config& config);
/// 0 unless something failed; then that of the gravest, which is the first.
int exit_code_of(const Findings& findings);
std::string render_findings(const Findings& findings, bool json);

/// A configuration that cannot be read is the only finding then.
Result<int> run_doctor(const Result<config::Config>& config, bool json);

}  // namespace hostelry::app
