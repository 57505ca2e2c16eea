#include "core/agent/commands/sites/site_commands.h"

#include "core/agent/commands/accounts/account_commands.h"
#include "core/agent/commands/cron/cron_commands.h"
#include "core/agent/commands/databases/database_commands.h"
#include "core/agent/commands/pools/pool_commands.h"
#include "core/agent/runtime/accounts.h"
#include "core/agent/runtime/descriptor.h"
#include "core/agent/runtime/php.h"
#include "core/agent/runtime/web_server.h"

#include <nlohmann/json.hpp>
#include <pwd.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <set>

using nlohmann::json;

namespace hostelry::agent {
namespace {

struct WholeSite {
    std::string site;
};
struct NoFacts {
    bool unused = false;
};

}  // namespace

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::WholeSite>() {
    using hostelry::agent::WholeSite;
    static const Description kDescription{
        "WholeSite", {field<&WholeSite::site>("site", {.label = "Site", .required = true})}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::NoFacts>() {
    using hostelry::agent::NoFacts;
    static const Description kDescription{"NoFacts", {}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

/// By site: what there is of it.
using Inventory = std::map<std::string, std::set<std::string>>;

void note_files(
    Inventory& inventory, const std::string& folder, std::string_view ending, const char* what
) {
    for (const auto& name : names_in(folder)) {
        if (name.ends_with(ending)) {
            const auto site = name.substr(0, name.size() - ending.size());
            if (is_site_key(site)) {
                inventory[site].insert(what);
            }
        }
    }
}

Result<Inventory> take_inventory(const Layout& layout) {
    Inventory inventory;
    note_files(inventory, layout.sites, "", "home");
    note_files(inventory, layout.nginx + "/hostelry/sites", ".conf", "vhost");
    note_files(inventory, layout.state + "/certificates", "", "certificate");
    note_files(inventory, layout.state + "/cron", "", "cron");
    for (const auto& version : installed_php_versions(layout)) {
        note_files(inventory, layout.php + "/" + version + "/fpm/pool.d", ".conf", "pool");
    }
    for (const auto& name : TRY(site_databases())) {
        inventory[name.substr(0, name.find('_'))].insert("database");
    }
    // NOLINTBEGIN(concurrency-mt-unsafe): plans list one at a time
    setpwent();
    while (const passwd* entry = getpwent()) {
        const std::string name = entry->pw_name;
        if (is_site_key(name) && entry->pw_dir == layout.home_of(name)) {
            inventory[name].insert("account");
        }
    }
    endpwent();
    // NOLINTEND(concurrency-mt-unsafe)
    return inventory;
}

class RemoveSite final : public WithoutUndo<SiteCommand<WholeSite>> {
public:
    using WithoutUndo::WithoutUndo;

    void check(Problems& problems) const override { check_site(problems, facts.site); }

    Result<Outcome> preview(Host& host) const override {
        const auto inventory = TRY(take_inventory(host.layout));
        const auto found = inventory.find(facts.site);
        if (found == inventory.end()) {
            return unchanged("There is nothing of this site.");
        }
        std::string diff;
        for (const auto& part : found->second) {
            diff += "- " + part + "\n";
        }
        return changed("The site would be removed.", diff);
    }

    /// First what answers visitors, then what runs, then what is stored: nothing is left that would
    /// start anew what is already gone.
    Result<Outcome> apply(Host& host, const Memory& /*memory*/) const override {
        const auto& layout = host.layout;
        const auto& site = facts.site;
        bool any = TRY(swap_vhost_away(layout));
        any = TRY(remove_crons_of(layout, site)) || any;
        any = TRY(remove_pools_of(layout, site)) || any;
        if (const auto account = TRY(find_account(layout, site))) {
            any = TRY(end_work_of(layout, *account)) || any;
        }
        any = TRY(remove_databases_of(site)) || any;
        any = TRY(remove_tree(layout.certificates_of(site))) || any;
        any = TRY(remove_account(layout, site)) || any;
        return any ? changed("Nothing of the site is left.")
                   : unchanged("There is nothing of this site.");
    }

private:
    Result<bool> swap_vhost_away(const Layout& layout) const {
        // A server without nginx has no virtual host to take away.
        if (access(layout.vhost_of(facts.site).c_str(), F_OK) != 0) {
            remove_leftover(layout.vhost_of(facts.site));
            return false;
        }
        return swap_vhost(layout, facts.site, std::nullopt);
    }
};

class ListSites final : public WithoutUndo<Command> {
public:
    explicit ListSites(NoFacts /*none*/) {}
    void check(Problems& /*problems*/) const override {}
    Result<Outcome> preview(Host& host) const override { return apply(host, Memory{}); }
    Result<Outcome> apply(Host& host, const Memory& /*memory*/) const override {
        json sites = json::array();
        for (const auto& [site, parts] : TRY(take_inventory(host.layout))) {
            sites.push_back({{"site", site}, {"parts", parts}});
        }
        Outcome outcome = unchanged("These are the sites of this server.");
        outcome.output = json{{"sites", sites}}.dump();
        return outcome;
    }
};

}  // namespace

void add_site_commands(Registry& registry) {
    registry.add<RemoveSite, WholeSite>("site.remove");
    registry.add<ListSites, NoFacts>("site.list");
}

}  // namespace hostelry::agent
