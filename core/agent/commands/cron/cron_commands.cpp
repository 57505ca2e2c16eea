#include "core/agent/commands/cron/cron_commands.h"

#include "core/agent/commands/programs/site_program.h"
#include "core/agent/runtime/accounts.h"
#include "core/agent/runtime/config_file.h"
#include "core/agent/runtime/descriptor.h"
#include "core/agent/runtime/site_files.h"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <memory>

using nlohmann::json;

namespace hostelry::agent {
namespace {

struct CronFacts {
    std::string site;
    std::string name;
    std::string schedule;
    std::vector<std::string> argv;
    std::string php_version;
};
struct CronRemoval {
    std::string site;
    std::string name;
};
struct CronPause {
    std::string site;
    bool paused = false;
};

}  // namespace

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::CronFacts>() {
    using hostelry::agent::CronFacts;
    static const Description kDescription{
        "CronFacts",
        {field<&CronFacts::site>("site", agent::needed("Site")),
         field<&CronFacts::name>("name", agent::needed("Name")),
         field<&CronFacts::schedule>("schedule", agent::needed("Schedule")),
         field<&CronFacts::argv>("argv", agent::needed("Program")),
         field<&CronFacts::php_version>("php_version", {.label = "PHP version"})}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::CronRemoval>() {
    using hostelry::agent::CronRemoval;
    static const Description kDescription{
        "CronRemoval",
        {field<&CronRemoval::site>("site", agent::needed("Site")),
         field<&CronRemoval::name>("name", agent::needed("Name"))}};
    return kDescription;
}

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::CronPause>() {
    using hostelry::agent::CronPause;
    static const Description kDescription{
        "CronPause",
        {field<&CronPause::site>("site", agent::needed("Site")),
         field<&CronPause::paused>("paused", agent::needed("Paused"))}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

void check_cron_name(Problems& problems, const std::string& name) {
    problems.unless(is_plain_name(name), "name", "A name has 1-32 of a-z, 0-9 and \"-\".");
}

/// cron ignores files with a dot in their name; ours have none.
std::string line_path(const Layout& layout, const std::string& site, const std::string& name) {
    return layout.cron + "/hostelry-" + site + "-" + name;
}

std::string argv_path(const Layout& layout, const std::string& site, const std::string& name) {
    return layout.cron_of(site) + "/" + name + ".json";
}

/// While it is there, nothing of the site is started by cron. No entry can have this name.
std::string pause_path(const Layout& layout, const std::string& site) {
    return layout.cron_of(site) + "/.paused";
}

bool is_paused(const Layout& layout, const std::string& site) {
    return access(pause_path(layout, site).c_str(), F_OK) == 0;
}

Result<bool> set_paused(const Layout& layout, const std::string& site, bool paused) {
    if (is_paused(layout, site) == paused) {
        return false;
    }
    if (!paused) {
        TRY(remove_file(pause_path(layout, site)));
        rmdir(layout.cron_of(site).c_str());  // refused while the site has entries
        return true;
    }
    TRY(ensure_directory(layout.state, 0700));
    TRY(ensure_directory(layout.cron_of(site), 0700));
    TRY(write_file_atomically(pause_path(layout, site), "", 0600));
    return true;
}

Result<bool> remove_entry(const Layout& layout, const std::string& site, const std::string& name) {
    const bool line = TRY(remove_file(line_path(layout, site, name)));
    const bool argv = TRY(remove_file(argv_path(layout, site, name)));
    rmdir(layout.cron_of(site).c_str());  // refused while the site has other entries
    return line || argv;
}

Outcome cron_removed(bool any) {
    return any ? changed("The cron entry is removed.") : unchanged("There is no such cron entry.");
}

class EnsureCron final : public SiteCommand<CronFacts> {
public:
    using SiteCommand::SiteCommand;

    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        check_cron_name(problems, facts.name);
        problems.unless(
            is_cron_schedule(facts.schedule),
            "schedule",
            "A schedule has five fields of digits, \"*\", \"/\", \",\" and \"-\"."
        );
        problems.unless(
            is_site_argv(facts.argv),
            "argv",
            "A program is \"php\" with at most 63 one-line arguments."
        );
        if (!facts.php_version.empty()) {
            check_php_version(problems, facts.php_version);
        }
    }

    Result<Outcome> preview(Host& host) const override {
        return TRY(is_in_place(host.layout))
                   ? unchanged("The cron entry is as wanted.")
                   : changed("The cron entry would change.", line_diff("", line()));
    }

    Result<Outcome> apply(Host& host, const Memory& memory) const override {
        TRY(get_account(host.layout, facts.site));
        if (TRY(is_in_place(host.layout))) {
            return unchanged("The cron entry is as wanted.");
        }
        const auto before =
            TRY(read_file(argv_path(host.layout, facts.site, facts.name), kConfigBytesMax));
        const auto line_before =
            TRY(read_file(line_path(host.layout, facts.site, facts.name), kConfigBytesMax));
        if (before && line_before) {
            memory.keep(json{*line_before, *before}.dump());
        }
        TRY(put(host.layout, line(), stored()));
        return changed("The cron entry is in place.");
    }

    Result<Outcome> undo(Host& host, const Memory& memory) const override {
        if (memory.before()) {
            const json before = json::parse(*memory.before());
            TRY(put(host.layout, before.at(0), before.at(1)));
            return changed("The former cron entry is back.");
        }
        return cron_removed(TRY(remove_entry(host.layout, facts.site, facts.name)));
    }

private:
    std::string line() const { return render_cron_line(facts.site, facts.name, facts.schedule); }

    std::string stored() const {
        auto argv = facts.argv;
        argv.front() = find_site_program(argv.front(), facts.php_version).value_or("");
        return json(argv).dump();
    }

    Result<bool> is_in_place(const Layout& layout) const {
        const auto argv =
            TRY(read_file(argv_path(layout, facts.site, facts.name), kConfigBytesMax));
        const auto text =
            TRY(read_file(line_path(layout, facts.site, facts.name), kConfigBytesMax));
        return argv == stored() && text == line();
    }

    Result<void> put(const Layout& layout, const std::string& text, const std::string& argv) const {
        TRY(ensure_directory(layout.state, 0700));
        TRY(ensure_directory(layout.cron_of(facts.site), 0700));
        TRY(write_file_atomically(argv_path(layout, facts.site, facts.name), argv, 0600));
        return write_file_atomically(line_path(layout, facts.site, facts.name), text, 0644);
    }
};

class RemoveCron final : public WithoutUndo<SiteCommand<CronRemoval>> {
public:
    using WithoutUndo::WithoutUndo;

    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        check_cron_name(problems, facts.name);
    }
    Result<Outcome> preview(Host& host) const override {
        const auto path = line_path(host.layout, facts.site, facts.name);
        return access(path.c_str(), F_OK) == 0
                   ? changed("The cron entry would be removed.", "- cron " + facts.name + "\n")
                   : unchanged("There is no such cron entry.");
    }
    Result<Outcome> apply(Host& host, const Memory& /*memory*/) const override {
        return cron_removed(TRY(remove_entry(host.layout, facts.site, facts.name)));
    }
};

/// Entries stay as they are; they are just not run while the site is suspended.
class PauseCron final : public SiteCommand<CronPause> {
public:
    using SiteCommand::SiteCommand;

    void check(Problems& problems) const override { check_site(problems, facts.site); }
    Result<Outcome> preview(Host& host) const override {
        return is_paused(host.layout, facts.site) == facts.paused
                   ? unchanged("The cron entries are as wanted.")
                   : changed(
                         facts.paused ? "The cron entries would rest."
                                      : "The cron entries would run again."
                     );
    }
    Result<Outcome> apply(Host& host, const Memory& memory) const override {
        TRY(get_account(host.layout, facts.site));
        if (!TRY(set_paused(host.layout, facts.site, facts.paused))) {
            return unchanged("The cron entries are as wanted.");
        }
        memory.keep(facts.paused ? "running" : "paused");
        return changed(facts.paused ? "The cron entries rest." : "The cron entries run again.");
    }
    Result<Outcome> undo(Host& host, const Memory& memory) const override {
        const bool before = memory.before() ? *memory.before() == "paused" : !facts.paused;
        return TRY(set_paused(host.layout, facts.site, before))
                   ? changed("The cron entries are as before.")
                   : unchanged("The cron entries are as before.");
    }
};

}  // namespace

std::string render_cron_line(
    const std::string& site, const std::string& name, const std::string& schedule
) {
    return "# Made by hostelry-agent for site " + site + ". Changes are overwritten.\n" + schedule +
           " root /usr/bin/hostelry-agent cron-run " + site + " " + name + " >/dev/null 2>&1\n";
}

int run_cron_entry(const Layout& layout, const std::string& site, const std::string& name) {
    if (!is_site_key(site) || !is_plain_name(name)) {
        return 2;
    }
    if (is_paused(layout, site)) {
        return 0;
    }
    const auto text = read_file(argv_path(layout, site, name), kConfigBytesMax);
    const json argv = text && *text ? json::parse(**text, nullptr, false) : json();
    if (!argv.is_array() || argv.empty()) {
        return 2;
    }
    return run_as_site(layout, site, argv.get<std::vector<std::string>>());
}

Result<bool> remove_crons_of(const Layout& layout, const std::string& site) {
    bool any = false;
    const std::string start = "hostelry-" + site + "-";
    for (const auto& name : names_in(layout.cron)) {
        if (name.starts_with(start) || name.starts_with(".hostelry-new-" + start)) {
            any = TRY(remove_file(layout.cron + "/" + name)) || any;
        }
    }
    const bool stored = TRY(remove_tree(layout.cron_of(site)));
    return any || stored;
}

void add_cron_commands(Registry& registry) {
    registry.add<EnsureCron, CronFacts>("cron.ensure");
    registry.add<RemoveCron, CronRemoval>("cron.remove");
    registry.add<PauseCron, CronPause>("cron.pause");
}

}  // namespace hostelry::agent
