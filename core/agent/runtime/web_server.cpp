#include "core/agent/runtime/web_server.h"

#include "core/agent/runtime/config_file.h"
#include "core/agent/runtime/descriptor.h"
#include "core/agent/runtime/locks.h"
#include "core/agent/runtime/programs.h"
#include "core/agent/runtime/web_templates.h"
#include "core/base/text.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

namespace hostelry::agent {

namespace {

using std::chrono::milliseconds;

constexpr const char* kNginx = "/usr/sbin/nginx";
constexpr const char* kPidFile = "/run/nginx.pid";
constexpr milliseconds kNginxLockPatience{120'000};
constexpr milliseconds kNginxReloadMax{15'000};
constexpr milliseconds kNginxPoll{2};

std::optional<pid_t> master_pid() {
    const auto text = read_file(kPidFile, 64);
    if (!text || !*text) {
        return std::nullopt;
    }
    const auto pid = static_cast<pid_t>(std::strtol((*text)->c_str(), nullptr, 10));
    const auto name = read_file("/proc/" + std::to_string(pid) + "/comm", 64);
    const bool alive = pid > 1 && name && *name && trim(**name) == "nginx";
    return alive ? std::optional<pid_t>{pid} : std::nullopt;
}

/// Workers of the master that take connections; those that are only finishing are left out.
std::set<pid_t> serving_workers(pid_t master) {
    std::set<pid_t> workers;
    const std::string pid = std::to_string(master);
    std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
    pid_t child = 0;
    while (children >> child) {
        const auto title = read_file("/proc/" + std::to_string(child) + "/cmdline", 4096);
        if (title && *title && (*title)->starts_with("nginx: worker process") &&
            (*title)->find("shutting down") == std::string::npos) {
            workers.insert(child);
        }
    }
    return workers;
}

Result<void> start_nginx() {
    TRY(require_program(
        {"/usr/bin/systemctl", {"start", "nginx.service"}},
        "nginx does not run and cannot be started."
    ));
    return {};
}

/// The signal is answered at once but acted on later: wait until only new workers take connections.
Result<void> reload_nginx() {
    const auto master = master_pid();
    if (!master) {
        return start_nginx();
    }
    const auto old_workers = serving_workers(*master);
    if (kill(*master, SIGHUP) != 0) {
        return system_failure("nginx could not be told to reload.");
    }
    const auto until = std::chrono::steady_clock::now() + kNginxReloadMax;
    while (std::chrono::steady_clock::now() < until) {
        const auto workers = serving_workers(*master);
        const bool only_new =
            !workers.empty() && std::none_of(workers.begin(), workers.end(), [&](pid_t worker) {
                return old_workers.contains(worker);
            });
        if (only_new) {
            return {};
        }
        std::this_thread::sleep_for(kNginxPoll);
    }
    return fail(ErrorCode::Internal, "nginx did not take over its new configuration in time.");
}

Result<void> test_nginx(const std::vector<std::string>& further) {
    std::vector<std::string> argv{"-t", "-q"};
    argv.insert(argv.end(), further.begin(), further.end());
    const auto outcome = TRY(call_program({kNginx, argv}));
    if (outcome.exit_code != 0) {
        return fail(
            ErrorCode::Invalid, "nginx refuses the configuration of this site.", last_lines(outcome)
        );
    }
    return {};
}

/// A whole configuration of its own with just this site in it, in a folder only root reads.
Result<void> test_apart(const Layout& layout, const std::string& site, const std::string& content) {
    const std::string folder = layout.run + "/stage/nginx-" + site;
    TRY(ensure_directory(layout.run + "/stage", 0700));
    TRY(ensure_directory(folder, 0700));
    TRY(write_file_atomically(folder + "/site.conf", content, 0600));
    TRY(write_file_atomically(folder + "/nginx.conf", render_staging(layout, folder), 0600));
    auto tested = test_nginx({"-c", folder + "/nginx.conf", "-e", "stderr"});
    TRY(remove_tree(folder));
    return tested;
}

ConfigSwap swap_of(const std::string& path, const std::optional<std::string>& content) {
    return {
        .service = "nginx",
        .path = path,
        .content = content,
        .check_apart = [] { return Result<void>{}; },
        .check_live = [] { return test_nginx({}); },
        .make_known = [] { return reload_nginx(); },
    };
}

}  // namespace

Result<NginxVersion> nginx_version() {
    const auto outcome = call_program({kNginx, {"-v"}});
    NginxVersion version;
    const auto start = outcome ? outcome->errors.find("nginx/") : std::string::npos;
    if (start == std::string::npos ||
        std::sscanf(  // NOLINT(cert-err34-c): three short numbers of a trusted program
            outcome->errors.c_str() + start,
            "nginx/%d.%d.%d",
            &version.major,
            &version.minor,
            &version.patch
        ) != 3) {
        return fail(ErrorCode::Unsupported, "nginx is not installed on this server.");
    }
    return version;
}

Result<bool> ensure_web_floor(const Layout& layout) {
    const auto version = TRY(nginx_version());
    const auto lock = TRY(take_lock(layout, "nginx", kNginxLockPatience));
    TRY(ensure_directory(layout.nginx + "/hostelry", 0755));
    TRY(ensure_directory(layout.nginx + "/hostelry/sites", 0755));
    const std::array<std::pair<std::string, std::string>, 3> files{{
        {layout.nginx + "/hostelry/shared.conf", render_shared_settings()},
        {layout.nginx + "/hostelry/default.conf", render_default_server(version)},
        {layout.nginx + "/conf.d/hostelry.conf", render_floor(layout)},
    }};
    bool changed = false;
    for (const auto& [path, content] : files) {
        const auto present = TRY(read_file(path, kConfigBytesMax));
        if (present != content) {
            changed = true;
            TRY(swap_config(layout, swap_of(path, content)));
        }
    }
    return changed;
}

Result<bool> swap_vhost(
    const Layout& layout, const std::string& site, const std::optional<std::string>& content
) {
    const auto lock = TRY(take_lock(layout, "nginx", kNginxLockPatience));
    auto swap = swap_of(layout.vhost_of(site), content);
    swap.check_apart = [&] { return test_apart(layout, site, content.value_or("")); };
    return swap_config(layout, swap);
}

Result<void> reload_web_server(const Layout& layout) {
    const auto lock = TRY(take_lock(layout, "nginx", kNginxLockPatience));
    TRY(mark_reload_pending(layout, "nginx"));
    TRY(test_nginx({}));
    TRY(reload_nginx());
    return clear_reload_pending(layout, "nginx");
}

}  // namespace hostelry::agent
