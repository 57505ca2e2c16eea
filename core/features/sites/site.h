#pragma once
// What a site is. No I/O.

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/platform/db/json_text.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::sites {

using SiteId = Id<struct SiteTag>;

enum class SiteState : std::uint8_t {
    Queued,
    Deploying,
    Ready,
    Failed,  ///< `cause` says why; a failed first deployment has left nothing on the server.
    Suspending,
    Suspended,
    Resuming,
    Deleting,
};
inline constexpr std::array kSiteStates{
    SiteState::Queued,
    SiteState::Deploying,
    SiteState::Ready,
    SiteState::Failed,
    SiteState::Suspending,
    SiteState::Suspended,
    SiteState::Resuming,
    SiteState::Deleting};

std::string_view state_name(SiteState state);  ///< "queued", as stored and in the API
std::optional<SiteState> state_from_name(std::string_view name);
/// A job is about to change it or is doing so.
bool is_under_way(SiteState state);

/// Visitors reach it by https only once its names lead to the server.
enum class Https : std::uint8_t { Pending, Active };

struct Site {
    SiteId id{};
    TenantId tenant{};
    std::string tenant_name{};
    std::string key{};     ///< "s7f3k2m9": Unix user, pool and database on the server.
    std::string domain{};  ///< A-labels.
    bool with_www = false;
    std::string plugin{};
    std::string template_id{};
    std::string template_title{};
    std::string template_icon{};
    db::JsonText options{};  ///< Without the secret ones.
    std::vector<std::string> unrevealed{};
    std::string php_version{};  ///< Empty: the template needs none.
    ServerId server{};
    std::string server_name{};
    std::string server_address{};
    SiteState state = SiteState::Queued;
    TimePoint state_since{};
    std::string cause{};
    std::optional<JobId> job{};
    std::optional<db::JsonText> web{};  ///< {root, php, rules, health, login}; set once installed.
    Https https = Https::Pending;
    std::string https_hint{};
    std::optional<UserId> created_by{};
    TimePoint created_at{};
    std::optional<TimePoint> deployed_at{};
    /// Home of whoever suspended it last; nobody below lets it go on.
    std::optional<TenantId> suspended_by{};

    /// The domain, then its www twin.
    std::vector<std::string> names() const;
    std::string shown_domain() const;
    bool uses_php() const { return !php_version.empty(); }
    TenantId suspension_holder() const { return suspended_by.value_or(tenant); }

    bool may_suspend() const { return state == SiteState::Ready || state == SiteState::Resuming; }
    bool may_resume() const {
        return state == SiteState::Suspended || state == SiteState::Suspending;
    }
    bool may_redeploy() const { return state == SiteState::Ready || state == SiteState::Failed; }
    bool may_delete() const { return state != SiteState::Deleting; }
};

/// Where a site lives on its server.
std::string home_of(const Site& site);

}  // namespace hostelry::sites
