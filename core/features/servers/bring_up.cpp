#include "core/features/servers/bring_up.h"

#include "core/base/text.h"
#include "core/features/servers/playbook.h"
#include "core/features/servers/servers.h"
#include "core/features/servers/ssh.h"
#include "core/features/shell/shell.h"
#include "core/platform/crypto/token.h"
#include "core/platform/events/events.h"
#include "core/platform/http/address.h"
#include "core/platform/log/log.h"

#include <netdb.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

#include <filesystem>

namespace hostelry::servers {

namespace {

using queue::StepContext;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr minutes kTokenLife{10};
constexpr seconds kConnectPatience{60};
constexpr milliseconds kConnectLook{250};
constexpr auto kTokenFile = "/run/hostelry-agent-token";
constexpr auto kCancelledCause = "The bring-up was cancelled.";
constexpr auto kPurgeSql = "select hostelry.purge_agent_commands()";

ServerId server_in(const StepContext& step) {
    return ServerId::parse(step.input().value("server", "")).value_or(ServerId{});
}

Result<Server> load(Servers& servers, const StepContext& step) {
    return servers.get(step.tenant(), server_in(step));
}

void announce_state(
    db::Transaction& tx, const StepContext& step, const Server& server, std::string_view type
) {
    events::publish(
        tx,
        {.type = std::string(type),
         .tenant = server.tenant,
         .actor = step.actor(),
         .subject_type = "server",
         .subject_id = server.id.uuid,
         .data = nlohmann::json{{"name", server.name}, {"cause", server.cause}}}
    );
    shell::announce(tx, "server", server.id.uuid, server.tenant);
}

Result<void> enter_state(
    Servers& servers,
    const StepContext& step,
    ServerState state,
    std::string_view cause,
    std::string_view event
) {
    const auto id = server_in(step);
    return servers.needs().database.in_tenant(
        step.tenant(),
        [&](db::Transaction& tx) -> Result<void> {
            ServerStore store(tx);
            auto server = TRY(store.get(id));
            if (server.state == ServerState::Removing) {
                return fail(ErrorCode::Conflict, "The server is being removed.");
            }
            store.set_state(id, state, cause);
            server.cause = std::string(cause);
            announce_state(tx, step, server, event);
            return {};
        }
    );
}

/// Kept beside the server, so that the undo of the first step can say why everything ended.
void keep_cause(Servers& servers, const StepContext& step, const Error& error) {
    const auto id = server_in(step);
    const std::string cause = error.code == ErrorCode::Cancelled ? kCancelledCause : error.message;
    const auto kept =
        servers.needs().database.in_tenant(step.tenant(), [&](db::Transaction& tx) -> Result<void> {
            ServerStore(tx).set_cause(id, cause);
            return {};
        });
    if (!kept) {
        log::warn("servers", "the cause of a failure was not kept", {{"cause", cause}});
    }
}

using BringUpStep = Result<nlohmann::json> (*)(Servers&, StepContext&);

queue::RunStep with_cause(Servers& servers, BringUpStep work) {
    return [&servers, work](StepContext& step) -> Result<nlohmann::json> {
        auto done = work(servers, step);
        if (!done) {
            keep_cause(servers, step, done.error());
        }
        return done;
    };
}

Result<Ssh> open_ssh(Servers& servers, const Server& server) {
    const auto key = TRY(servers.keys().ssh());
    return Ssh::open(server, key, servers.needs().options.scratch_folder);
}

// Step "check".

std::string os_release_value(const std::string& text, std::string_view name) {
    for (const auto& line : split(text, '\n')) {
        if (line.starts_with(std::string(name) + "=")) {
            auto value = line.substr(name.size() + 1);
            std::erase(value, '"');
            return value;
        }
    }
    return {};
}

/// "from-address from-port to-address to-port": where we come from, as the server sees it.
std::string panel_seen_as(const process::Outcome& outcome) {
    const auto words = split(trim(outcome.output), ' ');
    return words.size() == 4 && is_address_literal(words[0]) ? words[0] : "";
}

std::string resolve_first(const std::string& name) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0) {
        return {};
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned{found, freeaddrinfo};
    const auto address = http::IpAddress::from(found->ai_addr);
    return address ? address->to_string() : "";
}

Result<void> keep_public_address(Servers& servers, const StepContext& step, const Server& server) {
    if (!server.public_address.empty()) {
        return {};
    }
    const auto address = resolve_first(server.address);
    if (address.empty()) {
        return fail(
            ErrorCode::Unavailable, "The name " + server.address + " has no address in the DNS."
        );
    }
    return servers.needs().database.in_tenant(
        step.tenant(),
        [&](db::Transaction& tx) -> Result<void> {
            ServerStore(tx).set_public_address(server.id, address);
            return {};
        }
    );
}

Result<nlohmann::json> judge_machine(const std::string& release, const std::string& machine) {
    const auto lines = split(trim(machine), '\n');
    const auto id = os_release_value(release, "ID");
    const auto version = os_release_value(release, "VERSION_ID");
    const auto name = os_release_value(release, "PRETTY_NAME").substr(0, 100);
    if (id != "debian" || (version != "12" && version != "13")) {
        return fail(
            ErrorCode::Unsupported,
            "This machine runs " + (name.empty() ? "an unknown system" : name) +
                ". A managed server needs Debian 12 or 13."
        );
    }
    if (trim(machine) != "systemd") {
        return fail(
            ErrorCode::Unsupported,
            "systemd is not the first process (PID 1) of this machine; a managed server needs it."
        );
    }
    return nlohmann::json{{"os", name}};
}

Result<nlohmann::json> check_machine(Servers& servers, StepContext& step) {
    TRY(enter_state(servers, step, ServerState::Provisioning, "", "server.provisioning"));
    const auto server = TRY(load(servers, step));
    TRY(keep_public_address(servers, step, server));
    const auto ssh = TRY(open_ssh(servers, server));
    step.note("Signing in to " + ssh_address(server));
    const auto release = TRY(ssh.run_well(
        {.program = "/usr/bin/cat", .argv = {"/etc/os-release"}}, "Reading /etc/os-release"
    ));
    const auto init =
        TRY(ssh.run_well({.program = "/usr/bin/cat", .argv = {"/proc/1/comm"}}, "Reading PID 1"));
    const auto way = TRY(ssh.run({.program = "/usr/bin/printenv", .argv = {"SSH_CONNECTION"}}));
    auto facts = TRY(judge_machine(release.output, init.output));
    facts["panel_seen_as"] = panel_seen_as(way);
    step.note(facts.value("os", ""));
    return facts;
}

Result<void> give_up_bring_up(Servers& servers, StepContext& step) {
    const auto server = load(servers, step);
    if (!server || server->state == ServerState::Removing) {
        return {};  // removed meanwhile: nothing to say
    }
    const std::string cause = server->cause.empty() ? kCancelledCause : server->cause;
    return enter_state(servers, step, ServerState::Failed, cause, "server.failed");
}

// Steps of the play.

Result<nlohmann::json> run_role(Servers& servers, StepContext& step) {
    const auto& options = servers.needs().options;
    const auto server = TRY(load(servers, step));
    if (step.step() == "agent" && !std::filesystem::is_regular_file(options.agent_package)) {
        return fail(
            ErrorCode::Unsupported,
            "The agent's package is missing on the panel's machine (agent.package).",
            options.agent_package
        );
    }
    const auto ssh = TRY(open_ssh(servers, server));
    return run_playbook({options, server, ssh, step.step()}, step);
}

// Step "enrol".

struct HostAndPort {
    std::string host;
    std::string port;
};

HostAndPort split_listen(const std::string& listen) {
    const auto colon = listen.rfind(':');
    return colon == std::string::npos
               ? HostAndPort{listen, "7443"}
               : HostAndPort{listen.substr(0, colon), listen.substr(colon + 1)};
}

bool is_wildcard(const std::string& host) {
    return host.empty() || host == "0.0.0.0" || host == "[::]" || host == "*";
}

/// Where the agent dials: as configured, else the listener's own address, else the address from
/// which our SSH came.
Result<std::string> panel_for_agent(const Servers::Options& options, const std::string& seen_as) {
    if (!options.agent_advertise.empty()) {
        return options.agent_advertise;
    }
    const auto listen = split_listen(options.agent_listen);
    if (!is_wildcard(listen.host)) {
        return options.agent_listen;
    }
    if (seen_as.empty()) {
        return fail(
            ErrorCode::Unsupported,
            "The panel does not know under which address servers reach it; set agent.advertise."
        );
    }
    const bool is_v6 = seen_as.find(':') != std::string::npos;
    return (is_v6 ? "[" + seen_as + "]" : seen_as) + ":" + listen.port;
}

Result<std::string> new_token(Servers& servers, const StepContext& step, const Server& server) {
    const auto& needs = servers.needs();
    const auto token = crypto::make_token(needs.random);
    const auto id = new_uuid(needs.clock, needs.random);
    TRY(needs.database.in_tenant(step.tenant(), [&](db::Transaction& tx) -> Result<void> {
        ServerStore store(tx);
        store.remove_enrolments(server.id);
        store.insert_enrolment(
            server.tenant, id, server.id, crypto::token_hash(token), needs.clock.now() + kTokenLife
        );
        return {};
    }));
    return token;
}

Result<void> hand_over_token(
    const Ssh& ssh, const std::string& token, const std::vector<std::string>& enrol_words
) {
    TRY(ssh.run_well(
        {.program = "/usr/bin/install",
         .argv = {"-m", "600", "/dev/stdin", kTokenFile},
         .input = token},
        "Handing over the enrolment token"
    ));
    const auto enrolled = ssh.run_well(
        {.program = "/usr/bin/hostelry-agent", .argv = enrol_words, .timeout = seconds{60}},
        "Enrolling the agent"
    );
    static_cast<void>(ssh.run({.program = "/usr/bin/rm", .argv = {"-f", kTokenFile}}));
    TRY(enrolled);
    TRY(ssh.run_well(
        {.program = "/usr/bin/systemctl",
         .argv = {"restart", "hostelry-agent.service"},
         .timeout = seconds{60}},
        "Starting the agent"
    ));
    return {};
}

Result<nlohmann::json> enrol_agent(Servers& servers, StepContext& step) {
    const auto server = TRY(load(servers, step));
    if (server.is_online) {
        step.note("The agent is connected already");
        return nlohmann::json{{"enrolled", false}};
    }
    const auto& checked = step.output_of("check");
    const auto seen_as = checked.is_object() ? checked.value("panel_seen_as", "") : "";
    const auto panel = TRY(panel_for_agent(servers.needs().options, seen_as));
    const auto ca = TRY(servers.keys().agent_ca());
    const auto facts = TRY(agent::read_certificate(ca.certificate_pem));
    const auto ssh = TRY(open_ssh(servers, server));
    const auto token = TRY(new_token(servers, step, server));
    step.note("The agent asks " + panel + " for its certificate");
    TRY(hand_over_token(
        ssh,
        token,
        {"enrol",
         "--panel",
         panel,
         "--token-file",
         kTokenFile,
         "--ca-fingerprint",
         facts.fingerprint,
         "--server-id",
         server.id.to_string()}
    ));
    return nlohmann::json{{"enrolled", true}, {"panel", panel}};
}

// Steps "connect" and "facts".

Result<nlohmann::json> wait_for_agent(Servers& servers, StepContext& step) {
    const auto until = servers.needs().clock.steady() + kConnectPatience;
    step.note("Waiting for the agent's call");
    while (servers.needs().clock.steady() < until) {
        const auto server = TRY(load(servers, step));
        if (server.is_online) {
            return nlohmann::json{{"agent_version", server.agent_version}};
        }
        if (!step.sleep_for(kConnectLook)) {
            return fail(ErrorCode::Cancelled, kCancelledCause);
        }
    }
    return fail(
        ErrorCode::Unavailable,
        "The agent did not call within a minute. Check that the server can reach the panel's agent "
        "port, and read: journalctl -u hostelry-agent"
    );
}

Result<nlohmann::json> become_ready(Servers& servers, StepContext& step) {
    const auto server = TRY(load(servers, step));
    const auto facts = server.facts.parse();
    const auto versions = php_versions_in(
        facts.is_object() && facts.contains("php_versions") ? db::JsonText(facts["php_versions"])
                                                            : db::JsonText()
    );
    TRY(enter_state(servers, step, ServerState::Ready, "", "server.ready"));
    return nlohmann::json{{"php_versions", versions}};
}

queue::Step role_step(Servers& servers, std::string role, std::string title) {
    queue::Step step;
    step.name = std::move(role);
    step.title = std::move(title);
    step.run = with_cause(servers, run_role);
    step.attempts_max = 3;
    step.timeout = minutes{25};
    return step;
}

}  // namespace

queue::JobKind bring_up_job(Servers& servers) {
    queue::Step check{
        .name = "check",
        .title = "Sign in and look at the machine",
        .run = with_cause(servers, check_machine),
        .undo = [&servers](StepContext& step) { return give_up_bring_up(servers, step); },
        .attempts_max = 3};
    return {
        .name = std::string(kBringUpJob),
        .title = "Bring up server",
        .queue = "servers",
        .steps = {
            std::move(check),
            role_step(servers, "base", "Install packages and harden the system"),
            role_step(servers, "firewall", "Set up the firewall"),
            role_step(servers, "database", "Set up MariaDB"),
            role_step(servers, "web", "Set up nginx and PHP-FPM"),
            role_step(servers, "agent", "Install the agent"),
            {.name = "enrol",
             .title = "Give the agent its certificate",
             .run = with_cause(servers, enrol_agent)},
            {.name = "connect",
             .title = "Wait for the agent's call",
             .run = with_cause(servers, wait_for_agent),
             .attempts_max = 2},
            {.name = "ready",
             .title = "Read what the server offers",
             .run = with_cause(servers, become_ready)},
        }};
}

queue::JobKind upkeep_job(Servers& servers) {
    return {
        .name = "servers.upkeep",
        .title = "Forget answered plans",
        .queue = "servers",
        .steps = {{
            .name = "purge",
            .title = "Forget answered plans",
            .run = [&servers](StepContext&) -> Result<nlohmann::json> {
                TRY(servers.needs().database.single_statement(kPurgeSql));
                return nlohmann::json();
            },
        }},
        .is_upkeep = true};
}

}  // namespace hostelry::servers
