#include "core/features/databases/databases.h"

#include "core/features/shell/shell.h"
#include "core/platform/crypto/token.h"

#include <nlohmann/json.hpp>

namespace hostelry::databases {
namespace {

constexpr std::size_t kPasswordLength = 32;

std::string place_of_password(const SiteDatabase& database) {
    return "site_databases:password:" + database.tenant.to_string() + ":" + database.id.to_string();
}

}  // namespace

SiteDatabase add_site_database(
    db::Transaction& tx,
    const crypto::Sealer& sealer,
    const Clock& clock,
    Random& random,
    const NewSiteDatabase& facts
) {
    SiteDatabase database{
        .id = DatabaseId::make(clock, random),
        .tenant = facts.tenant,
        .site = facts.site,
        .site_key = facts.site_key,
        .site_domain = facts.site_domain,
        .server = facts.server,
        .name = facts.site_key,
        .user_name = facts.site_key,
        .created_at = clock.now(),
    };
    DatabaseStore{tx}.insert(
        database,
        sealer.seal(crypto::make_password(random, kPasswordLength), place_of_password(database))
    );
    return database;
}

Result<std::vector<DatabaseAccess>> site_database_access(
    db::Transaction& tx, const crypto::Sealer& sealer, TenantId tenant, const Uuid& site
) {
    DatabaseStore store{tx};
    std::vector<DatabaseAccess> all;
    for (auto& database : store.of_site(tenant, site)) {
        const std::string sealed =
            store.sealed_next_password(database).value_or(store.sealed_password(database));
        std::string password = TRY(sealer.open(sealed, place_of_password(database)));
        all.push_back({.database = std::move(database), .password = std::move(password)});
    }
    return all;
}

void set_site_databases_made(db::Transaction& tx, TenantId tenant, const Uuid& site, bool is_made) {
    DatabaseStore store{tx};
    for (const auto& database : store.of_site(tenant, site)) {
        store.set_made(database, is_made);
    }
}

Result<DatabasePage> Databases::list(
    const users::Caller& caller,
    const std::string& words,
    const std::string& after,
    std::int64_t count_max
) {
    return needs_.database.in_tenant(
        caller.tenant,
        [&](db::Transaction& tx) -> Result<DatabasePage> {
            return DatabaseStore{tx}.list(words, after, count_max);
        }
    );
}

Result<SiteDatabase> Databases::get(const users::Caller& caller, DatabaseId id) {
    return needs_.database.in_tenant(
        caller.tenant,
        [&](db::Transaction& tx) -> Result<SiteDatabase> { return DatabaseStore{tx}.get(id); }
    );
}

Result<PasswordReset> Databases::reset_password(const users::Caller& caller, DatabaseId id) {
    return needs_.database.in_tenant(
        caller.tenant,
        [&](db::Transaction& tx) -> Result<PasswordReset> {
            DatabaseStore store{tx};
            SiteDatabase database = TRY(store.get_locked(id));
            if (!database.is_made) {
                return fail(
                    ErrorCode::Conflict,
                    "The database does not exist on its server yet. Wait for its site."
                );
            }
            if (database.is_resetting) {
                return fail(ErrorCode::Conflict, "A new password is already on its way.");
            }
            const std::string password = crypto::make_password(needs_.random, kPasswordLength);
            store.set_next_password(
                database, needs_.sealer.seal(password, place_of_password(database))
            );
            auto event = users::event_by(caller, "database.password_reset", database.tenant);
            event.subject_type = "database";
            event.subject_id = database.id.uuid;
            event.data = nlohmann::json{{"database", database.name}};
            events::publish(tx, event);
            const JobId job = queue::enqueue(
                tx,
                {.kind = "database.password",
                 .tenant = database.tenant,
                 .input = nlohmann::json{{"database", database.id.to_string()}},
                 .exclusive_key = "site:" + database.site.to_string(),
                 .actor = caller.user,
                 .subject_type = "database",
                 .subject_id = database.id.uuid,
                 .subject_name = database.name}
            );
            database.is_resetting = true;
            return PasswordReset{.database = database, .job = job};
        }
    );
}

}  // namespace hostelry::databases
