#include "tests/support/test_database.h"

#include "tests/support/test_cluster.h"

#include <fmt/format.h>
#include <pqxx/pqxx>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace hostelry::testing {
namespace {

std::string fresh_name(std::string_view part) {
    static std::atomic<int> count{0};
    return fmt::format("test_{}_{}_{}", part, getpid(), ++count);
}

void administrate(const std::string& sql) {
    pqxx::connection link(test_cluster_dsn("postgres", "postgres"));
    pqxx::nontransaction{link}.exec(sql);
}

}  // namespace

TestDatabase::TestDatabase() : name_(fresh_name("db")), root_(TenantId::make(clock_, random_)) {
    administrate(
        fmt::format("create database {} template {}", name_, TestCluster::get().template_name())
    );
    database_ = std::make_unique<db::Database>(
        db::DatabaseOptions{.dsn = dsn(), .statement_timeout = std::chrono::seconds{20}}, clock_
    );
    execute(
        fmt::format(
            "revoke all on database {0} from public; "
            "grant connect on database {0} to hostelry_owner, hostelry_app, hostelry_backup; "
            "select hostelry.create_root_tenant('{1}', 'Root', 'root')",
            name_,
            root_.to_string()
        ),
        "postgres"
    );
}

TestDatabase::~TestDatabase() {
    database_.reset();
    owner_.reset();
    try {
        administrate(fmt::format("drop database {} with (force)", name_));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s stays: %s\n", name_.c_str(), error.what());
    }
}

db::Database& TestDatabase::owner() {
    if (owner_ == nullptr) {
        owner_ = std::make_unique<db::Database>(
            db::DatabaseOptions{.dsn = dsn("hostelry_owner")}, clock_
        );
    }
    return *owner_;
}

std::string TestDatabase::dsn(std::string_view role) const {
    return test_cluster_dsn(role, name_);
}

TenantId TestDatabase::make_tenant(TenantId parent, std::string_view slug, std::string_view kind) {
    const auto id = TenantId::make(clock_, random_);
    const auto made = database().in_tenant(root_, [&](db::Transaction& tx) -> Result<void> {
        tx.execute(
            "insert into hostelry.tenants (id, parent_id, name, slug, kind) values ($1, $2, $3, "
            "$3, $4)",
            id,
            parent,
            slug,
            kind
        );
        return {};
    });
    if (!made) {
        std::fprintf(stderr, "make_tenant: %s\n", made.error().cause.c_str());
        std::abort();
    }
    return id;
}

void TestDatabase::execute(std::string_view script, std::string_view role) const {
    pqxx::connection link(dsn(role));
    pqxx::nontransaction{link}.exec(std::string(script));
}

std::string TestDatabase::value(std::string_view sql) const {
    pqxx::connection link(dsn("hostelry_owner"));
    const auto answer = pqxx::nontransaction{link}.exec(std::string(sql));
    return answer.empty() || answer[0][0].is_null() ? std::string{}
                                                    : answer[0][0].as<std::string>();
}

bool TestDatabase::has_waiting_statement() const {
    // A wait for a row is one for the transaction that holds it, which belongs to no database.
    return value(
               "select count(*) from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a "
               "on a.pid = l.pid where not l.granted and a.datname = current_database()"
           ) != "0";
}

std::string make_empty_database(std::string_view name_part) {
    const std::string name = fresh_name(name_part);
    administrate("create database " + name);
    return name;
}

}  // namespace hostelry::testing
