#pragma once
// The front door of the tenant tree: accounts of resellers and clients, and what becomes of them.

#include "core/features/shell/shell.h"
#include "core/features/tenants/tenant.h"
#include "core/features/tenants/tenant_store.h"
#include "core/features/users/users.h"
#include "core/platform/db/database.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::tenants {

struct TenantName {
    TenantId id;
    std::string name;
    std::string kind;
};

/// The name of a tenant the transaction sees; nothing for any other.
std::optional<TenantName> name_of(db::Transaction& tx, TenantId tenant);
/// Its children that are not deleted, by name.
std::vector<TenantName> children_of(db::Transaction& tx, TenantId tenant);

/// Something a tenant may have that stands in the way of its deletion.
struct Holding {
    std::string one;   ///< "site"
    std::string many;  ///< "sites"
    /// How many this tenant itself has; runs in a transaction that sees it.
    std::function<std::int64_t(db::Transaction& tx, TenantId tenant)> count;
};

class Tenants {
public:
    struct Needs {
        db::Database& database;
        const Clock& clock;
        Random& random;
        shell::Shell& shell;
        users::Users& users;
    };
    explicit Tenants(Needs needs) : needs_(needs) {}

    /// Before the routes are used; features register what they keep for tenants.
    void add_holding(Holding holding) { holdings_.push_back(std::move(holding)); }
    void add_routes(http::Router& router);

    // Operations. Each sees the tree of the caller's tenant (NotFound), and is one transaction with
    // its events.

    /// A `request_key` seen before under that parent answers the tenant made then.
    Result<CreatedTenant> create(
        const users::Caller& caller,
        const CreateTenant& request,
        const std::optional<std::string>& request_key = {}
    );
    Result<Tenant> get(const users::Caller& caller, TenantId id);
    Result<TenantPage> list(
        const users::Caller& caller,
        const TenantFilter& filter,
        std::int64_t offset = 0,
        std::int64_t count_max = 100
    );
    Result<Tenant> update(const users::Caller& caller, TenantId id, const UpdateTenant& request);
    /// Nobody of it or below it can sign in; what they had running ends within seconds.
    Result<Tenant> suspend(const users::Caller& caller, TenantId id);
    Result<Tenant> resume(const users::Caller& caller, TenantId id);
    /// Conflict while it has children or holdings, naming them. Its people go with it.
    Result<void> remove(const users::Caller& caller, TenantId id);

private:
    Result<Tenant> make(
        db::Transaction& tx,
        const users::Caller& caller,
        const CreateTenant& request,
        const std::optional<std::string>& request_key
    );
    std::string free_slug(TenantStore& store, TenantId parent, const std::string& name);
    Result<void> check_empty(db::Transaction& tx, const Tenant& tenant) const;

    Needs needs_;
    std::vector<Holding> holdings_;
};

}  // namespace hostelry::tenants
