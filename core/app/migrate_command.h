#pragma once
// `hostelry migrate up|down|status`: the schema, without starting a panel.

#include "core/base/result.h"
#include "core/platform/config/config.h"
#include "core/platform/db/migrations.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::db {
class EmbeddedPostgres;
}

namespace hostelry::app {

/// The database that migrations are run on: the configured one, the private cluster of a running
/// panel, or that cluster started for as long as this lives.
class MigrationTarget {
public:
    static Result<MigrationTarget> open(const config::Config& config);
    MigrationTarget(MigrationTarget&&) noexcept;
    ~MigrationTarget();

    Result<std::vector<std::string>> up();
    /// Conflict while a panel runs on the private cluster.
    Result<std::vector<std::string>> down_to(int number);
    Result<std::vector<db::MigrationStatus>> status();

private:
    MigrationTarget(std::string dsn, std::vector<db::Migration> migrations);

    db::Migrator migrator_;
    std::unique_ptr<db::EmbeddedPostgres> cluster_;  ///< Started by us.
    bool panel_runs_ = false;
};

enum class MigrateVerb { Up, Down, Status };

/// Prints what was done, as lines or as one JSON object. `to`: with Down, the last migration that
/// stays (Invalid without it).
Result<int> run_migrate(
    const config::Config& config, MigrateVerb verb, std::optional<int> to, bool json
);

}  // namespace hostelry::app
