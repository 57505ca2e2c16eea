#include "core/app/migrate_command.h"

#include "core/base/time.h"
#include "core/platform/db/embedded_postgres.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace hostelry::app {
namespace {

using nlohmann::json;

db::EmbeddedPostgresOptions cluster_options(const config::Config& config) {
    db::EmbeddedPostgresOptions options;
    options.state_directory = config.state_dir;
    return options;
}

void print_names(const char* key, const std::vector<std::string>& names, bool as_json) {
    if (as_json) {
        std::printf("%s\n", json{{key, names}}.dump(2).c_str());
        return;
    }
    for (const auto& name : names) {
        std::printf("%s %s\n", key, name.c_str());
    }
    if (names.empty()) {
        std::printf("nothing to do\n");
    }
}

std::string state_of(const db::MigrationStatus& status) {
    if (!status.applied_at) {
        return "pending";
    }
    return status.changed ? "changed" : status.unknown ? "unknown" : "applied";
}

void print_status(const std::vector<db::MigrationStatus>& list, bool as_json) {
    json document{{"migrations", json::array()}, {"pending", 0}};
    int pending = 0;
    for (const auto& one : list) {
        const std::string state = state_of(one);
        const std::string at = one.applied_at ? format_rfc3339(*one.applied_at) : "";
        pending += state == "pending" ? 1 : 0;
        if (as_json) {
            document["migrations"].push_back(
                {{"name", one.name},
                 {"state", state},
                 {"applied_at", at.empty() ? json(nullptr) : json(at)}}
            );
        } else {
            std::printf("%-8s  %-40s  %s\n", state.c_str(), one.name.c_str(), at.c_str());
        }
    }
    document["pending"] = pending;
    if (as_json) {
        std::printf("%s\n", document.dump(2).c_str());
    } else {
        std::printf("%d pending\n", pending);
    }
}

}  // namespace

MigrationTarget::MigrationTarget(std::string dsn, std::vector<db::Migration> migrations)
    : migrator_(std::move(dsn), std::move(migrations)) {}
MigrationTarget::MigrationTarget(MigrationTarget&&) noexcept = default;
MigrationTarget::~MigrationTarget() = default;

Result<MigrationTarget> MigrationTarget::open(const config::Config& config) {
    auto migrations = TRY(db::read_migrations(config.migrations.directory));
    if (!config.database.url.empty()) {
        const auto& owner = config.database.migrate_url;
        return MigrationTarget(owner.empty() ? config.database.url : owner, std::move(migrations));
    }
    const auto options = cluster_options(config);
    if (const auto running = db::EmbeddedPostgres::find_running(options)) {
        MigrationTarget target(*running, std::move(migrations));
        target.panel_runs_ = true;
        return target;
    }
    auto cluster = TRY(db::EmbeddedPostgres::start(options));
    const auto superuser = cluster->superuser();
    TRY(db::ensure_database(cluster->dsn(superuser, "postgres"), "hostelry"));
    MigrationTarget target(cluster->dsn(superuser), std::move(migrations));
    target.cluster_ = std::move(cluster);
    return target;
}

Result<std::vector<std::string>> MigrationTarget::up() {
    return migrator_.up();
}

Result<std::vector<std::string>> MigrationTarget::down_to(int number) {
    if (panel_runs_) {
        return fail(
            ErrorCode::Conflict,
            "A panel runs on this database. Stop it first: its programs expect the newer schema."
        );
    }
    return migrator_.down_to(number);
}

Result<std::vector<db::MigrationStatus>> MigrationTarget::status() {
    return migrator_.status();
}

Result<int> run_migrate(
    const config::Config& config, MigrateVerb verb, std::optional<int> to, bool as_json
) {
    if (verb == MigrateVerb::Down && !to) {
        return fail_fields(
            {{"to",
              "Say how far: --to NUMBER keeps migrations up to that number. What the others "
              "made is dropped with its data."}}
        );
    }
    auto target = TRY(MigrationTarget::open(config));
    if (verb == MigrateVerb::Status) {
        print_status(TRY(target.status()), as_json);
    } else if (verb == MigrateVerb::Down) {
        print_names("taken_back", TRY(target.down_to(*to)), as_json);
    } else {
        print_names("applied", TRY(target.up()), as_json);
    }
    return 0;
}

}  // namespace hostelry::app
