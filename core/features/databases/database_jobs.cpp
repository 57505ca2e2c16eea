// "database.password": a new password, first on the server, then in our row, then in the site's
// configuration. The new one is sealed beside the old before anything happens, so that each step
// may be repeated, and the old one is put back when the site cannot be told.
#include "core/features/databases/databases.h"

#include <nlohmann/json.hpp>

namespace hostelry::databases {
namespace {

constexpr std::chrono::minutes kMeasureEvery{50};
constexpr std::int64_t kMeasuredAtOnce = 500;

}  // namespace

void Databases::add_jobs(queue::Registry& registry) {
    using queue::StepContext;
    registry.add({
        .name = "database.password",
        .title = "Reset the database password",
        .queue = "sites",
        .steps =
            {{.name = "server",
              .title = "Set the new password on the server",
              .run = [this](StepContext& step) { return change_on_server(step); },
              .undo = [this](StepContext& step) { return change_back(step); }},
             {.name = "site",
              .title = "Tell the site",
              .run = [this](StepContext& step) { return write_configuration(step); }},
             {.name = "keep",
              .title = "Keep the new password",
              .run = [this](StepContext& step) { return keep_password(step); }}},
    });
    registry.add({
        .name = "databases.measure",
        .title = "Measure databases",
        .queue = "upkeep",
        .steps =
            {{.name = "measure",
              .title = "Ask the servers for sizes",
              .run = [this](StepContext& step) { return measure(step); }}},
        .is_upkeep = true,
    });
    registry.add_schedule(
        {.name = "databases.measure", .kind = "databases.measure", .cron = "23 * * * *"}
    );
}

Result<SiteDatabase> Databases::database_of(queue::StepContext& step) {
    const auto id = DatabaseId::parse(step.input().value("database", ""));
    return needs_.database.in_tenant(
        step.tenant(),
        [&](db::Transaction& tx) -> Result<SiteDatabase> {
            return DatabaseStore{tx}.get(id.value_or(DatabaseId{}));
        }
    );
}

Result<void> Databases::put_password(
    queue::StepContext& step, const SiteDatabase& database, const std::string& sealed
) {
    const std::string password = TRY(needs_.sealer.open(
        sealed,
        "site_databases:password:" + database.tenant.to_string() + ":" + database.id.to_string()
    ));
    TRY(needs_.hosts.apply(
        database,
        nlohmann::json::array(
            {{{"id", "password"},
              {"do", "database.password"},
              {"site", database.site_key},
              {"user", database.user_name},
              {"password", password}}}
        ),
        step
    ));
    return {};
}

Result<nlohmann::json> Databases::change_on_server(queue::StepContext& step) {
    const SiteDatabase database = TRY(database_of(step));
    const auto sealed = TRY(needs_.database.in_tenant(
        step.tenant(),
        [&](db::Transaction& tx) -> Result<std::optional<std::string>> {
            return DatabaseStore{tx}.sealed_next_password(database);
        }
    ));
    if (!sealed) {
        return fail(ErrorCode::Conflict, "This reset was taken back. Start a new one.");
    }
    TRY(put_password(step, database, *sealed));
    return nlohmann::json::object();
}

Result<void> Databases::change_back(queue::StepContext& step) {
    const auto database = database_of(step);
    if (!database) {
        return database.error().code == ErrorCode::NotFound ? Result<void>{}
                                                            : tl::unexpected(database.error());
    }
    const std::string sealed = TRY(needs_.database.in_tenant(
        step.tenant(),
        [&](db::Transaction& tx) -> Result<std::string> {
            DatabaseStore store{tx};
            store.set_next_password(*database, std::nullopt);
            return store.sealed_password(*database);
        }
    ));
    TRY(put_password(step, *database, sealed));
    return needs_.hosts.write_configuration(*database, step);
}

Result<nlohmann::json> Databases::write_configuration(queue::StepContext& step) {
    const SiteDatabase database = TRY(database_of(step));
    TRY(needs_.hosts.write_configuration(database, step));
    return nlohmann::json::object();
}

Result<nlohmann::json> Databases::keep_password(queue::StepContext& step) {
    const SiteDatabase database = TRY(database_of(step));
    TRY(needs_.database.in_tenant(step.tenant(), [&](db::Transaction& tx) -> Result<void> {
        DatabaseStore{tx}.take_next_password(database);
        shell::announce(tx, "database", database.id.uuid, database.tenant);
        return {};
    }));
    return nlohmann::json::object();
}

Result<nlohmann::json> Databases::measure(queue::StepContext& step) {
    const auto due = TRY(needs_.database.in_tenant(
        step.tenant(),
        [&](db::Transaction& tx) -> Result<std::vector<SiteDatabase>> {
            return DatabaseStore{tx}.unmeasured_since(
                step.clock().now() - kMeasureEvery, kMeasuredAtOnce
            );
        }
    ));
    std::int64_t measured = 0;
    for (const auto& database : due) {
        if (step.cancelled()) {
            return fail(ErrorCode::Cancelled, "The measurement was stopped.");
        }
        const auto answer = needs_.hosts.apply(
            database,
            nlohmann::json::array(
                {{{"id", "size"}, {"do", "database.size"}, {"name", database.name}}}
            ),
            step
        );
        // One server that is away must not keep the others unmeasured.
        TRY(needs_.database.in_tenant(step.tenant(), [&](db::Transaction& tx) -> Result<void> {
            DatabaseStore store{tx};
            if (!answer) {
                store.set_measure_error(database, answer.error().message, step.clock().now());
                return {};
            }
            const auto& output = answer->at("results").at(0).at("output");
            store.set_size(
                database,
                output.value("bytes", std::int64_t{0}),
                output.value("tables", std::int64_t{0}),
                step.clock().now()
            );
            ++measured;
            return {};
        }));
    }
    step.note(std::to_string(measured) + " of " + std::to_string(due.size()) + " measured");
    return nlohmann::json{{"measured", measured}};
}

}  // namespace hostelry::databases
