// "database.password": a new password, first on the server, then in our row, then in the site's
// configuration. The new one is sealed beside the old before anything happens, so that each step
// may be repeated, and the old one is put back when the site cannot be told.
#include "core/features/databases/databases.h"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>

namespace hostelry::databases {
namespace {

constexpr std::chrono::minutes kMeasureEvery{50};
constexpr std::int64_t kMeasuredAtOnce = 500;
// Beyond these a server does not tell the truth, and sums of such sizes would fail for everybody.
constexpr std::int64_t kSizeBytesMax = std::int64_t{1} << 50U;
constexpr std::int64_t kTablesMax = 1'000'000;

struct MeasuredSize {
    std::int64_t bytes = 0;
    std::int64_t tables = 0;
};

std::optional<std::int64_t> figure_in(
    const nlohmann::json& output, const char* name, std::int64_t max
) {
    const auto found = output.find(name);
    if (found == output.end() || !found->is_number_integer()) {
        return std::nullopt;
    }
    const auto figure = found->get<std::int64_t>();
    return figure >= 0 && figure <= max ? std::optional{figure} : std::nullopt;
}

/// What a server says is untrusted: one that talks nonsense costs its own databases the figure.
Result<MeasuredSize> size_in(const Result<nlohmann::json>& answer) {
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    const auto results = answer->value("results", nlohmann::json::array());
    const auto output = results.is_array() && results.size() == 1 && results.front().is_object()
                            ? results.front().value("output", nlohmann::json::object())
                            : nlohmann::json::object();
    const auto bytes = figure_in(output, "bytes", kSizeBytesMax);
    const auto tables = figure_in(output, "tables", kTablesMax);
    if (!bytes || !tables) {
        return fail(ErrorCode::Internal, "The server's answer about the size cannot be read.");
    }
    return MeasuredSize{*bytes, *tables};
}

bool is_away(const Error& error) {
    return error.code == ErrorCode::Unavailable || error.code == ErrorCode::Timeout;
}

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

Result<nlohmann::json> Databases::ask_for_size(
    const SiteDatabase& database, queue::StepContext& step
) {
    return needs_.hosts.apply(
        database,
        nlohmann::json::array({{{"id", "size"}, {"do", "database.size"}, {"name", database.name}}}),
        step
    );
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
    std::map<ServerId, Error> away;
    for (const auto& database : due) {
        if (step.cancelled()) {
            return fail(ErrorCode::Cancelled, "The measurement was stopped.");
        }
        // One server that is away must not keep the others unmeasured: it is asked once.
        const auto known = away.find(database.server);
        const auto size = known != away.end() ? Result<MeasuredSize>(tl::unexpected(known->second))
                                              : size_in(ask_for_size(database, step));
        if (!size && is_away(size.error())) {
            away.emplace(database.server, size.error());
        }
        TRY(needs_.database.in_tenant(step.tenant(), [&](db::Transaction& tx) -> Result<void> {
            DatabaseStore store{tx};
            if (!size) {
                store.set_measure_error(database, size.error().message, step.clock().now());
                return {};
            }
            store.set_size(database, size->bytes, size->tables, step.clock().now());
            ++measured;
            return {};
        }));
    }
    step.note(std::to_string(measured) + " of " + std::to_string(due.size()) + " measured");
    return nlohmann::json{{"measured", measured}};
}

}  // namespace hostelry::databases
