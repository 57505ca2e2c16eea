#pragma once
// Runs one role of automation/ on a server, with its progress in the job (architecture 12.17).

#include "core/features/servers/servers.h"
#include "core/features/servers/ssh.h"
#include "core/platform/queue/queue.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace hostelry::servers {

struct PlaybookRun {
    const Servers::Options& options;
    const Server& server;
    const Ssh& ssh;
    std::string role;  ///< A tag of bring-up.yml.
};

/// Answers {"changed": n}. ProviderRefused with the failed task and its reason; Unavailable when
/// the server could not be reached.
Result<nlohmann::json> run_playbook(const PlaybookRun& run, queue::StepContext& step);

}  // namespace hostelry::servers
