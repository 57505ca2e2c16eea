#pragma once
// The front door to PostgreSQL: a pool of connections and transactions with a tenant context.
//
//     Result<Site> site = database.in_tenant(tenant, [&](db::Transaction& tx) -> Result<Site> {
//         return SiteStore{tx}.get_site(id);
//     });

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/result.h"
#include "core/platform/db/transaction.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace hostelry::db {

/// What is told about each statement, for metrics. `sql` lives only during the call.
struct QueryFigure {
    std::string_view sql;
    std::chrono::microseconds took;
    bool slow;
    bool failed;
};

struct PoolFigures {
    std::size_t size_max;
    std::size_t open;
    std::size_t in_use;
    std::size_t waiting;
    std::uint64_t opened_total;
    std::uint64_t poisoned_total;
    std::uint64_t wait_timeouts_total;
};

struct DatabaseOptions {
    /// libpq connection string of role hostelry_app. Secrets in it are never logged.
    std::string dsn;
    std::size_t connections_max = 8;
    std::chrono::milliseconds wait_max{2000};  ///< for a free connection, then Unavailable
    std::chrono::seconds connection_life_max{30 * 60};
    std::chrono::seconds idle_before_check{30};
    std::chrono::milliseconds connect_timeout{5000};
    std::chrono::milliseconds statement_timeout{5000};
    std::chrono::milliseconds lock_timeout{3000};
    std::chrono::milliseconds idle_in_transaction_timeout{30000};
    std::chrono::milliseconds slow_after{200};  ///< slower statements are logged and counted
    /// Called after each statement from the thread that ran it; must be quick and not throw.
    std::function<void(const QueryFigure&)> on_query;
};

enum class Isolation { ReadCommitted, RepeatableRead, Serializable };

struct TransactionOptions {
    Isolation isolation = Isolation::ReadCommitted;
    /// The database refuses changes. At ReadCommitted each statement is then one round trip and a
    /// transaction of its own: it sees what is committed when it runs, as it would anyway.
    bool read_only = false;
    /// Does not wait for the disk at COMMIT. Only for what may be lost and done again (claims,
    /// notes).
    bool asynchronous_commit = false;
    int attempts_max =
        4;  ///< for serialisation failures and deadlocks; the function runs again from its start
    std::optional<std::chrono::milliseconds> statement_timeout{};
};

/// Safe for all threads. Connects lazily and by itself again after a failover.
class Database {
public:
    Database(DatabaseOptions options, const Clock& clock);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Runs `work` in one transaction that sees the tenant's tree. `work` returns a Result; ok
    /// commits, an error rolls back and is handed through. It may run several times (serialisation
    /// failures), so it has no other effects.
    ///
    /// Besides the errors of `work`: Unavailable (no connection, pool exhausted, or in-doubt commit
    /// with maybe_applied), Timeout. ConstraintViolation and mistakes in SQL are thrown, after the
    /// rollback.
    template <class Work>
    auto in_tenant(TenantId tenant, Work&& work, const TransactionOptions& options = {}) {
        return transact(tenant, std::forward<Work>(work), options);
    }

    /// The same for what only looks: no BEGIN and no COMMIT, one round trip for each statement.
    template <class Work>
    auto read_in_tenant(TenantId tenant, Work&& work) {
        return transact(tenant, std::forward<Work>(work), {.read_only = true});
    }

    /// The same as in_tenant without a tenant: sees tables without tenants and definer functions;
    /// tenant tables look empty.
    template <class Work>
    auto in_system(Work&& work, const TransactionOptions& options = {}) {
        return transact(std::nullopt, std::forward<Work>(work), options);
    }

    /// One statement with its own implicit commit, one round trip, no tenant context: for definer
    /// functions on hot paths. Same errors as in_tenant; an answer lost after sending is
    /// Unavailable with maybe_applied.
    template <class... Params>
    Result<Rows> single_statement(std::string_view sql, const Params&... params) {
        const std::array<Param, sizeof...(params)> list{Param(params)...};
        return run_single(sql, list);
    }

    PoolFigures figures() const;
    const DatabaseOptions& options() const;
    /// Waits for leases to come back until the deadline, then closes what is idle. Later calls
    /// answer Unavailable.
    void close(std::chrono::milliseconds patience);

private:
    template <class Work>
    auto transact(std::optional<TenantId> tenant, Work&& work, const TransactionOptions& options) {
        using Outcome = std::invoke_result_t<Work&, Transaction&>;
        std::optional<Outcome> outcome;
        const std::function<bool(Transaction&)> body = [&](Transaction& tx) {
            outcome.emplace(work(tx));
            return outcome->has_value();
        };
        Result<void> ran = run(tenant, options, body);
        if (!ran) {
            return Outcome(tl::unexpected(std::move(ran).error()));
        }
        return std::move(*outcome);
    }
    /// `body` answers true for commit.
    Result<void> run(
        std::optional<TenantId> tenant,
        const TransactionOptions& options,
        const std::function<bool(Transaction&)>& body
    );
    Result<Rows> run_single(std::string_view sql, std::span<const Param> params);

    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace hostelry::db
