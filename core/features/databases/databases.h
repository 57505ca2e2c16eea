#pragma once
// The front door of databases. The sites feature adds and removes them with their site; people list
// them and reset passwords.

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/features/databases/database_store.h"
#include "core/features/databases/site_database.h"
#include "core/features/shell/shell.h"
#include "core/features/users/caller.h"
#include "core/platform/crypto/sealing.h"
#include "core/platform/db/database.h"
#include "core/platform/http/route.h"
#include "core/platform/queue/queue.h"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>
#include <vector>

namespace hostelry::databases {

// What the sites feature uses, inside its own transactions.

struct NewSiteDatabase {
    TenantId tenant{};
    Uuid site{};
    std::string site_key{};
    std::string site_domain{};
    ServerId server{};
};
/// The site's first database and user, both named like the site, with a password of its own.
SiteDatabase add_site_database(
    db::Transaction& tx,
    const crypto::Sealer& sealer,
    const Clock& clock,
    Random& random,
    const NewSiteDatabase& facts
);
/// What a job needs to make a database or to write the site's configuration.
struct DatabaseAccess {
    SiteDatabase database{};
    std::string password{};
};
/// A reset that is under way counts: the next password is the one on the server.
Result<std::vector<DatabaseAccess>> site_database_access(
    db::Transaction& tx, const crypto::Sealer& sealer, TenantId tenant, const Uuid& site
);
void set_site_databases_made(db::Transaction& tx, TenantId tenant, const Uuid& site, bool is_made);

/// What the jobs of this feature reach outside; the sites feature gives it.
class DatabaseHosts {
public:
    virtual ~DatabaseHosts() = default;
    /// Carries out actions on the site's server.
    virtual Result<nlohmann::json> apply(
        const SiteDatabase& database, const nlohmann::json& actions, queue::StepContext& step
    ) = 0;
    /// Writes the site's configuration again, after a password has changed.
    virtual Result<void> write_configuration(
        const SiteDatabase& database, queue::StepContext& step
    ) = 0;
};

struct PasswordReset {
    SiteDatabase database{};
    JobId job{};
};

class Databases {
public:
    struct Needs {
        db::Database& database;
        const Clock& clock;
        Random& random;
        const crypto::Sealer& sealer;
        shell::Shell& shell;
        DatabaseHosts& hosts;
    };
    explicit Databases(Needs needs) : needs_(needs) {}

    void add_routes(http::Router& router);
    /// "database.password" and the hourly "databases.measure".
    void add_jobs(queue::Registry& registry);

    Result<DatabasePage> list(
        const users::Caller& caller,
        const std::string& words,
        const std::string& after,
        std::int64_t count_max
    );
    Result<SiteDatabase> get(const users::Caller& caller, DatabaseId id);
    /// Makes a new password on the server and in the site's configuration, by a job. Conflict while
    /// one is under way.
    Result<PasswordReset> reset_password(const users::Caller& caller, DatabaseId id);

private:
    void add_pages(http::Router& router);
    void add_api(http::Router& router);

    Result<nlohmann::json> change_on_server(queue::StepContext& step);
    Result<void> change_back(queue::StepContext& step);
    Result<nlohmann::json> keep_password(queue::StepContext& step);
    Result<nlohmann::json> write_configuration(queue::StepContext& step);
    Result<nlohmann::json> measure(queue::StepContext& step);
    Result<nlohmann::json> ask_for_size(const SiteDatabase& database, queue::StepContext& step);

    Result<SiteDatabase> database_of(queue::StepContext& step);
    Result<void> put_password(
        queue::StepContext& step, const SiteDatabase& database, const std::string& sealed
    );

    Needs needs_;
};

}  // namespace hostelry::databases
