#include "core/features/servers/playbook.h"

#include "core/platform/process/process.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::servers {

namespace {

constexpr std::chrono::minutes kPlaybookMax{20};

std::string joined_options(const Ssh& ssh) {
    std::string line;
    for (const auto& word : ssh.options()) {
        line += (line.empty() ? "" : " ") + word;
    }
    return line;
}

nlohmann::json inventory_of(const PlaybookRun& run) {
    const nlohmann::json host{
        {"ansible_host", ssh_address(run.server)},
        {"ansible_port", run.server.ssh_port},
        {"ansible_user", run.server.ssh_user},
        {"ansible_ssh_common_args", joined_options(run.ssh)}};
    return {{"all", {{"hosts", {{"server", host}}}}}};
}

/// What the callback plugin tells, one JSON object a line.
class PlaybookStory {
public:
    explicit PlaybookStory(queue::StepContext& step) : step_(step) {}

    void take(std::string_view line) {
        const auto event = nlohmann::json::parse(line, nullptr, false);
        if (!event.is_object()) {
            step_.log(line);
            return;
        }
        const auto kind = event.value("event", "");
        if (kind == "task") {
            step_.note(event.value("task", ""));
        } else if (kind == "result") {
            take_result(event);
        } else if (kind == "stats") {
            changed_ = event.value("changed", 0);
            finished_ = true;
        }
    }

    Result<nlohmann::json> judge(const process::Outcome& outcome) const {
        if (outcome.exit_code == 0 && finished_) {
            return nlohmann::json{{"changed", changed_}};
        }
        if (unreachable_) {
            return fail(ErrorCode::Unavailable, "The server cannot be reached: " + failure_);
        }
        if (!failure_.empty()) {
            return fail(ErrorCode::ProviderRefused, failure_);
        }
        return fail(
            ErrorCode::ProviderRefused,
            "The set-up program ended unexpectedly; its last words are in the log.",
            outcome.errors.substr(0, 2000)
        );
    }

private:
    void take_result(const nlohmann::json& event) {
        const auto status = event.value("status", "");
        const auto task = event.value("task", "");
        const auto message = event.value("message", "");
        if (status == "skipped") {
            return;
        }
        step_.log(
            status + "  " + task + (message.empty() ? "" : ": " + message.substr(0, kMessageInLog))
        );
        if (status == "failed" || status == "unreachable") {
            unreachable_ = status == "unreachable";
            failure_ = task + ": " + message.substr(0, kMessageInError);
        }
    }

    static constexpr std::size_t kMessageInLog = 1500;
    static constexpr std::size_t kMessageInError = 500;
    queue::StepContext& step_;
    int changed_ = 0;
    bool finished_ = false;
    bool unreachable_ = false;
    std::string failure_;
};

}  // namespace

Result<nlohmann::json> run_playbook(const PlaybookRun& run, queue::StepContext& step) {
    const auto& folder = run.ssh.folder();
    TRY(folder.write("inventory.json", inventory_of(run).dump()));
    nlohmann::json vars{
        {"agent_package", run.options.agent_package}, {"ssh_port", run.server.ssh_port}};
    if (run.server.kind == ServerKind::Local) {
        vars["firewall_panel_ports"] = run.options.panel_ports;
    }
    TRY(folder.write("vars.json", vars.dump()));
    PlaybookStory story(step);
    const auto outcome = TRY(process::run({
        .program = "/usr/bin/ansible-playbook",
        .argv =
            {"--inventory",
             folder.file("inventory.json"),
             "--extra-vars",
             "@" + folder.file("vars.json"),
             "--tags",
             run.role,
             "bring-up.yml"},
        .environment =
            {{"HOME", folder.path()},
             {"ANSIBLE_CONFIG", run.options.automation_folder + "/ansible.cfg"},
             {"ANSIBLE_HOME", folder.path()},
             {"ANSIBLE_LOCAL_TEMP", folder.file("tmp")},
             {"ANSIBLE_SSH_CONTROL_PATH_DIR", folder.file("cp")},
             {"ANSIBLE_NOCOLOR", "1"},
             {"PYTHONDONTWRITEBYTECODE", "1"}},
        .working_directory = run.options.automation_folder,
        .timeout = kPlaybookMax,
        .on_line = [&](std::string_view line) { story.take(line); },
        .cancelled = [&] { return step.cancelled(); },
    }));
    for (const auto& line : {outcome.errors.substr(0, 1500)}) {
        if (!line.empty()) {
            step.log(line);
        }
    }
    return story.judge(outcome);
}

}  // namespace hostelry::servers
