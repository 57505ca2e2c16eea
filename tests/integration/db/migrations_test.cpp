#include "core/platform/db/migrations.h"

#include "tests/support/scratch_folder.h"
#include "tests/support/test_database.h"

#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include <filesystem>
#include <fstream>
#include <thread>

namespace hostelry::db {
namespace {

/// The statements of a file; a ";" inside $$ ... $$ or behind -- does not end one.
std::vector<std::string> statements_of(const std::string& script) {
    std::vector<std::string> statements;
    std::string statement;
    bool in_body = false;
    for (std::size_t i = 0; i < script.size(); ++i) {
        if (!in_body && script.compare(i, 2, "--") == 0) {
            i = script.find('\n', i);
            continue;
        }
        if (script.compare(i, 2, "$$") == 0) {
            in_body = !in_body;
            statement += "$$";
            ++i;
            continue;
        }
        statement += script[i];
        if (script[i] == ';' && !in_body) {
            statements.push_back(std::exchange(statement, {}));
        }
    }
    return statements;
}

class Migrations : public ::testing::Test {
protected:
    Migrations() : name(testing::make_empty_database("migrate")) {}

    std::string dsn(std::string_view role = "postgres") const {
        return testing::test_cluster_dsn(role, name);
    }
    std::vector<Migration> product() const {
        return read_migrations(testing::migrations_directory()).value();
    }

    /// Everything that a migration can leave behind, as one text.
    std::string schema() const {
        pqxx::connection link(dsn());
        pqxx::nontransaction session(link);
        std::string text;
        for (const auto* sql :
             {"select c.relname || ' ' || c.relkind::text || ' ' || coalesce(c.relacl::text, '') "
              "|| "
              "c.relforcerowsecurity::text "
              "from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = "
              "'hostelry'",
              "select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) "
              "|| a.attnotnull::text || "
              "coalesce(pg_get_expr(d.adbin, d.adrelid), '') from pg_attribute a join pg_class c "
              "on c.oid = a.attrelid "
              "join pg_namespace n on n.oid = c.relnamespace left join pg_attrdef d on d.adrelid = "
              "c.oid "
              "and d.adnum = a.attnum where n.nspname = 'hostelry' and a.attnum > 0 and c.relkind "
              "= 'r'",
              "select conname || pg_get_constraintdef(oid) from pg_constraint "
              "where connamespace = (select oid from pg_namespace where nspname = 'hostelry')",
              "select indexdef from pg_indexes where schemaname = 'hostelry'",
              "select tablename || policyname || roles::text || coalesce(qual, '') || "
              "coalesce(with_check, '') "
              "from pg_policies where schemaname = 'hostelry'",
              "select p.oid::regprocedure::text || md5(p.prosrc) || coalesce(p.proacl::text, '') "
              "|| "
              "p.prosecdef::text || "
              "p.proowner::regrole::text from pg_proc p join pg_namespace n on n.oid = "
              "p.pronamespace "
              "where n.nspname = 'hostelry'",
              "select pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = "
              "t.tgrelid "
              "join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'hostelry' and not "
              "tgisinternal",
              "select defaclrole::regrole::text || defaclobjtype::text || "
              "coalesce(defaclnamespace::regnamespace::text, '') || "
              "defaclacl::text from pg_default_acl"}) {
            for (const auto& row :
                 session.exec("select * from (" + std::string(sql) + ") s (line) order by line")) {
                text += row[0].as<std::string>("") + "\n";
            }
        }
        return text;
    }

    std::string name;
};

TEST_F(Migrations, GoUpDownAndUpAgainToTheSameSchema) {
    Migrator migrator(dsn(), product());
    ASSERT_EQ(migrator.up().value().size(), product().size());
    const auto before = schema();
    EXPECT_EQ(migrator.up().value().size(), 0U) << "a second run has nothing to do";
    const auto down = migrator.down_to(0);
    ASSERT_TRUE(down) << down.error().message;
    EXPECT_EQ(down->size(), product().size());
    EXPECT_EQ(down->front(), product().back().name);
    const auto up = migrator.up();
    ASSERT_TRUE(up) << up.error().message;
    EXPECT_EQ(schema(), before);
}

TEST_F(Migrations, KilledAfterEachStatementAndRunAgainReachTheSameSchema) {
    const auto files = product();
    const auto reference_name = testing::make_empty_database("reference");
    Migrations::name.swap(const_cast<std::string&>(reference_name));
    ASSERT_TRUE(Migrator(dsn(), files).up());
    const auto wanted = schema();
    Migrations::name.swap(const_cast<std::string&>(reference_name));

    std::vector<Migration> before;
    int kills = 0;
    for (const auto& file : files) {
        // Every statement of every file: its transaction is torn away by the end of the connection.
        const auto statements = statements_of(file.up);
        for (std::size_t killed_after = 1; killed_after <= statements.size(); ++killed_after) {
            pqxx::connection link(dsn());
            pqxx::work half(link);
            if (file.number > 1) {
                half.exec("set local role hostelry_owner");
            }
            for (std::size_t i = 0; i < killed_after; ++i) {
                half.exec(statements[i]);
            }
            link.disconnect();
            ++kills;
        }
        before.push_back(file);
        const auto up = Migrator(dsn(), before).up();
        ASSERT_TRUE(up) << up.error().message;
        ASSERT_EQ(*up, std::vector<std::string>{file.name});
    }
    EXPECT_GT(kills, 50);
    EXPECT_EQ(schema(), wanted);
}

TEST_F(Migrations, TwoRunnersAtOnceApplyEachFileOnce) {
    std::size_t applied[2] = {};
    std::vector<std::thread> threads;
    for (auto& count : applied) {
        threads.emplace_back([&] {
            const auto up = Migrator(dsn(), product()).up();
            EXPECT_TRUE(up) << up.error().message;
            count = up ? up->size() : 0;
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(applied[0] + applied[1], product().size());
}

Migration make(int number, const std::string& up, const std::string& down = "select 1") {
    return {
        .number = number,
        .name = "000" + std::to_string(number) + "_test_x",
        .up = up,
        .down = down,
        .checksum = up};
}
// The first file makes the role that the others run as.
const std::string kRole = "select 1";

TEST_F(Migrations, AChangedFileIsRefusedByName) {
    ASSERT_TRUE(Migrator(dsn(), {make(1, kRole)}).up());
    const auto refused = Migrator(dsn(), {make(1, "select 2")}).up();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
    EXPECT_NE(refused.error().message.find("0001_test_x"), std::string::npos);
}

TEST_F(Migrations, AFailingFileLeavesNothingOfItself) {
    ASSERT_TRUE(
        Migrator(dsn(), {make(1, "create schema hostelry authorization hostelry_owner")}).up()
    );
    const auto broken = make(2, "create table hostelry.half (a int); select no_such_column;");
    const auto failed =
        Migrator(dsn(), {make(1, "create schema hostelry authorization hostelry_owner"), broken})
            .up();
    ASSERT_FALSE(failed);
    EXPECT_NE(failed.error().message.find("0002_test_x"), std::string::npos);
    EXPECT_EQ(schema().find("half"), std::string::npos);
}

TEST_F(Migrations, StatusTellsAppliedMissingChangedAndUnknown) {
    ASSERT_TRUE(Migrator(dsn(), {make(1, kRole), make(2, kRole)}).up());
    const auto status = Migrator(dsn(), {make(1, "select 2"), make(3, kRole)}).status().value();
    ASSERT_EQ(status.size(), 3U);
    EXPECT_TRUE(status[0].changed && status[0].applied_at);
    EXPECT_FALSE(status[1].applied_at);
    EXPECT_TRUE(status[2].unknown);
    EXPECT_EQ(Migrator(dsn(), {make(1, kRole)}).down_to(0).error().code, ErrorCode::Conflict);
}

TEST_F(Migrations, WhoOnlyServesSeesWhetherTheSchemaIsItsOwn) {
    auto all = product();
    ASSERT_TRUE(Migrator(dsn(), all).up());
    const SystemClock clock;
    Database app({.dsn = dsn("hostelry_app"), .on_query = {}}, clock);
    auto gap = compare_schema(app, all).value();
    EXPECT_TRUE(gap.missing.empty() && gap.unknown.empty());
    const auto known = std::exchange(all.back(), make(9, kRole)).name;
    gap = compare_schema(app, all).value();
    EXPECT_EQ(gap.missing, std::vector<std::string>{"0009_test_x"});
    EXPECT_EQ(gap.unknown, std::vector<std::string>{known});
}

TEST_F(Migrations, AnEmptyDatabaseLacksThemAll) {
    const SystemClock clock;
    Database app({.dsn = dsn(), .on_query = {}}, clock);
    EXPECT_EQ(
        compare_schema(app, {make(1, kRole)})->missing, std::vector<std::string>{"0001_test_x"}
    );
}

TEST_F(Migrations, AFileWithoutTransactionRunsStatementByStatement) {
    const std::string script =
        "-- no transaction\ncreate table public.t (a int);\ncreate index concurrently i on "
        "public.t (a);\n";
    const auto up = Migrator(dsn(), {make(1, script)}).up();
    EXPECT_TRUE(up) << up.error().message;
}

class MigrationFolder : public ::testing::Test {
protected:
    void write(const std::string& file) const { std::ofstream(folder / file) << "select 1;"; }
    testing::ScratchFolder scratch;
    std::filesystem::path folder = scratch.path();
};

TEST_F(MigrationFolder, IsReadInOrder) {
    for (const auto* file :
         {"0002_a_b.up.sql", "0002_a_b.down.sql", "0001_a.up.sql", "0001_a.down.sql"}) {
        write(file);
    }
    const auto read = read_migrations(folder).value();
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[0].name, "0001_a");
    EXPECT_EQ(read[1].number, 2);
}

TEST_F(MigrationFolder, RefusesAMissingWayBackADoubleNumberAndAnOddName) {
    write("0001_a.up.sql");
    EXPECT_NE(read_migrations(folder).error().message.find("0001_a.down.sql"), std::string::npos);
    write("0001_a.down.sql");
    write("0001_b.up.sql");
    write("0001_b.down.sql");
    EXPECT_NE(read_migrations(folder).error().message.find("0001"), std::string::npos);
    std::filesystem::remove(folder / "0001_b.up.sql");
    write("1_b.up.sql");
    EXPECT_NE(read_migrations(folder).error().message.find("1_b.up.sql"), std::string::npos);
}

}  // namespace
}  // namespace hostelry::db
