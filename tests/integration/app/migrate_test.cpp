#include "core/app/migrate_command.h"

#include "tests/support/test_database.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hostelry::app {
namespace {

using hostelry::testing::make_empty_database;
using hostelry::testing::test_cluster_dsn;

class MigrateCommand : public ::testing::Test {
protected:
    MigrateCommand() {
        config.migrations.directory = hostelry::testing::migrations_directory();
        const auto name = make_empty_database("migrate");
        config.database.url = test_cluster_dsn("hostelry_app", name);
        config.database.migrate_url = test_cluster_dsn("postgres", name);
    }
    std::ptrdiff_t pending() {
        const auto list = MigrationTarget::open(config).value().status().value();
        return std::count_if(list.begin(), list.end(), [](const auto& one) {
            return !one.applied_at;
        });
    }
    config::Config config;
};

TEST_F(MigrateCommand, AppliesTakesBackAndSaysWhereItStands) {
    const auto all = pending();
    EXPECT_GT(all, 10);
    auto target = MigrationTarget::open(config).value();
    EXPECT_EQ(static_cast<std::ptrdiff_t>(target.up().value().size()), all);
    EXPECT_EQ(pending(), 0);
    EXPECT_TRUE(target.up().value().empty());
    EXPECT_GT(target.down_to(40).value().size(), 0U);
    EXPECT_GT(pending(), 0);
    EXPECT_GT(target.up().value().size(), 0U);
}

TEST_F(MigrateCommand, TakesNothingBackWithoutBeingToldHowFar) {
    const auto refused = run_migrate(config, MigrateVerb::Down, std::nullopt, false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fields.at(0).field, "to");
}

}  // namespace
}  // namespace hostelry::app
