#pragma once
// Inside this room only: programs of PostgreSQL, run as the unprivileged user the cluster belongs
// to.

#include "core/base/result.h"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::db {

struct Account {
    uid_t uid;
    gid_t gid;
    std::string name;
};

/// The user the cluster runs as: ourselves unless we are root, then `name`, made with useradd when
/// missing.
Result<Account> cluster_account(const std::string& name);

struct Spawn {
    std::vector<std::string> argv;  ///< argv[0] is an absolute path
    const Account& account;
    std::filesystem::path directory;
    int output;                       ///< descriptor for standard output and error
    int signal_at_parents_death = 0;  ///< 0: outlives us. Counts for the thread that spawns.
};

/// Answers the process id; the caller waits for it.
Result<pid_t> spawn_as(const Spawn& what);
/// Waits for the end; answers the exit code, 128 + signal for a killed one.
int wait_for(pid_t process);
/// Spawns and waits.
Result<int> run_as(const Spawn& what);

/// The living process that postmaster.pid names; it may be somebody else's by now.
std::optional<pid_t> recorded_postmaster(const std::filesystem::path& data_directory);
/// Every process of a cluster works in its data directory.
bool works_in(pid_t process, const std::filesystem::path& directory);
/// Waits until no process works in the directory: backends end a moment after their postmaster.
bool wait_until_unused(const std::filesystem::path& directory, std::chrono::milliseconds patience);
/// Waits until a process that need not be our child is gone.
bool wait_until_gone(pid_t process, std::chrono::milliseconds patience);

}  // namespace hostelry::db
