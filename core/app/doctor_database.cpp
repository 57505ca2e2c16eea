// The database as the panel would find it. Starts nothing: a private cluster that no panel runs is
// left alone.

#include "core/app/doctor.h"
#include "core/base/clock.h"
#include "core/platform/db/database.h"
#include "core/platform/db/embedded_postgres.h"
#include "core/platform/db/migrations.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace hostelry::app {
namespace {

constexpr std::chrono::seconds kConnectMax{5};
constexpr std::string_view kRoleSql =
    "select current_user::text as role, coalesce(bool_or(r.rolsuper or r.rolbypassrls), true) as "
    "is_above, current_setting('server_version') as version "
    "from pg_catalog.pg_roles r where r.rolname = current_user";
constexpr std::string_view kRightsSql =
    "select to_regclass('hostelry.tenants') is not null as is_there, "
    "coalesce(has_table_privilege(to_regclass('hostelry.tenants'), 'select, insert, update'), "
    "false) as may, "
    "(select count(*) from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = "
    "c.oid and a.attname = 'tenant_id' where c.relnamespace = to_regnamespace('hostelry') and "
    "c.relkind = 'r' and not c.relforcerowsecurity) as unprotected";

/// How to reach it; no owner when migrations cannot be looked at.
struct Target {
    std::string app;
    std::string owner;
    std::string absent;  ///< Why there is nothing to look at.
};

Target find_target(const config::Config& config) {
    if (!config.database.url.empty()) {
        return {config.database.url, config.database.migrate_url, {}};
    }
    db::EmbeddedPostgresOptions options;
    options.state_directory = config.state_dir;
    if (const auto owner = db::EmbeddedPostgres::find_running(options)) {
        return {*db::EmbeddedPostgres::find_running(options, "hostelry_app"), *owner, {}};
    }
    return {{}, {}, "No panel runs on this state folder, so its private database is stopped."};
}

Finding installed_postgres() {
    Finding finding{.name = "PostgreSQL"};
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", problem)) {
        if (std::filesystem::exists(entry.path() / "bin" / "initdb")) {
            finding.message = "Version " + entry.path().filename().string() + " is installed.";
            return finding;
        }
    }
    finding.health = Health::Failed;
    finding.message = "It is not installed.";
    finding.mend = "apt install postgresql, or name a database in database.url.";
    return finding;
}

Finding not_looked_at(const char* name, const std::string& why) {
    return {.name = name, .health = Health::Skipped, .message = why};
}

Finding role_finding(const db::Row& row) {
    const std::string role = row["role"].text();
    Finding finding{.name = "database role", .message = role + " is held by row-level security."};
    if (row["is_above"].boolean()) {
        finding.health = Health::Failed;
        finding.code = ErrorCode::Invalid;
        finding.message = role + " stands above row-level security: it sees every account's rows.";
        finding.mend =
            "Name hostelry_app in database.url and the role that migrates in "
            "database.migrate_url.";
    }
    return finding;
}

Finding rights_finding(const db::Row& row) {
    Finding finding{
        .name = "database rights",
        .message = "Tables are there and may be used; each is protected."};
    finding.code = ErrorCode::Invalid;
    if (!row["is_there"].boolean()) {
        finding.health = Health::Failed;
        finding.message = "The schema is not there.";
        finding.mend = "hostelry migrate up";
    } else if (!row["may"].boolean()) {
        finding.health = Health::Failed;
        finding.message = "The role may not use the panel's tables.";
        finding.mend = "Name hostelry_app in database.url; the migrations give it its rights.";
    } else if (row["unprotected"].integer() > 0) {
        finding.health = Health::Failed;
        finding.message = fmt::format(
            "{} tables of accounts lack forced row-level security.", row["unprotected"].integer()
        );
        finding.mend =
            "Somebody changed the schema by hand. Restore it from a backup, or ask for "
            "help before anybody signs in.";
    }
    return finding;
}

Finding unreachable(const Error& error) {
    return {
        .name = "database",
        .health = Health::Failed,
        .message = error.message,
        .mend =
            "Check database.url, that PostgreSQL runs there, and that its pg_hba.conf lets this "
            "machine in."};
}

Findings examine_app_role(const std::string& dsn) {
    SystemClock clock;
    db::DatabaseOptions options;
    options.dsn = dsn;
    options.connections_max = 1;
    options.connect_timeout = kConnectMax;
    db::Database database(options, clock);
    const auto role = database.single_statement(kRoleSql);
    if (!role) {
        return {unreachable(role.error())};
    }
    Findings findings{
        {.name = "database",
         .message = "It answers: PostgreSQL " + role->front()["version"].text() + "."},
        role_finding(role->front())};
    const auto rights = database.single_statement(kRightsSql);
    findings.push_back(rights ? rights_finding(rights->front()) : unreachable(rights.error()));
    return findings;
}

Finding examine_migrations(const config::Config& config, const std::string& owner) {
    if (owner.empty()) {
        return not_looked_at("migrations", "database.migrate_url is not set.");
    }
    Finding finding{.name = "migrations"};
    finding.code = ErrorCode::Conflict;
    auto files = db::read_migrations(config.migrations.directory);
    const auto list = files
                          ? db::Migrator(owner, std::move(*files)).status()
                          : Result<std::vector<db::MigrationStatus>>(tl::unexpected(files.error()));
    if (!list) {
        finding.health = Health::Failed;
        finding.message = list.error().message;
        finding.mend = "Correct migrations.directory or database.migrate_url.";
        return finding;
    }
    const auto count = [&](auto fits) { return std::count_if(list->begin(), list->end(), fits); };
    const auto pending = count([](const auto& one) { return !one.applied_at; });
    finding.message = fmt::format("All {} are applied.", list->size());
    if (count([](const auto& one) { return one.changed; }) > 0) {
        finding.health = Health::Failed;
        finding.message = "An applied migration has another content by now.";
        finding.mend = "Install the release again that this database was made with.";
    } else if (pending > 0) {
        finding.health = Health::Failed;
        finding.message = fmt::format("{} of {} are not applied.", pending, list->size());
        finding.mend = "hostelry migrate up";
    } else if (count([](const auto& one) { return one.unknown; }) > 0) {
        finding.health = Health::Warning;
        finding.message = "A newer release has been here: it applied migrations we do not know.";
        finding.mend = "Install that release again, or take its migrations back with it.";
    }
    return finding;
}

}  // namespace

Findings examine_database(const config::Config& config) {
    const auto target = find_target(config);
    Findings findings;
    if (config.database.url.empty()) {
        findings.push_back(installed_postgres());
    }
    if (!target.absent.empty()) {
        findings.push_back(not_looked_at("database", target.absent));
        return findings;
    }
    auto role = examine_app_role(target.app);
    const bool reachable = role.front().health == Health::Well;
    std::move(role.begin(), role.end(), std::back_inserter(findings));
    if (reachable) {
        findings.push_back(examine_migrations(config, target.owner));
    }
    return findings;
}

}  // namespace hostelry::app
