#pragma once

#include "core/base/result.h"
#include "core/features/sites/site.h"
#include "core/platform/db/transaction.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::sites {

enum class SiteSort { Created, Domain };
enum class SortOrder { Ascending, Descending };

/// Which sites, and which page of them. Everything of it stands in the page's address.
struct SiteFilter {
    std::string words{};  ///< In domain, server or account; empty: all.
    std::string group{};  ///< "ready", "working", "failed", "suspended" or empty for all.
    SiteSort sort = SiteSort::Created;
    SortOrder order = SortOrder::Descending;
    std::string after{};   ///< SitePage::next of the page before.
    std::string before{};  ///< SitePage::previous of the page after.
};

struct SiteCounts {
    std::int64_t all = 0, ready = 0, working = 0, failed = 0, suspended = 0;
};

struct SitePage {
    std::vector<Site> sites{};
    SiteCounts counts{};     ///< Of those that fit the words.
    std::string next{};      ///< Empty on the last page.
    std::string previous{};  ///< Empty on the first page.
};

/// Whether a tenant may use names, and nothing about whose they are.
enum class NameUse { Free, Own, Other };

/// The only SQL of the feature. Sees the tree of the transaction's tenant.
class SiteStore {
public:
    explicit SiteStore(db::Transaction& tx) : tx_(tx) {}

    SitePage list(const SiteFilter& filter, std::int64_t count_max);
    std::optional<Site> find(SiteId id);
    /// NotFound, the same for a foreign and for a made-up id.
    Result<Site> get(SiteId id);
    /// The same, and nobody else changes it until the transaction ends.
    Result<Site> get_locked(SiteId id);
    std::optional<Site> find_by_request_key(TenantId tenant, const std::string& key);
    std::int64_t count_on_server(ServerId server, std::optional<TenantId> tenant);
    std::int64_t count_of_tenant(TenantId tenant);
    /// It is neither deleted nor suspended before the transaction ends.
    bool is_tenant_active(TenantId tenant);
    /// Keeps the neighbourhood of the names to this transaction.
    /// `above`: names through which somebody else's site would be related (relatives_above).
    NameUse name_use(
        TenantId tenant,
        const std::vector<std::string>& names,
        const std::vector<std::string>& above
    );
    /// Whether the tenant has a site that answers to one of these names.
    bool has_site_at_or_above(TenantId tenant, const std::vector<std::string>& names);

    /// Throws db::ConstraintViolation for a name, key or request key that somebody took at the same
    /// moment. Fills in the name of the tenant.
    void insert(
        Site& site, const std::string& sealed_secrets, const std::optional<std::string>& request_key
    );
    std::string sealed_secrets(const Site& site);

    /// Gives the site to a job, in a state; forgets the cause.
    void begin(const Site& site, SiteState state, JobId job);
    /// False when the site belongs to another job by now.
    bool set_state(const Site& site, JobId job, SiteState state, const std::string& cause);
    void set_cause(const Site& site, JobId job, const std::string& cause);
    void set_web(const Site& site, const db::JsonText& web);
    void set_https(const Site& site, Https https, const std::string& hint);
    void set_deployed(const Site& site, TimePoint now);
    void set_revealed(const Site& site);
    /// The operator, who is at home nowhere, counts as the root account; so below.
    void set_suspended_by(const Site& site, std::optional<TenantId> home);
    /// Whether the one tenant is the other, or above it.
    bool is_above(std::optional<TenantId> upper, TenantId lower);
    bool is_at_or_above(TenantId upper, TenantId lower);
    void remove(const Site& site);

private:
    db::Transaction& tx_;
};

}  // namespace hostelry::sites
