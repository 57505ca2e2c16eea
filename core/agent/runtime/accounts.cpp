#include "core/agent/runtime/accounts.h"

#include "core/agent/runtime/descriptor.h"
#include "core/base/bytes.h"
#include "core/base/text.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

namespace hostelry::agent {

namespace {

constexpr std::size_t kPasswordEntryBytes = 16384;
constexpr std::size_t kGroupEntryBytes = 256_KiB;  // www-data is in every site's
constexpr std::size_t kNumberBytesMax = 32;
constexpr std::chrono::seconds kEndMax{10};
constexpr std::chrono::milliseconds kProcessPoll{5};

std::vector<pid_t> processes_of(uid_t uid) {
    std::vector<pid_t> found;
    for (const auto& name : names_in("/proc")) {
        const auto pid = static_cast<pid_t>(std::strtol(name.c_str(), nullptr, 10));
        struct stat facts {};
        if (pid > 0 && stat(("/proc/" + name).c_str(), &facts) == 0 && facts.st_uid == uid) {
            found.push_back(pid);
        }
    }
    return found;
}

/// True when there were any; returns when none is left.
Result<bool> end_processes_of(uid_t uid) {
    const auto until = std::chrono::steady_clock::now() + kEndMax;
    bool any = false;
    while (true) {
        const auto left = processes_of(uid);
        if (left.empty()) {
            return any;
        }
        any = true;
        if (std::chrono::steady_clock::now() > until) {
            return fail(ErrorCode::Timeout, "A process of the site could not be ended.");
        }
        for (const pid_t pid : left) {
            // By descriptor, and looked at again: the number may have gone to another process.
            const Descriptor process{static_cast<int>(syscall(SYS_pidfd_open, pid, 0))};
            struct stat facts {};
            const std::string folder = "/proc/" + std::to_string(pid);
            if (process && stat(folder.c_str(), &facts) == 0 && facts.st_uid == uid) {
                syscall(SYS_pidfd_send_signal, process.number(), SIGKILL, nullptr, 0);
            }
        }
        std::this_thread::sleep_for(kProcessPoll);
    }
}

/// As a user's or a group's number: a site's user and group have the same.
bool is_in_use(uid_t number) {
    std::vector<char> buffer(kGroupEntryBytes);
    passwd user{};
    passwd* found_user = nullptr;
    group entry{};
    group* found_group = nullptr;
    const bool is_known =
        getpwuid_r(number, &user, buffer.data(), buffer.size(), &found_user) == 0 &&
        getgrgid_r(number, &entry, buffer.data(), buffer.size(), &found_group) == 0;
    return !is_known || found_user != nullptr || found_group != nullptr;
}

}  // namespace

Result<std::optional<Account>> find_account(const Layout& layout, const std::string& site) {
    std::vector<char> buffer(kPasswordEntryBytes);
    passwd entry{};
    passwd* found = nullptr;
    if (getpwnam_r(site.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0) {
        return fail(ErrorCode::Internal, "The users of the server could not be read.");
    }
    if (found == nullptr) {
        return std::nullopt;
    }
    const bool ours = entry.pw_dir == layout.home_of(site) && entry.pw_uid >= kSiteUidMin &&
                      entry.pw_uid <= kSiteUidMax;
    if (!ours) {
        return fail(
            ErrorCode::Conflict,
            "The server already has a user named \"" + site + "\" that is not a site's."
        );
    }
    return Account{site, entry.pw_uid, entry.pw_gid, entry.pw_dir};
}

Result<Account> get_account(const Layout& layout, const std::string& site) {
    auto account = TRY(find_account(layout, site));
    if (!account) {
        return fail(ErrorCode::NotFound, "The site \"" + site + "\" has no user on this server.");
    }
    return *account;
}

Result<uid_t> take_site_uid(const Layout& layout) {
    const std::string path = layout.state + "/last-uid";
    const auto text = TRY(read_file(path, kNumberBytesMax));
    const auto last = static_cast<uid_t>(std::strtoul(text.value_or("").c_str(), nullptr, 10));
    uid_t next = last;
    for (uid_t tried = kSiteUidMin; tried <= kSiteUidMax; ++tried) {
        next = next >= kSiteUidMin && next < kSiteUidMax ? next + 1 : kSiteUidMin;
        if (!is_in_use(next)) {
            TRY(ensure_directory(layout.state, 0700));
            TRY(write_file_atomically(path, std::to_string(next), 0600));
            return next;
        }
    }
    return fail(ErrorCode::QuotaExceeded, "This server has no user number left for a site.");
}

Result<bool> end_work_of(const Layout& layout, const Account& account) {
    const bool had_crontab = TRY(remove_file(layout.crontabs + "/" + account.site));
    const bool had_processes = TRY(end_processes_of(account.uid));
    return had_crontab || had_processes;
}

void become(const Account& account) {
    const bool fine = account.uid >= kSiteUidMin && account.gid >= kSiteUidMin &&
                      setgroups(0, nullptr) == 0 &&
                      setresgid(account.gid, account.gid, account.gid) == 0 &&
                      setresuid(account.uid, account.uid, account.uid) == 0 &&
                      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && setuid(0) != 0;
    if (!fine) {
        _exit(126);
    }
    umask(022);
}

}  // namespace hostelry::agent
