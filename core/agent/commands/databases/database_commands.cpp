#include "core/agent/commands/databases/database_commands.h"

#include "core/agent/runtime/mariadb.h"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>

namespace hostelry::agent {
namespace {

struct DatabaseFacts {
    std::string site;
    std::string name;
    std::string user;
    std::string password;
    std::int64_t connections = 30;  ///< At once; the server has them for all its sites together.
};
struct RemovalFacts {
    std::string site;
    std::string name;
    std::string user;
};
struct PasswordFacts {
    std::string site;
    std::string user;
    std::string password;
};
struct SizeFacts {
    std::string name;
};

FieldFacts secret() {
    return {.label = "Password", .kind = Kind::Password, .required = true, .min = 12, .max = 200};
}

}  // namespace

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::DatabaseFacts>() {
    using hostelry::agent::DatabaseFacts;
    static const Description kDescription{
        "DatabaseFacts",
        {field<&DatabaseFacts::site>("site", agent::needed("Site")),
         field<&DatabaseFacts::name>("name", agent::needed("Database")),
         field<&DatabaseFacts::user>("user", agent::needed("User")),
         field<&DatabaseFacts::password>("password", agent::secret()),
         field<&DatabaseFacts::connections>(
             "connections", {.label = "Connections at once", .min = 1, .max = 1000}
         )}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::RemovalFacts>() {
    using hostelry::agent::RemovalFacts;
    static const Description kDescription{
        "RemovalFacts",
        {field<&RemovalFacts::site>("site", agent::needed("Site")),
         field<&RemovalFacts::name>("name", agent::needed("Database")),
         field<&RemovalFacts::user>("user", agent::needed("User"))}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::PasswordFacts>() {
    using hostelry::agent::PasswordFacts;
    static const Description kDescription{
        "PasswordFacts",
        {field<&PasswordFacts::site>("site", agent::needed("Site")),
         field<&PasswordFacts::user>("user", agent::needed("User")),
         field<&PasswordFacts::password>("password", agent::secret())}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::SizeFacts>() {
    using hostelry::agent::SizeFacts;
    static const Description kDescription{
        "SizeFacts", {field<&SizeFacts::name>("name", agent::needed("Database"))}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

constexpr const char* kServerSocket = "/run/mysqld/mysqld.sock";

std::string site_of(const std::string& name) {
    return name.substr(0, name.find('_'));
}

void check_database_name(
    Problems& problems, const std::string& site, std::string field, const std::string& name
) {
    problems.unless(
        is_database_name_of(site, name),
        std::move(field),
        "A site's database and its user are named like the site, or like the site, \"_\" and 1-20 "
        "of a-z, 0-9 and _."
    );
}

std::string account_name(const std::string& user) {
    return sql_text(user) + "@" + sql_text("localhost");
}

struct Present {
    bool database = false;
    bool user = false;
    bool password = false;
    bool connections = false;
    bool grant = false;
    bool all() const { return database && user && password && connections && grant; }
};

Result<Present> look(const DatabaseFacts& facts) {
    const auto rows = TRY(run_sql(
        "SELECT 'database', SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = " +
        sql_text(facts.name) + ";\n" +
        "SELECT 'user', authentication_string FROM mysql.user WHERE Host = 'localhost' AND User "
        "= " +
        sql_text(facts.user) + ";\n" +
        "SELECT 'connections', max_user_connections FROM mysql.user WHERE Host = 'localhost' AND "
        "User = " +
        sql_text(facts.user) + ";\n" +
        "SELECT 'grant', REPLACE(Db, CHAR(92), '') FROM mysql.db WHERE Host = 'localhost' AND User "
        "= " +
        sql_text(facts.user) + " AND Insert_priv = 'Y' AND Drop_priv = 'Y';\n"
    ));
    Present present;
    for (const auto& row : rows) {
        if (row.size() != 2) {
            continue;
        }
        present.database = present.database || row[0] == "database";
        present.user = present.user || row[0] == "user";
        present.password = present.password ||
                           (row[0] == "user" && row[1] == native_password_hash(facts.password));
        present.connections = present.connections || (row[0] == "connections" &&
                                                      row[1] == std::to_string(facts.connections));
        present.grant = present.grant || (row[0] == "grant" && row[1] == facts.name);
    }
    return present;
}

std::string identified_by(const std::string& password) {
    return " IDENTIFIED VIA mysql_native_password USING " +
           sql_text(native_password_hash(password));
}

Result<bool> drop(const std::string& name, const std::string& user) {
    const auto rows = TRY(run_sql(
        "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = " + sql_text(name) +
        " UNION ALL SELECT 2 FROM mysql.user WHERE Host = 'localhost' AND User = " +
        sql_text(user) + ";\n"
    ));
    if (rows.empty()) {
        return false;
    }
    TRY(run_sql(
        "DROP DATABASE IF EXISTS " + sql_name(name) + ";\nDROP USER IF EXISTS " +
        account_name(user) + ";\n"
    ));
    return true;
}

class EnsureDatabase final : public SiteCommand<DatabaseFacts> {
public:
    using SiteCommand::SiteCommand;

    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        check_database_name(problems, facts.site, "name", facts.name);
        check_database_name(problems, facts.site, "user", facts.user);
    }

    Result<Outcome> preview(Host& /*host*/) const override {
        const auto present = TRY(look(facts));
        if (present.all()) {
            return unchanged("The database is there.");
        }
        std::string diff = present.database ? "" : "+ database " + facts.name + "\n";
        diff += present.user ? "~ user " : "+ user ";
        return changed("The database would be made.", diff + facts.user + "\n");
    }

    Result<Outcome> apply(Host& /*host*/, const Memory& memory) const override {
        const auto present = TRY(look(facts));
        if (present.all()) {
            return unchanged("The database is there.");
        }
        if (present.database) {
            memory.keep("database");
        }
        TRY(run_sql(
            "CREATE DATABASE IF NOT EXISTS " + sql_name(facts.name) +
            " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\n" + "CREATE USER IF NOT EXISTS " +
            account_name(facts.user) + identified_by(facts.password) + ";\n" + "ALTER USER " +
            account_name(facts.user) + identified_by(facts.password) +
            " WITH MAX_USER_CONNECTIONS " + std::to_string(facts.connections) + ";\n" +
            "GRANT ALL PRIVILEGES ON " + sql_pattern(facts.name) + ".* TO " +
            account_name(facts.user) + ";\n"
        ));
        return changed("The database and its user are made.");
    }

    Result<Outcome> undo(Host& /*host*/, const Memory& memory) const override {
        if (memory.before()) {
            return unchanged("The database was there before and stays.");
        }
        return TRY(drop(facts.name, facts.user)) ? changed("The database is removed.")
                                                 : unchanged("There is no such database.");
    }
};

class RemoveDatabase final : public WithoutUndo<SiteCommand<RemovalFacts>> {
public:
    using WithoutUndo::WithoutUndo;

    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        check_database_name(problems, facts.site, "name", facts.name);
        check_database_name(problems, facts.site, "user", facts.user);
    }
    Result<Outcome> preview(Host& /*host*/) const override {
        return changed("The database would be removed.", "- database " + facts.name + "\n");
    }
    Result<Outcome> apply(Host& /*host*/, const Memory& /*memory*/) const override {
        return TRY(drop(facts.name, facts.user)) ? changed("The database is removed.")
                                                 : unchanged("There is no such database.");
    }
};

class SetPassword final : public WithoutUndo<SiteCommand<PasswordFacts>> {
public:
    using WithoutUndo::WithoutUndo;

    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        check_database_name(problems, facts.site, "user", facts.user);
    }
    Result<Outcome> preview(Host& /*host*/) const override {
        return TRY(is_set()) ? unchanged("This is the password.")
                             : changed("The password would be set.", "~ user " + facts.user + "\n");
    }
    Result<Outcome> apply(Host& /*host*/, const Memory& /*memory*/) const override {
        if (TRY(is_set())) {
            return unchanged("This is the password.");
        }
        TRY(run_sql(
            "ALTER USER " + account_name(facts.user) + identified_by(facts.password) + ";\n"
        ));
        return changed("The password is set.");
    }

private:
    Result<bool> is_set() const {
        const auto rows = TRY(run_sql(
            "SELECT authentication_string FROM mysql.user WHERE Host = 'localhost' AND User = " +
            sql_text(facts.user) + ";\n"
        ));
        if (rows.empty()) {
            return fail(ErrorCode::NotFound, "There is no database user of this name.");
        }
        return rows.front().front() == native_password_hash(facts.password);
    }
};

class MeasureDatabase final : public WithoutUndo<Command> {
public:
    explicit MeasureDatabase(SizeFacts given) : facts_(std::move(given)) {}

    void check(Problems& problems) const override {
        const auto site = site_of(facts_.name);
        problems.unless(
            is_site_key(site) && is_database_name_of(site, facts_.name),
            "name",
            "This is not the name of a site's database."
        );
    }
    Result<Outcome> preview(Host& host) const override { return apply(host, Memory{}); }
    Result<Outcome> apply(Host& /*host*/, const Memory& /*memory*/) const override {
        const auto rows = TRY(run_sql(
            "SELECT s.SCHEMA_NAME, COALESCE(SUM(t.DATA_LENGTH + t.INDEX_LENGTH), 0), "
            "COUNT(t.TABLE_NAME) FROM information_schema.SCHEMATA s LEFT JOIN "
            "information_schema.TABLES t ON t.TABLE_SCHEMA = s.SCHEMA_NAME WHERE s.SCHEMA_NAME = " +
            sql_text(facts_.name) + " GROUP BY s.SCHEMA_NAME;\n"
        ));
        if (rows.empty() || rows.front().size() != 3) {
            return fail(ErrorCode::NotFound, "There is no such database.");
        }
        Outcome outcome = unchanged("The database is measured.");
        outcome.output =
            nlohmann::json{
                {"bytes", std::stoll(rows.front()[1])}, {"tables", std::stoll(rows.front()[2])}}
                .dump();
        return outcome;
    }

private:
    SizeFacts facts_;
};

}  // namespace

Result<std::vector<std::string>> site_databases() {
    std::vector<std::string> names;
    if (access(kServerSocket, F_OK) != 0) {
        return names;
    }
    for (const auto& row : TRY(run_sql("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA;\n"))) {
        const auto site = site_of(row.front());
        if (is_site_key(site) && is_database_name_of(site, row.front())) {
            names.push_back(row.front());
        }
    }
    return names;
}

Result<bool> remove_databases_of(const std::string& site) {
    if (access(kServerSocket, F_OK) != 0 && access("/usr/sbin/mariadbd", X_OK) != 0) {
        return false;
    }
    std::string statements;
    for (const auto& row : TRY(run_sql("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA;\n"))) {
        if (is_database_name_of(site, row.front())) {
            statements += "DROP DATABASE IF EXISTS " + sql_name(row.front()) + ";\n";
        }
    }
    for (const auto& row :
         TRY(run_sql("SELECT User FROM mysql.user WHERE Host = 'localhost';\n"))) {
        if (is_database_name_of(site, row.front())) {
            statements += "DROP USER IF EXISTS " + account_name(row.front()) + ";\n";
        }
    }
    if (statements.empty()) {
        return false;
    }
    TRY(run_sql(statements));
    return true;
}

void add_database_commands(Registry& registry) {
    registry.add<EnsureDatabase, DatabaseFacts>("database.ensure");
    registry.add<RemoveDatabase, RemovalFacts>("database.remove");
    registry.add<SetPassword, PasswordFacts>("database.password");
    registry.add<MeasureDatabase, SizeFacts>("database.size");
}

}  // namespace hostelry::agent
