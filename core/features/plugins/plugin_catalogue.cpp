#include "core/features/plugins/plugin_catalogue.h"

namespace hostelry::plugins {
namespace {

constexpr auto kListPluginsSql = R"(
    select id, version, title, summary, capabilities, state, problem, refreshed_at
      from hostelry.plugin_catalogue order by title, id)";
constexpr auto kSettingsSchemaSql = R"(
    select settings_schema from hostelry.plugin_catalogue
     where id = $1 and $2 = any (capabilities) and state in ('loaded', 'active'))";
constexpr auto kForgetPluginsSql =
    "delete from hostelry.plugin_catalogue where not (id = any ($1))";
constexpr auto kWritePluginSql = R"(
    insert into hostelry.plugin_catalogue
        (id, version, title, summary, capabilities, state, problem, settings_schema, refreshed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, now())
    on conflict (id) do update
       set version = excluded.version, title = excluded.title, summary = excluded.summary,
           capabilities = excluded.capabilities, state = excluded.state, problem = excluded.problem,
           settings_schema = excluded.settings_schema, refreshed_at = excluded.refreshed_at)";
constexpr auto kForgetTemplatesSql = R"(
    delete from hostelry.plugin_site_templates where plugin_id = $1 and not (id = any ($2)))";
constexpr auto kWriteTemplateSql = R"(
    insert into hostelry.plugin_site_templates
        (plugin_id, id, title, summary, icon, options_schema, needs_php, needs_database, php_versions)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (plugin_id, id) do update
       set title = excluded.title, summary = excluded.summary, icon = excluded.icon,
           options_schema = excluded.options_schema, needs_php = excluded.needs_php,
           needs_database = excluded.needs_database, php_versions = excluded.php_versions)";
constexpr auto kListTemplatesSql = R"(
    select t.plugin_id, t.id, t.title, t.summary, t.icon, t.options_schema, t.needs_php, t.needs_database, t.php_versions
      from hostelry.plugin_site_templates t join hostelry.plugin_catalogue p on p.id = t.plugin_id
     where p.state in ('loaded', 'active') order by t.title, t.plugin_id, t.id)";

}  // namespace

std::vector<TemplateCard> site_templates(db::Transaction& tx) {
    std::vector<TemplateCard> cards;
    for (const auto& row : tx.query(kListTemplatesSql)) {
        cards.push_back({
            .id = row["id"].text(),
            .plugin = row["plugin_id"].text(),
            .title = row["title"].text(),
            .summary = row["summary"].text(),
            .icon = row["icon"].text(),
            .options_schema = row["options_schema"].as_json_text(),
            .needs_php = row["needs_php"].boolean(),
            .needs_database = row["needs_database"].boolean(),
            .php_versions = row["php_versions"].text_list(),
        });
    }
    return cards;
}

std::vector<CatalogueEntry> CatalogueStore::list() {
    std::vector<CatalogueEntry> entries;
    for (const auto& row : tx_.query(kListPluginsSql)) {
        entries.push_back({
            .id = row["id"].text(),
            .version = row["version"].text(),
            .title = row["title"].text(),
            .summary = row["summary"].text(),
            .capabilities = row["capabilities"].text_list(),
            .state = row["state"].text(),
            .problem = row["problem"].text(),
            .refreshed_at = row["refreshed_at"].time(),
        });
    }
    return entries;
}

std::optional<db::JsonText> CatalogueStore::settings_schema(
    const std::string& plugin, const std::string& capability
) {
    const auto row = tx_.query_optional(kSettingsSchemaSql, plugin, capability);
    return row ? std::optional{(*row)[0].as_json_text()} : std::nullopt;
}

void CatalogueStore::replace(const std::vector<SeenPlugin>& seen) {
    std::vector<std::string> plugins;
    for (const auto& [entry, schema, cards] : seen) {
        plugins.push_back(entry.id);
        tx_.execute(
            kWritePluginSql,
            entry.id,
            entry.version,
            entry.title,
            entry.summary,
            entry.capabilities,
            entry.state,
            entry.problem,
            schema
        );
        std::vector<std::string> kept;
        for (const auto& card : cards) {
            kept.push_back(card.id);
            tx_.execute(
                kWriteTemplateSql,
                entry.id,
                card.id,
                card.title,
                card.summary,
                card.icon,
                card.options_schema,
                card.needs_php,
                card.needs_database,
                card.php_versions
            );
        }
        tx_.execute(kForgetTemplatesSql, entry.id, kept);
    }
    tx_.execute(kForgetPluginsSql, plugins);
}

}  // namespace hostelry::plugins
