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
            TRY(migrate_up(config_.database.url));
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

Result<void> Platform::migrate_up(const std::string& dsn) {
    auto migrations = TRY(db::read_migrations(config_.migrations.directory));
    db::Migrator migrator(dsn, std::move(migrations));
    TRY(migrator.up([](const std::string& name) {
        log::info("db", "applying migration", {{"name", name}});
    }));
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
    figures_.push_back(metrics_.gauge_from(
        "hostelry_db_connections_in_use",
        "Database connections in use",
        {},
        [this] { return static_cast<double>(database_->figures().in_use); }
    ));
    figures_.push_back(metrics_.gauge_from(
        "hostelry_db_connections_open",
        "Database connections open",
        {},
        [this] { return static_cast<double>(database_->figures().open); }
    ));
    readiness_.set("database", true);
}

}  // namespace hostelry::app
