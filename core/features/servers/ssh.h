#pragma once
// Commands on a server before it has an agent: by the panel's own key, with the pinned host key.
// This machine is reached like any other, by loopback: so the panel needs no rights of its own over
// it. Every command line is a constant of ours; what varies goes through standard input.

#include "core/features/servers/panel_keys.h"
#include "core/features/servers/scratch_folder.h"
#include "core/features/servers/server.h"
#include "core/platform/process/process.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace hostelry::servers {

struct RemoteCommand {
    std::string program;  ///< Absolute path; a shell of the other side reads the line.
    std::vector<std::string> argv;
    std::string input;
    std::chrono::milliseconds timeout{30'000};
    std::function<bool()> cancelled;
};

class Ssh {
public:
    /// Writes key and known_hosts into a folder that goes with the object.
    static Result<Ssh> open(
        const Server& server, const SshKeyPair& key, const std::string& scratch
    );

    /// Any exit code of the command is an outcome. Unavailable when the server cannot be reached,
    /// Forbidden when it refuses our key, Conflict when its host key is not the pinned one.
    Result<process::Outcome> run(const RemoteCommand& command) const;
    /// The same, and a failure of the command is an error with what it said.
    Result<process::Outcome> run_well(const RemoteCommand& command, std::string_view purpose) const;

    const ScratchFolder& folder() const { return folder_; }
    /// Options before the address, for programs that call ssh themselves (Ansible).
    std::vector<std::string> options() const;

private:
    Ssh(Server server, std::string host_key_algorithm, std::string public_key, ScratchFolder folder)
        : server_(std::move(server)),
          host_key_algorithm_(std::move(host_key_algorithm)),
          public_key_(std::move(public_key)),
          folder_(std::move(folder)) {}
    Error explain(const process::Outcome& outcome) const;

    Server server_;
    std::string host_key_algorithm_;
    std::string public_key_;
    ScratchFolder folder_;
};

}  // namespace hostelry::servers
