#include "core/agent/commands/accounts/account_commands.h"

#include "core/agent/runtime/accounts.h"
#include "core/agent/runtime/descriptor.h"
#include "core/agent/runtime/locks.h"
#include "core/agent/runtime/programs.h"
#include "core/agent/runtime/web_server.h"
#include "core/base/bytes.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <vector>

namespace hostelry::agent {
namespace {

struct AccountFacts {
    std::string site;
};

}  // namespace

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::AccountFacts>() {
    using hostelry::agent::AccountFacts;
    static const Description kDescription{
        "AccountFacts", {field<&AccountFacts::site>("site", {.label = "Site", .required = true})}};
    return kDescription;
}

namespace hostelry::agent {
namespace {

constexpr const char* kWebUser = "www-data";
constexpr std::chrono::minutes kLockPatience{2};

struct HomePart {
    std::string path;
    uid_t uid;
    mode_t mode;
};

std::vector<HomePart> parts_of(const Layout& layout, const Account& account) {
    const auto home = layout.home_of(account.site);
    return {{home, 0, 0750}, {home + "/logs", 0, 0750}, {home + "/tmp", account.uid, 0700}};
}

bool stands(const HomePart& part, gid_t gid) {
    struct stat facts {};
    return lstat(part.path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) &&
           facts.st_uid == part.uid && facts.st_gid == gid && (facts.st_mode & 07777U) == part.mode;
}

Result<void> make(const HomePart& part, gid_t gid) {
    if (mkdir(part.path.c_str(), 0700) != 0 && errno != EEXIST) {
        return system_failure("The home of the site could not be made.");
    }
    const Descriptor folder{
        open(part.path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!folder || fchown(folder.number(), part.uid, gid) != 0 ||
        fchmod(folder.number(), part.mode) != 0) {
        return system_failure("The home of the site could not be made.");
    }
    return {};
}

/// PHP writes its log as the site's user, into a folder it cannot write to.
Result<bool> ensure_php_log(const Layout& layout, const Account& account) {
    const auto path = layout.home_of(account.site) + "/logs/php.log";
    const Descriptor log{
        open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640)};
    if (!log) {
        return errno == EEXIST ? Result<bool>{false}
                               : system_failure("The log of the site could not be made.");
    }
    if (fchown(log.number(), account.uid, account.gid) != 0) {
        return system_failure("The log of the site could not be made.");
    }
    return true;
}

bool web_server_may_read(const std::string& site) {
    std::vector<char> buffer(256_KiB);
    group entry{};
    group* found = nullptr;
    if (getgrnam_r(site.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
        found == nullptr) {
        return false;
    }
    for (char** member = entry.gr_mem; *member != nullptr; ++member) {
        if (std::strcmp(*member, kWebUser) == 0) {
            return true;
        }
    }
    return false;
}

Result<void> let_web_server_read(const Layout& layout, const std::string& site) {
    TRY(require_program(
        {"/usr/sbin/usermod", {"--append", "--groups", site, kWebUser}},
        "The web server could not be let into the site's group."
    ));
    // Running workers keep the groups they started with.
    if (access(layout.vhost_of(site).c_str(), F_OK) == 0) {
        return reload_web_server(layout);
    }
    return {};
}

Result<void> add_user(const Layout& layout, const std::string& site) {
    const auto uid = TRY(take_site_uid(layout));
    TRY(require_program(
        {"/usr/sbin/useradd",
         {"--uid",
          std::to_string(uid),
          "--home-dir",
          layout.home_of(site),
          "--no-create-home",
          "--shell",
          "/usr/sbin/nologin",
          "--user-group",
          "--no-log-init",
          "--comment",
          "Hostelry site",
          "--key",
          "UID_MIN=" + std::to_string(kSiteUidMin),
          "--key",
          "UID_MAX=" + std::to_string(kSiteUidMax),
          "--key",
          "GID_MIN=" + std::to_string(kSiteUidMin),
          "--key",
          "GID_MAX=" + std::to_string(kSiteUidMax),
          "--key",
          "SUB_UID_COUNT=0",
          "--key",
          "SUB_GID_COUNT=0",
          site}},
        "The user of the site could not be made."
    ));
    return {};
}

class EnsureAccount final : public SiteCommand<AccountFacts> {
public:
    using SiteCommand::SiteCommand;

    void check(Problems& problems) const override { check_site(problems, facts.site); }

    Result<Outcome> preview(Host& host) const override {
        const auto account = TRY(find_account(host.layout, facts.site));
        if (!account) {
            return changed("The user would be made.", "+ user " + facts.site + "\n");
        }
        return is_complete(host.layout, *account)
                   ? unchanged("The user is there.")
                   : changed("The home would be mended.", "~ home of " + facts.site + "\n");
    }

    Result<Outcome> apply(Host& host, const Memory& /*memory*/) const override {
        const auto lock = TRY(take_lock(host.layout, "accounts", kLockPatience));
        auto account = TRY(find_account(host.layout, facts.site));
        if (account && is_complete(host.layout, *account)) {
            return unchanged("The user is there.");
        }
        if (!account) {
            TRY(ensure_directory(host.layout.sites, 0711));
            TRY(add_user(host.layout, facts.site));
            account = TRY(get_account(host.layout, facts.site));
        }
        for (const auto& part : parts_of(host.layout, *account)) {
            TRY(make(part, account->gid));
        }
        TRY(ensure_php_log(host.layout, *account));
        if (!web_server_may_read(facts.site)) {
            TRY(let_web_server_read(host.layout, facts.site));
        }
        return changed("The user and its home are made.");
    }

    Result<Outcome> undo(Host& host, const Memory& /*memory*/) const override {
        return TRY(remove_account(host.layout, facts.site)) ? changed("The user is removed.")
                                                            : unchanged("There is no such user.");
    }

private:
    bool is_complete(const Layout& layout, const Account& account) const {
        for (const auto& part : parts_of(layout, account)) {
            if (!stands(part, account.gid)) {
                return false;
            }
        }
        return access((layout.home_of(account.site) + "/logs/php.log").c_str(), F_OK) == 0 &&
               web_server_may_read(account.site);
    }
};

class RemoveAccount final : public WithoutUndo<SiteCommand<AccountFacts>> {
public:
    using WithoutUndo::WithoutUndo;

    void check(Problems& problems) const override { check_site(problems, facts.site); }

    Result<Outcome> preview(Host& host) const override {
        return TRY(find_account(host.layout, facts.site))
                   ? changed("The user would be removed.", "- user " + facts.site + "\n")
                   : unchanged("There is no such user.");
    }

    Result<Outcome> apply(Host& host, const Memory& /*memory*/) const override {
        return TRY(remove_account(host.layout, facts.site)) ? changed("The user is removed.")
                                                            : unchanged("There is no such user.");
    }
};

class EndProcesses final : public WithoutUndo<SiteCommand<AccountFacts>> {
public:
    using WithoutUndo::WithoutUndo;

    void check(Problems& problems) const override { check_site(problems, facts.site); }

    Result<Outcome> preview(Host& host) const override {
        return TRY(find_account(host.layout, facts.site))
                   ? changed("What the site runs would be ended.")
                   : unchanged("There is no such user.");
    }

    Result<Outcome> apply(Host& host, const Memory& /*memory*/) const override {
        const auto account = TRY(get_account(host.layout, facts.site));
        return TRY(end_work_of(host.layout, account)) ? changed("What the site ran is ended.")
                                                      : unchanged("The site runs nothing.");
    }
};

/// userdel leaves the group alone when it still has members, as ours has the web server.
Result<bool> remove_group(const std::string& site) {
    std::vector<char> buffer(256_KiB);
    group entry{};
    group* found = nullptr;
    if (getgrnam_r(site.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
        found == nullptr || entry.gr_gid < kSiteUidMin || entry.gr_gid > kSiteUidMax) {
        return false;
    }
    TRY(require_program(
        {"/usr/sbin/groupdel", {"--", site}}, "The group of the site could not be removed."
    ));
    return true;
}

}  // namespace

Result<bool> remove_account(const Layout& layout, const std::string& site) {
    const auto lock = TRY(take_lock(layout, "accounts", kLockPatience));
    const auto account = TRY(find_account(layout, site));
    if (account) {
        TRY(end_work_of(layout, *account));
    }
    const bool had_home = TRY(remove_tree(layout.home_of(site)));
    if (account) {
        TRY(require_program(
            {"/usr/sbin/userdel", {"--", site}}, "The user of the site could not be removed."
        ));
    }
    const bool had_group = TRY(remove_group(site));
    return account.has_value() || had_home || had_group;
}

void add_account_commands(Registry& registry) {
    registry.add<EnsureAccount, AccountFacts>("account.ensure");
    registry.add<RemoveAccount, AccountFacts>("account.remove");
    registry.add<EndProcesses, AccountFacts>("processes.end");
}

}  // namespace hostelry::agent
