#include "core/agent/runtime/php.h"

#include "core/agent/runtime/config_file.h"
#include "core/agent/runtime/descriptor.h"
#include "core/agent/runtime/locks.h"
#include "core/agent/runtime/names.h"
#include "core/agent/runtime/programs.h"
#include "core/base/text.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

namespace hostelry::agent {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPhpLockPatience{120'000};
constexpr milliseconds kPhpReloadMax{10'000};
constexpr milliseconds kPhpRestartMax{30'000};
constexpr milliseconds kPhpPoll{2};

std::string program_of(const std::string& version) {
    return "/usr/sbin/php-fpm" + version;
}
std::string unit_of(const std::string& version) {
    return "php" + version + "-fpm.service";
}

std::optional<pid_t> master_pid(const Layout& layout, const std::string& version) {
    const auto text = read_file(layout.php_run + "/php" + version + "-fpm.pid", 64);
    if (!text || !*text) {
        return std::nullopt;
    }
    const auto pid = static_cast<pid_t>(std::strtol((*text)->c_str(), nullptr, 10));
    const auto name = read_file("/proc/" + std::to_string(pid) + "/comm", 64);
    const bool alive = pid > 1 && name && *name && (*name)->starts_with("php-fpm");
    return alive ? std::optional<pid_t>{pid} : std::nullopt;
}

bool takes_connections(const std::string& socket_path) {
    const Descriptor probe{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_path.size() >= sizeof address.sun_path) {
        return false;
    }
    std::copy(socket_path.begin(), socket_path.end(), std::begin(address.sun_path));
    return connect(probe.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
           0;
}

Result<void> test_fpm(const std::string& version, const std::vector<std::string>& further) {
    std::vector<std::string> argv{"-t"};
    argv.insert(argv.end(), further.begin(), further.end());
    const auto outcome = TRY(call_program({program_of(version), argv}));
    if (outcome.exit_code != 0) {
        return fail(
            ErrorCode::Invalid, "PHP-FPM refuses the pool of this site.", last_lines(outcome)
        );
    }
    return {};
}

Result<void> test_apart(
    const Layout& layout,
    const std::string& site,
    const std::string& version,
    const std::string& content
) {
    const std::string folder = layout.run + "/stage/php-" + site;
    TRY(ensure_directory(layout.run + "/stage", 0700));
    TRY(ensure_directory(folder, 0700));
    const std::string global =
        fmt::format("[global]\npid = {}/fpm.pid\nerror_log = /dev/null\n", folder);
    TRY(write_file_atomically(folder + "/fpm.conf", global + content, 0600));
    auto tested = test_fpm(version, {"-y", folder + "/fpm.conf"});
    TRY(remove_tree(folder));
    return tested;
}

Result<void> start_fpm(const std::string& version) {
    TRY(require_program(
        {"/usr/bin/systemctl", {"start", unit_of(version)}},
        "PHP-FPM does not run and cannot be started."
    ));
    return {};
}

enum class Socket { Listening, Gone };

/// The master replaces itself in its own time; what we can see from outside is the socket.
Result<void> await(const std::string& socket_path, Socket wanted, milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
        if (takes_connections(socket_path) == (wanted == Socket::Listening)) {
            return {};
        }
        std::this_thread::sleep_for(kPhpPoll);
    }
    return fail(ErrorCode::Internal, "PHP-FPM did not take over its new configuration in time.");
}

Result<void> reload_fpm(
    const Layout& layout, const std::string& version, const std::string& socket_path, Socket wanted
) {
    const auto master = master_pid(layout, version);
    if (!master) {
        TRY(start_fpm(version));
    } else if (kill(*master, SIGUSR2) != 0) {
        return system_failure("PHP-FPM could not be told to reload.");
    }
    if (!await(socket_path, wanted, kPhpReloadMax)) {
        // A child that was being born when the master told all to finish may never hear of it, and
        // then the master waits for it for ever, serving nobody.
        TRY(require_program(
            {"/usr/bin/systemctl", {"restart", unit_of(version)}}, "PHP-FPM cannot be restarted."
        ));
        TRY(await(socket_path, wanted, kPhpRestartMax));
    }
    if (wanted == Socket::Gone) {
        TRY(remove_file(socket_path));
    }
    return {};
}

std::string render_idle_pool(const Layout& layout, const std::string& version) {
    return fmt::format(
        "; Made by hostelry-agent: keeps PHP-FPM alive while no site uses this version.\n"
        "[global]\n"
        "; A reload waits this long for running requests; all other sites wait with it.\n"
        "process_control_timeout = 5s\n"
        "\n"
        "[hostelry-idle]\n"
        "user = nobody\n"
        "group = nogroup\n"
        "listen = {}/hostelry-idle-{}.sock\n"
        "listen.mode = 0600\n"
        "pm = ondemand\n"
        "pm.max_children = 1\n",
        layout.php_run,
        version
    );
}

}  // namespace

std::vector<std::string> installed_php_versions(const Layout& layout) {
    auto versions = names_in(layout.php);
    std::erase_if(versions, [](const std::string& name) {
        return !is_php_version(name) || access(program_of(name).c_str(), X_OK) != 0;
    });
    return versions;
}

Result<void> require_php_version(const Layout& layout, const std::string& version) {
    const auto versions = installed_php_versions(layout);
    if (std::find(versions.begin(), versions.end(), version) != versions.end()) {
        return {};
    }
    return fail(
        ErrorCode::Unsupported,
        versions.empty() ? "PHP-FPM is not installed on this server."
                         : fmt::format(
                               "PHP {} is not installed on this server; it has {}.",
                               version,
                               join(versions, ", ")
                           )
    );
}

Result<bool> ensure_php_floor(const Layout& layout, const std::string& version) {
    const auto lock = TRY(take_lock(layout, "php-" + version, kPhpLockPatience));
    const std::string pools = layout.php + "/" + version + "/fpm/pool.d";
    const std::string socket_path = layout.php_run + "/hostelry-idle-" + version + ".sock";
    // Debian's own pool goes in the same reload, once ours is known to be fine.
    const auto replace_debians_pool = [&]() -> Result<void> {
        TRY(remove_file(pools + "/www.conf"));
        return reload_fpm(layout, version, socket_path, Socket::Listening);
    };
    const bool changed = TRY(swap_config(
        layout,
        {
            .service = "php-" + version,
            .path = pools + "/hostelry-idle.conf",
            .content = render_idle_pool(layout, version),
            .check_apart = [] { return Result<void>{}; },
            .check_live = [&] { return test_fpm(version, {}); },
            .make_known = replace_debians_pool,
        }
    ));
    const bool had_www = TRY(remove_file(pools + "/www.conf"));
    if (had_www) {
        TRY(reload_fpm(layout, version, socket_path, Socket::Listening));
    }
    return changed || had_www;
}

Result<bool> swap_pool(
    const Layout& layout,
    const std::string& site,
    const std::string& version,
    const std::optional<std::string>& content
) {
    const auto lock = TRY(take_lock(layout, "php-" + version, kPhpLockPatience));
    const auto wanted = content ? Socket::Listening : Socket::Gone;
    return swap_config(
        layout,
        {
            .service = "php-" + version,
            .path = layout.pool_of(site, version),
            .content = content,
            .check_apart = [&] { return test_apart(layout, site, version, content.value_or("")); },
            .check_live = [&] { return test_fpm(version, {}); },
            .make_known =
                [&] { return reload_fpm(layout, version, layout.socket_of(site), wanted); },
        }
    );
}

}  // namespace hostelry::agent
