#pragma once
// A private PostgreSQL cluster in the state directory (architecture 1): no TCP, a Unix socket in a
// 0700 folder, run by an unprivileged user, ended with the process that started it.

#include "core/base/result.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::db {

struct EmbeddedPostgresOptions {
    std::filesystem::path state_directory;  ///< holds `postgres/` (the cluster) and `postgres.log`
    /// The socket's folder is made in the first of these that we may write to. They are short:
    /// socket paths are limited to 107 bytes. The second is the packaged unit's.
    std::vector<std::filesystem::path> socket_roots{"/run", "/run/hostelry", "/tmp"};
    /// Empty: the newest /usr/lib/postgresql/*/bin.
    std::filesystem::path program_directory;
    /// The user the cluster belongs to when we are root; created as a system user when missing.
    /// When we are not root it is the user we are.
    std::string system_user = "hostelry";
    std::size_t shared_buffers_mb = 32;
    int connections_max = 80;
    /// False only for clusters that are thrown away (tests).
    bool durable = true;
    std::chrono::seconds start_timeout{60};
};

class EmbeddedPostgres {
public:
    /// Makes the cluster when there is none, takes over or ends one that a killed process left
    /// behind, starts it and waits until it answers (crash recovery included). Roles are made by
    /// the migrations. Fails with Unavailable and a sentence that says what to do; the log's last
    /// lines are the cause.
    static Result<std::unique_ptr<EmbeddedPostgres>> start(EmbeddedPostgresOptions options);
    /// The cluster that another process runs on this state directory: its connection string for a
    /// role (the superuser without one). Nothing when none answers.
    static std::optional<std::string> find_running(
        const EmbeddedPostgresOptions& options,
        std::string_view role = {},
        std::string_view database = "hostelry"
    );
    /// Stops it (fast: sessions are ended, a checkpoint is written).
    ~EmbeddedPostgres();
    void stop();

    /// libpq connection string. Roles: "hostelry_owner" (migrations), "hostelry_app",
    /// "hostelry_backup", and superuser() for the first migration run.
    std::string dsn(std::string_view role, std::string_view database = "hostelry") const;
    std::string superuser() const;
    const std::filesystem::path& socket_directory() const;
    int process_id() const;

private:
    struct Parts;
    explicit EmbeddedPostgres(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace hostelry::db
