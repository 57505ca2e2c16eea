#pragma once

#include "core/features/tenants/tenant.h"
#include "core/platform/db/transaction.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::tenants {

struct TenantFilter {
    std::string words;
    std::string state;               ///< "active", "suspended" or empty for both.
    std::optional<TenantId> parent;  ///< Only its children.
};

struct TenantPage {
    std::vector<Tenant> tenants;
    std::int64_t matching = 0;
    std::int64_t all = 0, active = 0, suspended = 0;
};

/// The only SQL of the feature. Every call sees the tree of the transaction's tenant; deleted ones
/// do not exist.
class TenantStore {
public:
    explicit TenantStore(db::Transaction& tx) : tx_(tx) {}

    /// Those below the transaction's tenant, by name.
    TenantPage list(const TenantFilter& filter, std::int64_t offset, std::int64_t count_max);
    Result<Tenant> get(TenantId id);
    /// The same, and neither it nor its children change until the transaction ends.
    Result<Tenant> get_locked(TenantId id);
    std::optional<Tenant> find_by_request_key(TenantId parent, const std::string& key);
    bool has_slug(TenantId parent, const std::string& slug);

    void insert(
        const Tenant& tenant, const std::string& slug, const std::optional<std::string>& request_key
    );
    void rename(TenantId id, const std::string& name);
    void set_state(TenantId id, std::string_view state, std::optional<TimePoint> suspended_at);
    /// Its slug becomes free.
    void mark_deleted(TenantId id);

private:
    db::Transaction& tx_;
};

}  // namespace hostelry::tenants
