#pragma once
// What workers found out about the plugins, cached in tables for everybody else.

#include "core/base/clock.h"
#include "core/base/describe.h"
#include "core/platform/db/json_text.h"
#include "core/platform/db/transaction.h"

#include <string>
#include <vector>

namespace hostelry::plugins {

/// One site template of the catalogue.
struct TemplateCard {
    std::string id;
    std::string plugin;
    std::string title;
    std::string summary;
    std::string icon;
    db::JsonText options_schema;
    bool needs_php = false;
    bool needs_database = false;
    std::vector<std::string> php_versions;
};

/// In any transaction; sorted by title.
std::vector<TemplateCard> site_templates(db::Transaction& tx);

/// A plugin as the list shows it.
struct CatalogueEntry {
    std::string id;
    std::string version;
    std::string title;
    std::string summary;
    std::vector<std::string> capabilities;
    std::string state;    ///< "active", "loaded" (waits for settings), "stopped" or "refused"
    std::string problem;  ///< Why it was refused.
    TimePoint refreshed_at{};
};

struct SeenPlugin {
    CatalogueEntry entry;
    db::JsonText settings_schema;
    std::vector<TemplateCard> templates;
};

class CatalogueStore {
public:
    explicit CatalogueStore(db::Transaction& tx) : tx_(tx) {}

    std::vector<CatalogueEntry> list();
    /// The settings schema of a plugin that offers `capability`; nothing when there is no such
    /// plugin.
    std::optional<db::JsonText> settings_schema(
        const std::string& plugin, const std::string& capability
    );
    /// Replaces everything by what this worker sees.
    void replace(const std::vector<SeenPlugin>& seen);

private:
    db::Transaction& tx_;
};

}  // namespace hostelry::plugins

namespace hostelry {

template <>
inline const Description& describe<plugins::CatalogueEntry>() {
    using plugins::CatalogueEntry;
    static const Description kDescription{
        "Plugin",
        {
            field<&CatalogueEntry::id>("id", {.label = "Id"}),
            field<&CatalogueEntry::title>("title", {.label = "Plugin"}),
            field<&CatalogueEntry::version>("version", {.label = "Version"}),
            field<&CatalogueEntry::state>("state", {.label = "State"}),
            field<&CatalogueEntry::problem>("problem", {.label = "Problem"}),
            field<&CatalogueEntry::summary>("summary", {.label = "Summary"}),
            field<&CatalogueEntry::capabilities>("capabilities", {.label = "Offers"}),
            field<&CatalogueEntry::refreshed_at>("refreshed_at", {.label = "Seen"}),
        }};
    return kDescription;
}

}  // namespace hostelry
