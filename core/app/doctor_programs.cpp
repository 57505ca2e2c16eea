// Programs that the panel starts.

#include "core/app/doctor.h"
#include "core/platform/process/process.h"

#include <unistd.h>

#include <chrono>

namespace hostelry::app {
namespace {

using std::chrono::seconds;

struct Needed {
    const char* name;
    const char* program;
    const char* package;
    const char* what_for;
};

constexpr Needed kNeeded[]{
    {"ansible", "/usr/bin/ansible-playbook", "ansible", "Servers are brought up with it."},
    {"ssh", "/usr/bin/ssh", "openssh-client", "Servers are reached with it."},
    {"ssh-keyscan", "/usr/bin/ssh-keyscan", "openssh-client", "It shows servers' host keys."},
    {"ssh-keygen", "/usr/bin/ssh-keygen", "openssh-client", "It makes the panel's key."},
};

Finding installed_program(const Needed& needed) {
    Finding finding{.name = needed.name, .message = std::string(needed.program) + " is installed."};
    if (::access(needed.program, X_OK) != 0) {
        finding.health = Health::Failed;
        finding.message = std::string(needed.program) + " is not installed. " + needed.what_for;
        finding.mend = std::string("apt install ") + needed.package;
    }
    return finding;
}

/// The helper's own libraries, asked of the Python that will run it.
Finding acme_library() {
    Finding finding{.name = "python3-acme", .message = "Python finds acme and josepy."};
    process::Command command;
    command.program = "/usr/bin/python3";
    command.argv = {"-c", "import acme.client, josepy, cryptography, requests"};
    command.timeout = seconds{30};
    const auto outcome = process::run(command);
    if (!outcome || outcome->exit_code != 0) {
        finding.health = Health::Failed;
        finding.message = "Python does not find the acme library. No certificate can be asked for.";
        finding.mend = "apt install python3-acme";
    }
    return finding;
}

Finding acme_helper(const std::string& path) {
    Finding finding{.name = "ACME helper", .message = path + " is there."};
    if (::access(path.c_str(), R_OK) != 0) {
        finding.health = Health::Failed;
        finding.code = ErrorCode::Invalid;
        finding.message = path + " cannot be read. No certificate can be asked for.";
        finding.mend = "Install the package again, or correct acme.helper.";
    }
    return finding;
}

}  // namespace

Findings examine_programs(const config::Config& config) {
    Findings findings;
    for (const auto& needed : kNeeded) {
        findings.push_back(installed_program(needed));
    }
    findings.push_back(acme_library());
    findings.push_back(acme_helper(config.acme.helper));
    return findings;
}

}  // namespace hostelry::app
