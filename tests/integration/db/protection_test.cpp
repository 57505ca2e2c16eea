// The catalogue itself: no table, function or role of the product may be weaker than security rules
// 13 to 15 say.
#include "tests/support/test_database.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace hostelry::db {
namespace {

std::set<std::string> allowed(const std::string& file) {
    std::ifstream stream(testing::migrations_directory() + "/../tests/integration/db/" + file);
    std::set<std::string> names;
    for (std::string line; std::getline(stream, line);) {
        line = line.substr(0, line.find('#'));
        line.erase(line.find_last_not_of(" \t") + 1);
        if (!line.empty()) {
            names.insert(line);
        }
    }
    return names;
}

class Protection : public ::testing::Test {
protected:
    std::set<std::string> names(const std::string& sql) {
        std::set<std::string> found;
        std::stringstream lines(
            postgres.value("select string_agg(name, E'\\n') from (" + sql + ") s (name)")
        );
        for (std::string line; std::getline(lines, line);) {
            found.insert(line);
        }
        return found;
    }

    testing::TestDatabase postgres;
};

using Names = std::set<std::string>;

constexpr auto kTables =
    " from pg_class c join pg_namespace n on n.oid = c.relnamespace "
    "where n.nspname = 'hostelry' and c.relkind in ('r', 'p') ";
constexpr auto kHasTenant =
    " exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' "
    "and a.attnum > 0 and not a.attisdropped) ";

std::string tables_where(const std::string& condition) {
    return std::string("select c.relname::text") + kTables + " and " + condition;
}

TEST_F(Protection, EveryTableHasATenantOrIsOnTheList) {
    EXPECT_EQ(
        names(tables_where("not" + std::string(kHasTenant))), allowed("tables_without_tenant.txt")
    );
}

TEST_F(Protection, EveryTenantTableForcesRowLevelSecurity) {
    EXPECT_EQ(
        names(tables_where(
            std::string(kHasTenant) + "and not (c.relrowsecurity and c.relforcerowsecurity)"
        )),
        Names{}
    );
    EXPECT_EQ(
        names(tables_where("c.relname in ('tenants', 'tenant_closure') and not (c.relrowsecurity "
                           "and c.relforcerowsecurity)")),
        Names{}
    );
}

TEST_F(Protection, TheServingRoleHasExactlyOnePolicyPerTableAndItAsksTheTree) {
    EXPECT_EQ(
        names(tables_where(
            std::string(kHasTenant) +
            "and (select count(*) from pg_policy p where p.polrelid = c.oid and (p.polroles = "
            "'{0}' or "
            "  (select oid from pg_roles where rolname = 'hostelry_app') = any (p.polroles))) <> 1"
        )),
        Names{}
    );
    EXPECT_EQ(
        names("select tablename::text from pg_policies where schemaname = 'hostelry' and "
              "'hostelry_app' = any (roles) "
              "and (qual not like '%current_tenant()%' or cmd = 'ALL' and with_check not like "
              "'%current_tenant()%')"),
        Names{}
    );
}

TEST_F(Protection, TheOwnerHasAPolicyOnEveryForcedTable) {
    EXPECT_EQ(
        names(tables_where("c.relforcerowsecurity and not exists (select from pg_policies p where "
                           "p.schemaname = 'hostelry' "
                           "and p.tablename = c.relname and p.roles = '{hostelry_owner}')")),
        Names{}
    );
}

TEST_F(Protection, KeysOfTenantTablesBeginWithTheTenant) {
    EXPECT_EQ(
        names(tables_where(
            std::string(kHasTenant) +
            "and not exists (select from pg_index i join pg_attribute a on a.attrelid = c.oid "
            "  and a.attnum = i.indkey[0] where i.indrelid = c.oid and i.indisprimary and "
            "a.attname = 'tenant_id')"
        )),
        Names{}
    );
}

TEST_F(Protection, NoForeignKeyBetweenTenantTablesLeavesTheTenantOut) {
    EXPECT_EQ(
        names(
            "select k.conname::text from pg_constraint k join pg_class c on c.oid = k.conrelid "
            "join pg_class r on r.oid = k.confrelid join pg_namespace n on n.oid = c.relnamespace "
            "where k.contype = 'f' and n.nspname = 'hostelry' and r.relname <> 'tenants' and "
            "exists "
            "(select from pg_attribute a where a.attrelid = r.oid and a.attname = 'tenant_id') and "
            "not exists "
            "(select from unnest(k.conkey) w (n) join pg_attribute a on a.attrelid = c.oid and "
            "a.attnum = w.n "
            " where a.attname = 'tenant_id')"
        ),
        Names{}
    );
}

TEST_F(Protection, EveryDefinerFunctionIsOnTheListWithAFixedSearchPath) {
    const std::string functions =
        " from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = "
        "'hostelry' and p.prosecdef ";
    EXPECT_EQ(
        names(
            "select p.proname || '(' || array_to_string(array(select format_type(t, null) "
            "from unnest(p.proargtypes) with ordinality w (t, i) order by i), ', ') || ')'" +
            functions
        ),
        allowed("definer_functions.txt")
    );
    EXPECT_EQ(
        names(
            "select p.proname::text" + functions +
            "and not coalesce('search_path=pg_catalog, hostelry, pg_temp' = any (p.proconfig), "
            "false)"
        ),
        Names{}
    );
    EXPECT_EQ(
        names(
            "select p.proname::text" + functions +
            "and (pg_get_userbyid(p.proowner) <> 'hostelry_definer' or "
            "has_function_privilege('public', p.oid, 'execute'))"
        ),
        Names{}
    );
}

TEST_F(Protection, ViewsAskWithTheRightsOfTheReader) {
    EXPECT_EQ(
        names(
            "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname = 'hostelry' and c.relkind in ('v', 'm') "
            "and not coalesce('security_invoker=true' = any (c.reloptions), false)"
        ),
        Names{}
    );
}

TEST_F(Protection, TheServingRoleOwnsNothingAndHasNoDangerousRight) {
    EXPECT_EQ(
        names(tables_where(
            "(pg_get_userbyid(c.relowner) <> 'hostelry_owner' or "
            "has_table_privilege('hostelry_app', c.oid, 'truncate, references, trigger'))"
        )),
        Names{}
    );
    EXPECT_EQ(
        names("select rolname::text from pg_roles where rolname like 'hostelry%' and "
              "(rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)"),
        Names{}
    );
    EXPECT_EQ(
        postgres.value("select rolcanlogin from pg_roles where rolname = 'hostelry_definer'"), "f"
    );
    EXPECT_EQ(
        names("select pg_get_userbyid(roleid)::text from pg_auth_members where "
              "pg_get_userbyid(member) = 'hostelry_app'"),
        Names{}
    );
    EXPECT_EQ(
        postgres.value(
            "select has_schema_privilege('hostelry_app', 'hostelry', 'create') or "
            "has_schema_privilege('hostelry_app', 'public', 'create') or "
            "has_database_privilege('hostelry_app', current_database(), 'create, temporary')"
        ),
        "f"
    );
}

TEST_F(Protection, TheServingRoleIsRefusedWhatItMustNotDo) {
    for (const auto* statement :
         {"truncate hostelry.jobs",
          "alter table hostelry.jobs disable row level security",
          "drop policy tenant_tree on hostelry.jobs",
          "set role hostelry_owner",
          "set role hostelry_definer",
          "set session authorization hostelry_owner",
          "create table hostelry.mine (a int)",
          "create temporary table mine (a int)",
          "delete from hostelry.tenants",
          "alter function hostelry.root_tenant() security invoker",
          "copy hostelry.jobs to program 'true'"}) {
        EXPECT_ANY_THROW(postgres.execute(statement, "hostelry_app")) << statement;
    }
}

TEST_F(Protection, TheBackupRoleReadsEverythingAndWritesNothing) {
    EXPECT_EQ(
        names(tables_where("not has_table_privilege('hostelry_backup', c.oid, 'select')")), Names{}
    );
    EXPECT_EQ(
        names(tables_where(
            "has_table_privilege('hostelry_backup', c.oid, 'insert, update, delete, truncate')"
        )),
        Names{}
    );
    EXPECT_ANY_THROW(postgres.execute("insert into hostelry.job_kinds select", "hostelry_backup"));
    Database backup({.dsn = postgres.dsn("hostelry_backup")}, postgres.clock());
    const auto seen = backup.in_system([](Transaction& tx) -> Result<std::int64_t> {
        return tx.query_one("select count(*) as n from hostelry.tenants")["n"].integer();
    });
    EXPECT_EQ(seen.value(), 1);
}

TEST_F(Protection, AnUnprotectedTableIsNoticed) {
    postgres.execute(
        "create table hostelry.forgotten (tenant_id uuid not null, id uuid, primary key "
        "(tenant_id, id))"
    );
    EXPECT_EQ(
        names(tables_where(
            std::string(kHasTenant) + "and not (c.relrowsecurity and c.relforcerowsecurity)"
        )),
        Names{"forgotten"}
    );
}

}  // namespace
}  // namespace hostelry::db
