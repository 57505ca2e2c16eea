#include "core/platform/db/cluster_process.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <thread>

namespace hostelry::db {
namespace {

using namespace std::chrono_literals;
constexpr auto kLookAgain = 20ms;

std::optional<Account> find_account(const std::string& name) {
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> buffer(16384);
    if (getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
        found == nullptr) {
        return std::nullopt;
    }
    return Account{entry.pw_uid, entry.pw_gid, entry.pw_name};
}

Account own_account() {
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> buffer(16384);
    getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found);
    return {geteuid(), getegid(), found != nullptr ? entry.pw_name : std::to_string(geteuid())};
}

void make_account(const std::string& name) {
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const Account root{0, 0, "root"};
    // The answer shows in find_account; a system without useradd may have the user by other means.
    [[maybe_unused]] const auto made = run_as({
        .argv =
            {"/usr/sbin/useradd",
             "--system",
             "--user-group",
             "--no-create-home",
             "--home-dir",
             "/nonexistent",
             "--shell",
             "/usr/sbin/nologin",
             "--comment",
             "Hostelry database",
             name},
        .account = root,
        .directory = "/",
        .output = nowhere,
    });
    close(nowhere);
}

/// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(
    const Spawn& what, const char* directory, char* const* argv, char* const* env, pid_t parent
) {
    const bool is_root = geteuid() == 0;
    if (is_root && (setgroups(1, &what.account.gid) != 0 || setgid(what.account.gid) != 0 ||
                    setuid(what.account.uid) != 0)) {
        _exit(126);
    }
    if (what.signal_at_parents_death != 0) {
        // After setuid, which clears it; then look whether the parent has died meanwhile.
        prctl(PR_SET_PDEATHSIG, what.signal_at_parents_death);
        if (getppid() != parent) {
            _exit(126);
        }
    }
    sigset_t none;
    sigemptyset(&none);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the child has this one thread
    sigprocmask(SIG_SETMASK, &none, nullptr);
    static_cast<void>(signal(SIGPIPE, SIG_DFL));
    // A group of its own: Ctrl-C in a terminal must reach the panel only, which stops us in order.
    setpgid(0, 0);
    umask(077);
    const int nothing = open("/dev/null", O_RDONLY);
    if (dup2(nothing, 0) < 0 || dup2(what.output, 1) < 0 || dup2(what.output, 2) < 0 ||
        chdir(directory) != 0) {
        _exit(126);
    }
    close_range(3, ~0U, 0);
    execve(argv[0], argv, env);
    _exit(127);
}

}  // namespace

Result<Account> cluster_account(const std::string& name) {
    if (geteuid() != 0) {
        return own_account();
    }
    auto account = find_account(name);
    if (!account) {
        make_account(name);
        account = find_account(name);
    }
    if (!account) {
        account = find_account("postgres");  // Debian's package of the server makes it
    }
    if (!account || account->uid == 0) {
        return fail(
            ErrorCode::Unavailable,
            "PostgreSQL refuses to run as root and the user \"" + name +
                "\" could not be made. Make it with: useradd --system " + name
        );
    }
    return *account;
}

Result<pid_t> spawn_as(const Spawn& what) {
    std::vector<char*> argv;
    for (const auto& argument : what.argv) {
        argv.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: execve's signature
    }
    argv.push_back(nullptr);
    std::string environment[] = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"};
    char* const env[] = {
        environment[0].data(), environment[1].data(), environment[2].data(), nullptr};
    const std::string directory = what.directory.string();
    const pid_t parent = getpid();
    const pid_t process = fork();
    if (process == 0) {
        become(what, directory.c_str(), argv.data(), env, parent);
    }
    if (process < 0) {
        return fail(
            ErrorCode::Unavailable,
            "No new process could be started.",
            "fork: " + std::to_string(errno)
        );
    }
    return process;
}

int wait_for(pid_t process) {
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Result<int> run_as(const Spawn& what) {
    return wait_for(TRY(spawn_as(what)));
}

std::optional<pid_t> recorded_postmaster(const std::filesystem::path& data_directory) {
    std::ifstream file(data_directory / "postmaster.pid");
    pid_t process = 0;
    if (!(file >> process) || process <= 1 || kill(process, 0) != 0) {
        return std::nullopt;
    }
    return process;
}

bool works_in(pid_t process, const std::filesystem::path& directory) {
    std::error_code error;
    const auto cwd =
        std::filesystem::read_symlink("/proc/" + std::to_string(process) + "/cwd", error);
    return !error && cwd == std::filesystem::canonical(directory, error);
}

bool wait_until_unused(const std::filesystem::path& directory, std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
        bool is_used = false;
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
            const pid_t process = std::atoi(entry.path().filename().c_str());
            is_used = is_used || (process > 0 && works_in(process, directory));
        }
        if (!is_used || std::chrono::steady_clock::now() > until) {
            return !is_used;
        }
        std::this_thread::sleep_for(kLookAgain);
    }
}

bool wait_until_gone(pid_t process, std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (kill(process, 0) == 0) {
        if (std::chrono::steady_clock::now() > until) {
            return false;
        }
        std::this_thread::sleep_for(kLookAgain);
    }
    return true;
}

}  // namespace hostelry::db
