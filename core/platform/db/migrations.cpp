#include "core/platform/db/migrations.h"

#include "core/base/text.h"
#include "core/base/time.h"
#include "core/platform/crypto/digest.h"

#include <fmt/format.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace hostelry::db {
namespace {

// One runner at a time per database; the others wait this long.
constexpr int kLockWaitSeconds = 120;
constexpr std::string_view kNoTransaction = "-- no transaction";

struct Applied {
    int number;
    std::string name;
    std::string checksum;
    TimePoint at;
};

Result<std::string> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.good() && !file.eof()) {
        return fail(ErrorCode::Invalid, "The migration " + path.string() + " cannot be read.");
    }
    return text;
}

/// Statements of a file that runs outside a transaction: each ends with a ";" at the end of a line.
std::vector<std::string> split_statements(const std::string& script) {
    std::vector<std::string> statements;
    std::string statement;
    for (const auto& line : split(script, '\n')) {
        statement += line + '\n';
        if (trim(line).ends_with(';')) {
            statements.push_back(std::exchange(statement, {}));
        }
    }
    if (!trim(statement).empty()) {
        statements.push_back(statement);
    }
    return statements;
}

/// A connection that holds the runner's lock.
class Runner {
public:
    explicit Runner(const std::string& dsn) : link_(dsn) {
        pqxx::nontransaction session(link_);
        session.exec(fmt::format(
            "set client_min_messages = warning; set datestyle = 'ISO'; set timezone = 'UTC';"
            "set search_path = hostelry; set lock_timeout = '{}s'",
            kLockWaitSeconds
        ));
        session.exec("select pg_advisory_lock(7305, 100)");
        session.exec(
            "create schema if not exists hostelry_migrations;"
            "create table if not exists hostelry_migrations.applied ("
            " number int primary key, name text not null, checksum text not null,"
            " applied_at timestamptz not null default now());"
            // Who serves sees whether the schema is its own; see compare_schema().
            "grant usage on schema hostelry_migrations to public;"
            "grant select on hostelry_migrations.applied to public"
        );
    }

    std::vector<Applied> applied() {
        pqxx::nontransaction session(link_);
        std::vector<Applied> list;
        for (const auto& row : session.exec("select number, name, checksum, applied_at from "
                                            "hostelry_migrations.applied order by number")) {
            list.push_back(
                {row[0].as<int>(),
                 row[1].as<std::string>(),
                 row[2].as<std::string>(),
                 parse_rfc3339(row[3].as<std::string>()).value_or(TimePoint{})}
            );
        }
        return list;
    }

    void apply(const Migration& migration) {
        const std::string record = fmt::format(
            "insert into hostelry_migrations.applied (number, name, checksum) values ({}, {}, {})",
            migration.number,
            link_.quote(migration.name),
            link_.quote(migration.checksum)
        );
        run(migration.number, migration.up, record);
    }

    void take_back(const Migration& migration) {
        run(migration.number,
            migration.down,
            fmt::format(
                "delete from hostelry_migrations.applied where number = {}", migration.number
            ));
    }

private:
    void run(int number, const std::string& script, const std::string& record) {
        if (script.starts_with(kNoTransaction)) {
            pqxx::nontransaction session(link_);
            for (const auto& statement : split_statements(script)) {
                session.exec(statement);
            }
            session.exec(record);
            return;
        }
        pqxx::work transaction(link_);
        become_owner(transaction, number);
        transaction.exec(script);
        transaction.exec("reset role");
        transaction.exec(record);
        transaction.commit();
    }

    /// Objects belong to hostelry_owner. The first migration makes that role, so it keeps its own.
    static void become_owner(pqxx::work& transaction, int number) {
        if (number > 1) {
            transaction.exec("set local role hostelry_owner");
        }
    }

    pqxx::connection link_;
};

Error failed(const std::string& doing, const std::exception& cause) {
    return {
        .code = ErrorCode::Internal,
        .message = doing + ": " + cause.what(),
        .fields = {},
        .cause = cause.what(),
        .retry_after = {},
    };
}

Result<void> refuse_changed(
    const std::vector<Migration>& files, const std::vector<Applied>& applied
) {
    for (const auto& was : applied) {
        const auto file = std::ranges::find(files, was.number, &Migration::number);
        if (file != files.end() && file->checksum != was.checksum) {
            return fail(
                ErrorCode::Conflict,
                fmt::format(
                    "The migration {} was applied on {} from a file with other contents. An "
                    "applied "
                    "migration never changes: restore the file, or add a new migration.",
                    was.name,
                    format_rfc3339(was.at)
                )
            );
        }
    }
    return {};
}

}  // namespace

Result<std::vector<Migration>> read_migrations(const std::filesystem::path& directory) {
    static const std::regex kShape(R"((\d{4})_[a-z0-9]+(_[a-z0-9]+)*\.(up|down)\.sql)");
    std::vector<Migration> migrations;
    std::set<int> numbers;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
        const std::string file = entry.path().filename().string();
        std::smatch match;
        if (!file.ends_with(".sql")) {
            continue;
        }
        if (!std::regex_match(file, match, kShape)) {
            return fail(
                ErrorCode::Invalid,
                "The migration " + file + " is not named NNNN_feature_what.up.sql."
            );
        }
        if (match[3] == "down") {
            continue;
        }
        Migration migration{};
        migration.number = std::stoi(match[1]);
        migration.name = file.substr(0, file.size() - std::string_view{".up.sql"}.size());
        migration.up = TRY(read_file(entry.path()));
        const auto down = directory / (migration.name + ".down.sql");
        if (!std::filesystem::exists(down)) {
            return fail(
                ErrorCode::Invalid,
                "The migration " + file + " has no " + down.filename().string() + "."
            );
        }
        migration.down = TRY(read_file(down));
        migration.checksum = crypto::sha256_hex(migration.up);
        if (!numbers.insert(migration.number).second) {
            return fail(
                ErrorCode::Invalid,
                fmt::format("Two migrations have the number {:04}.", migration.number)
            );
        }
        migrations.push_back(std::move(migration));
    }
    if (error || migrations.empty()) {
        return fail(ErrorCode::Invalid, "There are no migrations in " + directory.string() + ".");
    }
    std::ranges::sort(migrations, {}, &Migration::number);
    return migrations;
}

Migrator::Migrator(std::string dsn, std::vector<Migration> migrations)
    : dsn_(std::move(dsn)), migrations_(std::move(migrations)) {}

Result<std::vector<std::string>> Migrator::up(
    const std::function<void(const std::string&)>& on_progress
) {
    std::vector<std::string> done;
    std::string at = "connect";
    try {
        Runner runner(dsn_);
        const auto applied = runner.applied();
        TRY(refuse_changed(migrations_, applied));
        for (const auto& migration : migrations_) {
            if (std::ranges::find(applied, migration.number, &Applied::number) != applied.end()) {
                continue;
            }
            at = migration.name;
            if (on_progress) {
                on_progress(migration.name);
            }
            runner.apply(migration);
            done.push_back(migration.name);
        }
        return done;
    } catch (const std::exception& error) {
        return tl::unexpected(failed("The migration stopped at " + at, error));
    }
}

Result<std::vector<std::string>> Migrator::down_to(int target) {
    std::vector<std::string> done;
    std::string at = "connect";
    try {
        Runner runner(dsn_);
        auto applied = runner.applied();
        std::ranges::reverse(applied);
        for (const auto& was : applied) {
            if (was.number <= target) {
                continue;
            }
            at = was.name;
            const auto file = std::ranges::find(migrations_, was.number, &Migration::number);
            if (file == migrations_.end()) {
                return fail(
                    ErrorCode::Conflict,
                    "The migration " + was.name +
                        " was applied by another release; its files are not here."
                );
            }
            runner.take_back(*file);
            done.push_back(was.name);
        }
        return done;
    } catch (const std::exception& error) {
        return tl::unexpected(failed("Taking back stopped at " + at, error));
    }
}

Result<std::vector<MigrationStatus>> Migrator::status() {
    try {
        const auto applied = Runner(dsn_).applied();
        std::vector<MigrationStatus> list;
        for (const auto& file : migrations_) {
            const auto was = std::ranges::find(applied, file.number, &Applied::number);
            MigrationStatus status{.name = file.name, .applied_at = {}};
            if (was != applied.end()) {
                status.applied_at = was->at;
                status.changed = was->checksum != file.checksum;
            }
            list.push_back(std::move(status));
        }
        for (const auto& was : applied) {
            if (std::ranges::find(migrations_, was.number, &Migration::number) ==
                migrations_.end()) {
                list.push_back(
                    {.name = was.name, .applied_at = was.at, .changed = false, .unknown = true}
                );
            }
        }
        return list;
    } catch (const std::exception& error) {
        return tl::unexpected(failed("The state of the migrations cannot be read", error));
    }
}

Result<SchemaGap> compare_schema(Database& database, const std::vector<Migration>& migrations) {
    const auto table =
        TRY(database.single_statement("select to_regclass('hostelry_migrations.applied') as name"));
    std::set<std::string> applied;
    if (!table.front()["name"].is_null()) {
        const auto rows =
            TRY(database.single_statement("select name from hostelry_migrations.applied"));
        for (const auto& row : rows) {
            applied.insert(row["name"].text());
        }
    }
    SchemaGap gap;
    for (const auto& migration : migrations) {
        if (applied.erase(migration.name) == 0) {
            gap.missing.push_back(migration.name);
        }
    }
    gap.unknown.assign(applied.begin(), applied.end());
    return gap;
}

Result<void> ensure_database(const std::string& maintenance_dsn, const std::string& name) {
    static const std::regex kShape("[a-z][a-z0-9_]{0,62}");
    if (!std::regex_match(name, kShape)) {
        return fail(ErrorCode::Invalid, "\"" + name + "\" cannot be the name of a database.");
    }
    try {
        pqxx::connection link(maintenance_dsn);
        pqxx::nontransaction session(link);
        const bool exists =
            !session.exec_params("select from pg_catalog.pg_database where datname = $1", name)
                 .empty();
        if (!exists) {
            session.exec("create database " + link.quote_name(name));
        }
        return {};
    } catch (const pqxx::sql_error& error) {
        if (error.sqlstate() == "42P04" || error.sqlstate() == "23505") {
            return {};  // made by somebody else meanwhile
        }
        return tl::unexpected(failed("The database \"" + name + "\" could not be made", error));
    } catch (const std::exception& error) {
        return tl::unexpected(failed("The database \"" + name + "\" could not be made", error));
    }
}

}  // namespace hostelry::db
