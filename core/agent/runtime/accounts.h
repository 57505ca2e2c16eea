#pragma once
// The Unix account of a site. Only accounts that look like ours in every respect are touched.

#include "core/agent/runtime/layout.h"
#include "core/base/result.h"

#include <sys/types.h>

#include <optional>
#include <string>

namespace hostelry::agent {

inline constexpr uid_t kSiteUidMin = 20000;
inline constexpr uid_t kSiteUidMax = 59999;

struct Account {
    std::string site;
    uid_t uid = 0;
    gid_t gid = 0;
    std::string home;
};

/// Nothing when there is no such user; Conflict when a user of this name is not a site's (other
/// home, or a uid outside our range).
Result<std::optional<Account>> find_account(const Layout& layout, const std::string& site);
/// NotFound when there is none.
Result<Account> get_account(const Layout& layout, const std::string& site);

/// A uid that no site of this server has had: what a removed site left behind elsewhere, a
/// set-user-ID program in /var/tmp say, must not be of use against the next one. After the last of
/// the range they begin again, past those in use. Called under the lock "accounts".
Result<uid_t> take_site_uid(const Layout& layout);

/// Ends every process of the account and takes away the crontab that it may have made for itself,
/// which would start them anew. Returns when no process is left; true when there was anything.
Result<bool> end_work_of(const Layout& layout, const Account& account);

/// Gives up root for good in this process: groups, gid, uid, no new privileges. Ends the process
/// when any of it fails.
void become(const Account& account);

}  // namespace hostelry::agent
