#include "core/features/servers/ssh.h"

#include "core/base/bytes.h"
#include "core/features/servers/host_key.h"

#include <algorithm>
#include <cctype>

namespace hostelry::servers {

namespace {

constexpr int kSshFailed = 255;
constexpr std::size_t kRemoteTextMax = 600;

/// The other side's shell reads the command line again (RFC 4254 has no argument list), so only
/// words without any meaning to a shell may pass.
bool is_plain_word(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("/._-=:,@+[]").find(static_cast<char>(c)) != std::string_view::npos;
    });
}

Result<std::string> remote_line(const RemoteCommand& command) {
    std::string line = command.program;
    for (const auto& word : command.argv) {
        if (!is_plain_word(word)) {
            return fail(ErrorCode::Internal, "A command for the server holds unusual characters.");
        }
        line += " " + word;
    }
    return line;
}

bool says(const process::Outcome& outcome, std::string_view part) {
    return outcome.errors.find(part) != std::string::npos;
}

std::string host_key_algorithms(const std::string& algorithm) {
    return algorithm == "ssh-rsa" ? "rsa-sha2-512,rsa-sha2-256" : algorithm;
}

}  // namespace

Result<Ssh> Ssh::open(const Server& server, const SshKeyPair& key, const std::string& scratch) {
    auto folder = TRY(ScratchFolder::make(scratch));
    const auto host_key =
        TRY(server.kind == ServerKind::Local ? own_host_key() : parse_host_key(server.host_key));
    TRY(folder.write("key", key.private_key));
    TRY(folder.write("known_hosts", host_key.known_hosts_line(ssh_address(server), server.ssh_port))
    );
    return Ssh(server, host_key.algorithm, key.public_key, std::move(folder));
}

std::vector<std::string> Ssh::options() const {
    std::vector<std::string> options{"-F", "/dev/null", "-i", folder_.file("key")};
    for (const std::string& option : {
             std::string("IdentitiesOnly=yes"),
             std::string("BatchMode=yes"),
             std::string("StrictHostKeyChecking=yes"),
             "UserKnownHostsFile=" + folder_.file("known_hosts"),
             std::string("GlobalKnownHostsFile=/dev/null"),
             std::string("UpdateHostKeys=no"),
             "HostKeyAlgorithms=" + host_key_algorithms(host_key_algorithm_),
             std::string("ConnectTimeout=10"),
             std::string("ServerAliveInterval=15"),
             std::string("ServerAliveCountMax=4"),
             std::string("ForwardAgent=no"),
             std::string("ClearAllForwardings=yes"),
         }) {
        options.emplace_back("-o");
        options.push_back(option);
    }
    return options;
}

Result<process::Outcome> Ssh::run(const RemoteCommand& command) const {
    process::Command line;
    line.input = command.input;
    line.timeout = command.timeout;
    line.cancelled = command.cancelled;
    line.output_bytes_max = 256_KiB;
    line.program = "/usr/bin/ssh";
    line.argv = options();
    for (const std::string& word :
         {std::string("-p"),
          std::to_string(server_.ssh_port),
          std::string("-l"),
          server_.ssh_user,
          std::string("--"),
          ssh_address(server_),
          TRY(remote_line(command))}) {
        line.argv.push_back(word);
    }
    auto outcome = TRY(process::run(line));
    if (outcome.exit_code == kSshFailed) {
        return tl::unexpected(explain(outcome));
    }
    return outcome;
}

Result<process::Outcome> Ssh::run_well(const RemoteCommand& command, std::string_view purpose)
    const {
    auto outcome = TRY(run(command));
    if (outcome.exit_code != 0) {
        const auto& said = outcome.errors.empty() ? outcome.output : outcome.errors;
        return fail(
            ErrorCode::ProviderRefused,
            std::string(purpose) + " failed: " + said.substr(0, kRemoteTextMax)
        );
    }
    return outcome;
}

Error Ssh::explain(const process::Outcome& outcome) const {
    const auto where = ssh_address(server_) + " port " + std::to_string(server_.ssh_port);
    Error error;
    error.cause = outcome.errors.substr(0, kRemoteTextMax);
    if (says(outcome, "Host key verification failed") || says(outcome, "HOST IDENTIFICATION") ||
        says(outcome, "no matching host key type")) {
        error.code = ErrorCode::Conflict;
        error.message = "The server at " + where +
                        " shows another SSH host key than the pinned one. If it was set up anew, "
                        "remove it here and add it again; otherwise somebody may stand in between.";
    } else if (says(outcome, "Permission denied") || says(outcome, "Too many authentication")) {
        error.code = ErrorCode::Forbidden;
        error.message =
            "The server at " + where + " does not accept the panel's SSH key for " +
            server_.ssh_user +
            ". Add this line to /root/.ssh/authorized_keys there, then retry: " + public_key_;
    } else {
        error.code = ErrorCode::Unavailable;
        error.message = "No SSH connection to " + where +
                        ". Check that the machine runs and that its firewall lets the panel in.";
    }
    return error;
}

}  // namespace hostelry::servers
