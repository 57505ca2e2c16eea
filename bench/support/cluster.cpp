#include "bench/support/cluster.h"

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/platform/db/database.h"
#include "core/platform/db/migrations.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace hostelry::bench {
namespace {

constexpr auto kSharedBuffersMb = 128;

[[noreturn]] void give_up(const std::string& reason) {
    std::fprintf(stderr, "%s\n", reason.c_str());
    std::exit(2);
}

}  // namespace

Cluster::Cluster()
    : state_(
          std::filesystem::temp_directory_path() / ("hostelry-bench-" + std::to_string(getpid()))
      ) {
    std::filesystem::create_directories(state_);
    std::filesystem::permissions(state_, std::filesystem::perms{0755});
    auto postgres = db::EmbeddedPostgres::start(
        {.state_directory = state_, .shared_buffers_mb = kSharedBuffersMb}
    );
    if (!postgres) {
        give_up(postgres.error().message);
    }
    postgres_ = std::move(*postgres);
    auto migrations = db::read_migrations(std::string(HOSTELRY_SOURCE_DIR) + "/migrations");
    const auto ready = db::ensure_database(dsn("postgres", "postgres"), "hostelry");
    if (!migrations || !ready || !db::Migrator(dsn("postgres"), std::move(*migrations)).up()) {
        give_up("The database cannot be migrated.");
    }
    SystemClock clock;
    SystemRandom random;
    db::Database database({.dsn = dsn("hostelry_app")}, clock);
    root_ = TenantId::make(clock, random);
    if (!database.single_statement(
            "select hostelry.create_root_tenant($1, 'Root', 'root')", root_
        )) {
        give_up("The database has no room for a tenant.");
    }
}

Cluster::~Cluster() {
    postgres_.reset();
    std::filesystem::remove_all(state_);
}

std::string Cluster::dsn(std::string_view role, std::string_view database) const {
    return postgres_->dsn(role, database);
}

}  // namespace hostelry::bench
