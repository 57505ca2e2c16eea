#pragma once
// Sites under <key>.<preview domain>, for people who cannot reach them by their own names yet. The
// key is random and so the whole secret: who has the link may look, signed in or not.

#include "core/features/sites/site.h"
#include "core/platform/db/database.h"
#include "core/platform/http/reverse_proxy.h"

#include <optional>
#include <string>
#include <string_view>

namespace hostelry::sites {

/// The site's key in a host name of the preview domain; nothing for any other name.
std::optional<std::string> preview_key(std::string_view host, std::string_view domain);

/// What the database says about a site that somebody wants to see.
struct PreviewedSite {
    std::string key;
    std::string domain;
    bool with_www = false;
    std::string server_address;
    SiteState state = SiteState::Queued;
    bool is_deployed = false;  ///< It has stood once.
};

/// Where its requests go: to its own server and nowhere else. NotFound for a site on its way out,
/// Unavailable for one that does not stand yet. A suspended one is shown as its server shows it.
Result<http::ProxyTarget> preview_target(const PreviewedSite& site);

class SitePreviews {
public:
    /// `domain` is the preview domain, in lower case.
    SitePreviews(db::Database& database, std::string domain)
        : database_(database), domain_(std::move(domain)) {}

    /// `host` in lower case, without a port. Any thread; asks the database each time, so that a
    /// deleted site is gone at once.
    Result<http::ProxyTarget> find(const std::string& host);

private:
    db::Database& database_;
    std::string domain_;
};

}  // namespace hostelry::sites
