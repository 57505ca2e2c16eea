#include "core/agent/commands/pools/pool_commands.h"

#include "core/agent/runtime/accounts.h"
#include "core/agent/runtime/config_file.h"
#include "core/agent/runtime/descriptor.h"
#include "core/agent/runtime/php.h"
#include "core/agent/runtime/site_files.h"

#include <fmt/format.h>
#include <unistd.h>

namespace hostelry::agent {
namespace {

struct PoolRemoval {
    std::string site;
    std::string php_version;
};

}  // namespace

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::PoolLimits>() {
    using hostelry::agent::PoolLimits;
    static const Description kDescription{
        "PoolLimits",
        {field<&PoolLimits::children>("children", {.label = "Processes", .min = 1, .max = 200}),
         field<&PoolLimits::memory_mb>(
             "memory_mb", {.label = "Memory per process, MiB", .min = 32, .max = 8192}
         ),
         field<&PoolLimits::upload_mb>(
             "upload_mb", {.label = "Largest upload, MiB", .min = 1, .max = 4096}
         ),
         field<&PoolLimits::seconds>(
             "seconds", {.label = "Longest request, seconds", .min = 5, .max = 3600}
         )}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::PoolFacts>() {
    using hostelry::agent::PoolFacts;
    static const Description kDescription{
        "PoolFacts",
        {field<&PoolFacts::site>("site", {.label = "Site", .required = true}),
         field<&PoolFacts::php_version>("php_version", {.label = "PHP version", .required = true}),
         field<&PoolFacts::limits>("limits", {.label = "Limits"})}};
    return kDescription;
}
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::PoolRemoval>() {
    using hostelry::agent::PoolRemoval;
    static const Description kDescription{
        "PoolRemoval",
        {field<&PoolRemoval::site>("site", {.label = "Site", .required = true}),
         field<&PoolRemoval::php_version>("php_version", {.label = "PHP version"})}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

Outcome pool_removed(bool any) {
    return any ? changed("The PHP pool is removed.") : unchanged("There is no PHP pool.");
}

class EnsurePool final : public SiteCommand<PoolFacts> {
public:
    using SiteCommand::SiteCommand;

    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        check_php_version(problems, facts.php_version);
    }

    Result<Outcome> preview(Host& host) const override {
        TRY(require_php_version(host.layout, facts.php_version));
        const auto present = TRY(read_file(path(host.layout), kConfigBytesMax));
        const auto wanted = render_pool(host.layout, facts);
        return present == wanted
                   ? unchanged("The PHP pool is as wanted.")
                   : changed("The PHP pool would change.", line_diff(present.value_or(""), wanted));
    }

    Result<Outcome> apply(Host& host, const Memory& memory) const override {
        TRY(require_php_version(host.layout, facts.php_version));
        TRY(get_account(host.layout, facts.site));
        const auto present = TRY(read_file(path(host.layout), kConfigBytesMax));
        const auto wanted = render_pool(host.layout, facts);
        if (present && present != wanted) {
            memory.keep(*present);
        }
        // A site has one pool: its socket would be fought over by two.
        const bool other_gone = TRY(remove_others(host.layout));
        const bool swapped = TRY(swap_pool(host.layout, facts.site, facts.php_version, wanted));
        return swapped || other_gone ? changed("The PHP pool answers.")
                                     : unchanged("The PHP pool is as wanted.");
    }

    Result<Outcome> undo(Host& host, const Memory& memory) const override {
        if (memory.before()) {
            TRY(swap_pool(host.layout, facts.site, facts.php_version, *memory.before()));
            return changed("The former PHP pool is back.");
        }
        return pool_removed(TRY(remove_pools_of(host.layout, facts.site)));
    }

private:
    std::string path(const Layout& layout) const {
        return layout.pool_of(facts.site, facts.php_version);
    }

    Result<bool> remove_others(const Layout& layout) const {
        bool any = false;
        for (const auto& version : installed_php_versions(layout)) {
            const bool other = version != facts.php_version &&
                               access(layout.pool_of(facts.site, version).c_str(), F_OK) == 0;
            if (other) {
                any = TRY(swap_pool(layout, facts.site, version, std::nullopt)) || any;
            }
        }
        return any;
    }
};

class RemovePool final : public WithoutUndo<SiteCommand<PoolRemoval>> {
public:
    using WithoutUndo::WithoutUndo;

    void check(Problems& problems) const override {
        check_site(problems, facts.site);
        if (!facts.php_version.empty()) {
            check_php_version(problems, facts.php_version);
        }
    }
    Result<Outcome> preview(Host& /*host*/) const override {
        return changed("The PHP pool would be removed.", "- pool " + facts.site + "\n");
    }
    Result<Outcome> apply(Host& host, const Memory& /*memory*/) const override {
        return pool_removed(TRY(remove_pools_of(host.layout, facts.site)));
    }
};

}  // namespace

std::string render_pool(const Layout& layout, const PoolFacts& facts) {
    return fmt::format(
        R"(; Made by hostelry-agent for site {site}. Changes are overwritten.
[{site}]
user = {site}
group = {site}
listen = {socket}
listen.owner = www-data
listen.group = www-data
listen.mode = 0600
pm = ondemand
pm.max_children = {children}
pm.process_idle_timeout = 30s
pm.max_requests = 1000
request_terminate_timeout = {seconds}s
chdir = {home}
clear_env = yes
security.limit_extensions = .php
env[HOME] = {home}
env[PATH] = /usr/local/bin:/usr/bin:/bin
env[TMPDIR] = {home}/tmp
php_admin_value[memory_limit] = {memory}M
php_admin_value[max_execution_time] = {seconds}
php_admin_value[upload_max_filesize] = {upload}M
php_admin_value[post_max_size] = {upload}M
php_admin_value[upload_tmp_dir] = {home}/tmp
php_admin_value[sys_temp_dir] = {home}/tmp
php_admin_value[session.save_path] = {home}/tmp
php_admin_value[error_log] = {home}/logs/php.log
php_admin_flag[log_errors] = on
php_admin_flag[display_errors] = off
php_admin_flag[allow_url_include] = off
)",
        fmt::arg("site", facts.site),
        fmt::arg("socket", layout.socket_of(facts.site)),
        fmt::arg("home", layout.home_of(facts.site)),
        fmt::arg("children", facts.limits.children),
        fmt::arg("seconds", facts.limits.seconds),
        fmt::arg("memory", facts.limits.memory_mb),
        fmt::arg("upload", facts.limits.upload_mb)
    );
}

Result<bool> remove_pools_of(const Layout& layout, const std::string& site) {
    bool any = false;
    for (const auto& version : installed_php_versions(layout)) {
        any = TRY(swap_pool(layout, site, version, std::nullopt)) || any;
    }
    return any;
}

void add_pool_commands(Registry& registry) {
    registry.add<EnsurePool, PoolFacts>("pool.ensure");
    registry.add<RemovePool, PoolRemoval>("pool.remove");
}

}  // namespace hostelry::agent
