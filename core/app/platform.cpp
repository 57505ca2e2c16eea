#include "core/app/platform.h"

#include "core/platform/crypto/digest.h"
#include "core/platform/db/migrations.h"
#include "core/platform/log/log.h"

#include <filesystem>
#include <system_error>

namespace hostelry::app {
namespace {

constexpr std::chrono::milliseconds kClosePatience{5000};

}  // namespace

Platform::Platform(const config::Config& config) : config_(config) {}

Result<std::unique_ptr<Platform>> Platform::open(const config::Config& config, Migrate migrate) {
    crypto::set_up();
    auto platform = std::unique_ptr<Platform>(new Platform(config));
    TRY(platform->open_state_folder());
    const std::string dsn = TRY(platform->open_cluster(migrate));
    platform->open_database(dsn);
    TRY(platform->refuse_a_role_above_the_rules());
    TRY(platform->refuse_an_older_schema());
    return platform;
}

std::unique_ptr<Platform> Platform::detached(const config::Config& config) {
    auto platform = std::unique_ptr<Platform>(new Platform(config));
    platform->sealer_ = crypto::Sealer::ephemeral(platform->random_);
    platform->rate_limiter_ = cache::make_memory_rate_limiter(platform->clock_, platform->random_);
    platform->database_ = std::make_unique<db::Database>(db::DatabaseOptions{}, platform->clock_);
    platform->listener_ = std::make_unique<db::Listener>("");
    return platform;
}

Platform::~Platform() {
    if (listener_) {
        listener_->stop();
    }
    if (database_) {
        database_->close(kClosePatience);
    }
}

Result<void> Platform::open_state_folder() {
    std::error_code problem;
    std::filesystem::create_directories(config_.state_dir, problem);
    if (problem) {
        return fail(
            ErrorCode::Invalid,
            "The state folder " + config_.state_dir + " cannot be made: " + problem.message() +
                ". Choose another with state_dir, or run as root."
        );
    }
    sealer_ = TRY(crypto::Sealer::from_file_or_new(config_.state_dir + "/master.key", random_));
    return {};
}

Result<std::string> Platform::open_cluster(Migrate migrate) {
    if (!config_.database.url.empty()) {
        if (migrate == Migrate::Yes) {
            const auto& owner = config_.database.migrate_url;
            TRY(migrate_up(owner.empty() ? config_.database.url : owner));
        }
        return config_.database.url;
    }
    cluster_ = TRY(db::EmbeddedPostgres::start({.state_directory = config_.state_dir}));
    const std::string superuser = cluster_->superuser();
    TRY(db::ensure_database(cluster_->dsn(superuser, "postgres"), "hostelry"));
    if (migrate == Migrate::Yes) {
        TRY(migrate_up(cluster_->dsn(superuser)));
    }
    return cluster_->dsn("hostelry_app");
}

Result<void> Platform::migrate_up(const std::string& dsn) const {
    auto migrations = TRY(db::read_migrations(config_.migrations.directory));
    db::Migrator migrator(dsn, std::move(migrations));
    TRY(migrator.up([](const std::string& name) {
        log::info("db", "applying migration", {{"name", name}});
    }));
    return {};
}

/// Superusers and roles with BYPASSRLS see every tenant's rows, whatever the policies say.
Result<void> Platform::refuse_a_role_above_the_rules() {
    const auto rows = TRY(database_->single_statement(
        "select rolname, rolsuper or rolbypassrls as is_above from pg_catalog.pg_roles "
        "where rolname = current_user"
    ));
    if (!rows.empty() && rows.front()["is_above"].boolean()) {
        return fail(
            ErrorCode::Invalid,
            "database.url names the role " + rows.front()["rolname"].text() +
                ", which row-level security does not hold. Name hostelry_app there, and the role "
                "that migrates in database.migrate_url."
        );
    }
    return {};
}

/// Statements of this release on tables of another one fail in the middle of things.
Result<void> Platform::refuse_an_older_schema() {
    const auto migrations = TRY(db::read_migrations(config_.migrations.directory));
    const auto gap = TRY(db::compare_schema(*database_, migrations));
    if (!gap.missing.empty()) {
        return fail(
            ErrorCode::Conflict,
            "The database is of an older release: it lacks " + gap.missing.front() +
                (gap.missing.size() == 1
                     ? std::string()
                     : " and " + std::to_string(gap.missing.size() - 1) + " more") +
                ". Run \"hostelry migrate up\" first."
        );
    }
    if (!gap.unknown.empty()) {
        log::warn(
            "db",
            "the database is of a newer release; install that here too",
            {{"migration", gap.unknown.back()}}
        );
    }
    return {};
}

void Platform::open_database(const std::string& dsn) {
    rate_limiter_ = cache::make_memory_rate_limiter(clock_, random_);
    db::DatabaseOptions options;
    options.dsn = dsn;
    options.connections_max = static_cast<std::size_t>(config_.database.connections);
    query_stats_.emplace(
        metrics_, options.slow_after, [](std::string_view, std::chrono::microseconds) {}
    );
    options.on_query = [this](const db::QueryFigure& figure) {
        query_stats_->record(figure.sql, figure.took, figure.failed);
    };
    database_ = std::make_unique<db::Database>(options, clock_);
    listener_ = std::make_unique<db::Listener>(dsn);
    listener_->start();
    add_pool_figures();
    readiness_.watch("database", [this] {
        return database_->single_statement("select 1").has_value();
    });
}

void Platform::add_pool_figures() {
    const auto figure = [this](const char* name, const char* help, auto read) {
        figures_.push_back(metrics_.gauge_from(name, help, {}, [this, read] {
            return static_cast<double>(read(database_->figures()));
        }));
    };
    using Pool = db::PoolFigures;
    figure("hostelry_db_connections_max", "Database connections allowed.", [](const Pool& pool) {
        return pool.size_max;
    });
    figure("hostelry_db_connections_open", "Database connections open.", [](const Pool& pool) {
        return pool.open;
    });
    figure("hostelry_db_connections_in_use", "Database connections in use.", [](const Pool& pool) {
        return pool.in_use;
    });
    figure("hostelry_db_connections_waiting", "Threads that wait for one.", [](const Pool& pool) {
        return pool.waiting;
    });
    figure(
        "hostelry_db_connection_timeouts_total",
        "Times that none came free in time.",
        [](const Pool& pool) { return pool.wait_timeouts_total; }
    );
}

}  // namespace hostelry::app
