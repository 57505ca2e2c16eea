#pragma once

#include "core/base/result.h"
#include "core/features/databases/site_database.h"
#include "core/platform/crypto/sealing.h"
#include "core/platform/db/transaction.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::databases {

struct DatabasePage {
    std::vector<SiteDatabase> databases{};
    std::int64_t matching = 0;
    std::string next{};  ///< Give it as `after` for the next page; empty on the last.
};

/// What all databases of the tree take. Unmeasured ones are not in the sum.
struct DatabaseTotals {
    std::int64_t all = 0, measured = 0, bytes = 0;
};

/// The only SQL of the feature. Sees the tree of the transaction's tenant.
class DatabaseStore {
public:
    explicit DatabaseStore(db::Transaction& tx) : tx_(tx) {}

    /// By name of the site. `words` in the site's domain or the database's name.
    DatabasePage list(const std::string& words, const std::string& after, std::int64_t count_max);
    DatabaseTotals totals();
    std::vector<SiteDatabase> of_site(TenantId tenant, const Uuid& site);
    std::optional<SiteDatabase> find(DatabaseId id);
    Result<SiteDatabase> get(DatabaseId id);
    Result<SiteDatabase> get_locked(DatabaseId id);
    /// Made ones that were not measured since `before`, the longest ago first; those that could not
    /// be measured lately behind all others.
    std::vector<SiteDatabase> unmeasured_since(TimePoint before, std::int64_t count_max);

    void insert(const SiteDatabase& database, const std::string& sealed_password);
    void set_made(const SiteDatabase& database, bool is_made);
    void set_size(
        const SiteDatabase& database, std::int64_t bytes, std::int64_t tables, TimePoint now
    );
    void set_measure_error(const SiteDatabase& database, const std::string& error, TimePoint now);

    std::string sealed_password(const SiteDatabase& database);
    std::optional<std::string> sealed_next_password(const SiteDatabase& database);
    void set_next_password(const SiteDatabase& database, const std::optional<std::string>& sealed);
    /// The next password becomes the password. Again: nothing happens.
    void take_next_password(const SiteDatabase& database);

private:
    db::Transaction& tx_;
};

}  // namespace hostelry::databases
