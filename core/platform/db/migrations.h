#pragma once
// Migrations: migrations/NNNN_<feature>_<what>.up.sql with a .down.sql, run in the order of their
// numbers under one advisory lock, each in a transaction of its own together with its row in
// hostelry_migrations.applied. A file whose first line is "-- no transaction" runs statement by
// statement and must be safe to run again.

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/platform/db/database.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::db {

struct Migration {
    int number;
    std::string name;  ///< "0030_sites_create"
    std::string up;
    std::string down;
    std::string checksum;  ///< SHA-256 of the up file, hex
};

/// Reads a folder. Invalid: a name of another shape, a number used twice, a missing .down.sql.
Result<std::vector<Migration>> read_migrations(const std::filesystem::path& directory);

struct MigrationStatus {
    std::string name;
    std::optional<TimePoint> applied_at;
    bool changed = false;  ///< the file is not the one that was applied
    bool unknown = false;  ///< applied, but no such file here (a newer release was here)
};

class Migrator {
public:
    /// `dsn`: a role that may make roles (superuser at first, e.g. EmbeddedPostgres::superuser()).
    Migrator(std::string dsn, std::vector<Migration> migrations);

    /// Applies what is missing; answers the names. Refuses (Conflict) when an applied file has
    /// changed. `on_progress` is told each name before it runs.
    Result<std::vector<std::string>> up(
        const std::function<void(const std::string&)>& on_progress = {}
    );
    /// Takes back all migrations with a number above `target`.
    Result<std::vector<std::string>> down_to(int target);
    Result<std::vector<MigrationStatus>> status();

private:
    std::string dsn_;
    std::vector<Migration> migrations_;
};

/// How the schema and a release's migrations differ, by names in the order of their numbers.
struct SchemaGap {
    std::vector<std::string> missing;  ///< not applied yet
    std::vector<std::string> unknown;  ///< applied by a newer release
};

/// As any role may see it; for programs that only serve. The errors of Database.
Result<SchemaGap> compare_schema(Database& database, const std::vector<Migration>& migrations);

/// Makes the database when the cluster has none of that name. `maintenance_dsn` reaches another
/// one, e.g. "postgres".
Result<void> ensure_database(const std::string& maintenance_dsn, const std::string& name);

}  // namespace hostelry::db
