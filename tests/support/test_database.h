#pragma once
// A real PostgreSQL for tests: one private cluster for all test programs of a run (started when
// needed, gone some seconds after the last one), and for each TestDatabase a fresh database copied
// from a migrated template (about 50 ms).
//
//     class SitesTest : public ::testing::Test { testing::TestDatabase postgres; ... };
//     postgres.database().in_tenant(postgres.root(), [&](db::Transaction& tx) -> Result<void> { ...
//     });

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/random.h"
#include "core/platform/db/database.h"

#include <memory>
#include <string>
#include <string_view>

namespace hostelry::testing {

class TestDatabase {
public:
    /// Ends the test program with the reason when there is no cluster.
    TestDatabase();
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    /// As hostelry_app, as the product runs.
    db::Database& database() { return *database_; }
    /// As hostelry_owner, to look behind row-level security.
    db::Database& owner();
    /// Roles: hostelry_app, hostelry_owner, hostelry_backup, postgres.
    std::string dsn(std::string_view role = "hostelry_app") const;

    /// The root tenant, made with the database.
    TenantId root() const { return root_; }
    /// `kind` "client" or "reseller".
    TenantId make_tenant(TenantId parent, std::string_view slug, std::string_view kind = "client");

    /// Runs a script as hostelry_owner (or another role) with its own commit; for rare set-up only.
    void execute(std::string_view script, std::string_view role = "hostelry_owner") const;
    /// The only value of a query, as text, read as hostelry_owner; "" for NULL or no row.
    std::string value(std::string_view sql) const;
    /// Whether a statement waits for a row that another transaction holds.
    bool has_waiting_statement() const;

    const Clock& clock() const { return clock_; }
    Random& random() { return random_; }

private:
    SystemClock clock_;
    SystemRandom random_;
    std::string name_;
    std::unique_ptr<db::Database> database_;
    std::unique_ptr<db::Database> owner_;
    TenantId root_;
};

/// Where the migrations of this checkout lie.
std::string migrations_directory();
/// An empty database of the test cluster without any migration; the caller drops nothing, the
/// cluster is thrown away.
std::string make_empty_database(std::string_view name_part);
/// Connection string to a database of the test cluster.
std::string test_cluster_dsn(std::string_view role, std::string_view database);

}  // namespace hostelry::testing
