#include "core/platform/db/cluster_config.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <system_error>

namespace hostelry::db {
namespace {

// Small: it serves one panel beside everything else on the machine.
constexpr std::string_view kSettings = R"(# Written at every start.
listen_addresses = ''
unix_socket_directories = '{}'
max_connections = {}
shared_buffers = {}MB
work_mem = 4MB
maintenance_work_mem = 32MB
temp_buffers = 1MB
huge_pages = off
jit = off
max_worker_processes = 2
max_parallel_workers_per_gather = 0
wal_level = minimal
max_wal_senders = 0
min_wal_size = 32MB
max_wal_size = 256MB
checkpoint_timeout = 10min
autovacuum_naptime = 20s
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_checkpoints = off
log_line_prefix = '%m [%p] %q%u@%d '
)";
constexpr std::string_view kNotDurable =
    "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n";

/// Who on this machine may be which role: the user the cluster belongs to, and root, who can become
/// anybody anyway and is who runs `hostelry doctor`.
std::string identity_map(const Account& account) {
    const std::set<std::string> users{account.name, "root"};
    std::string map;
    for (const auto& user : users) {
        for (const auto* role : {"postgres", "hostelry_owner", "hostelry_app", "hostelry_backup"}) {
            map += fmt::format("hostelry \"{}\" {}\n", user, role);
        }
    }
    return map;
}

Result<void> write_as(
    const std::filesystem::path& path, const std::string& text, const Account& account
) {
    const auto fresh = path.string() + ".new";
    std::ofstream file(fresh, std::ios::trunc);
    file << text;
    file.close();
    std::error_code error;
    if (file && give_to(fresh, account) && chmod(fresh.c_str(), 0600) == 0) {
        std::filesystem::rename(fresh, path, error);
        if (!error) {
            return {};
        }
    }
    return fail(ErrorCode::Unavailable, "The file " + path.string() + " cannot be written.");
}

}  // namespace

bool give_to(const std::string& path, const Account& account) {
    return geteuid() != 0 || chown(path.c_str(), account.uid, account.gid) == 0;
}

Result<void> write_cluster_config(
    const std::filesystem::path& data,
    const std::filesystem::path& socket,
    const EmbeddedPostgresOptions& options,
    const Account& account
) {
    std::string settings =
        fmt::format(kSettings, socket.string(), options.connections_max, options.shared_buffers_mb);
    settings += options.durable ? "" : kNotDurable;
    TRY(write_as(data / "postgresql.auto.conf", "", account));
    TRY(write_as(data / "postgresql.conf", settings, account));
    TRY(write_as(data / "pg_hba.conf", "local all all peer map=hostelry\n", account));
    return write_as(data / "pg_ident.conf", identity_map(account), account);
}

}  // namespace hostelry::db
