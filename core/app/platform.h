#pragma once
// What every role stands on, opened in order and closed in the reverse order: the state folder, the
// master key, the database (our own private cluster when none is configured), figures and the
// listener for notices.

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/platform/cache/cache.h"
#include "core/platform/config/config.h"
#include "core/platform/crypto/sealing.h"
#include "core/platform/db/database.h"
#include "core/platform/db/embedded_postgres.h"
#include "core/platform/db/listener.h"
#include "core/platform/telemetry/metrics.h"
#include "core/platform/telemetry/query_stats.h"
#include "core/platform/telemetry/readiness.h"

#include <memory>
#include <optional>
#include <string>

namespace hostelry::app {

enum class Migrate { Yes, No };

class Platform {
public:
    /// Invalid or Unavailable with what to do about it.
    static Result<std::unique_ptr<Platform>> open(const config::Config& config, Migrate migrate);
    /// Nothing is opened and nothing may be used: for programs that only want to know the routes.
    static std::unique_ptr<Platform> detached(const config::Config& config);
    ~Platform();
    Platform(const Platform&) = delete;
    Platform& operator=(const Platform&) = delete;

    const config::Config& config() const { return config_; }
    SystemClock& clock() { return clock_; }
    SystemRandom& random() { return random_; }
    const crypto::Sealer& sealer() const { return *sealer_; }
    /// The same in every process with this master key, so that each takes the others' forms.
    std::string csrf_secret() const { return sealer_->derive("csrf"); }
    db::Database& database() { return *database_; }
    db::Listener& listener() { return *listener_; }
    cache::RateLimiter& rate_limiter() { return *rate_limiter_; }
    telemetry::Metrics& metrics() { return metrics_; }
    telemetry::Readiness& readiness() { return readiness_; }

private:
    explicit Platform(const config::Config& config);
    Result<void> open_state_folder();
    /// Answers the DSN of the serving role.
    Result<std::string> open_cluster(Migrate migrate);
    Result<void> migrate_up(const std::string& dsn) const;
    void open_database(const std::string& dsn);
    void add_pool_figures();
    Result<void> refuse_a_role_above_the_rules();
    Result<void> refuse_an_older_schema();

    config::Config config_;
    SystemClock clock_;
    SystemRandom random_;
    telemetry::Metrics metrics_;
    telemetry::Readiness readiness_;
    std::optional<telemetry::QueryStats> query_stats_;
    std::optional<crypto::Sealer> sealer_;
    std::unique_ptr<cache::RateLimiter> rate_limiter_;
    std::unique_ptr<db::EmbeddedPostgres> cluster_;
    std::unique_ptr<db::Database> database_;
    std::unique_ptr<db::Listener> listener_;
    std::vector<telemetry::Metrics::Registration> figures_;
};

}  // namespace hostelry::app
