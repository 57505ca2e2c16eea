#pragma once

#include "core/base/id.h"
#include "core/platform/db/failure.h"
#include "core/platform/db/param.h"
#include "core/platform/db/rows.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hostelry::db {

class Connection;

/// An open transaction, handed to the function given to Database::in_tenant or in_system. Not for
/// two threads, and not to be kept. Statements are prepared once per connection under their text,
/// so pass constants, never glued text.
///
/// Nothing is sent before an answer is needed: BEGIN and the tenant travel with the first
/// statement.
///
/// Never make an outside call (network, program, template) while one is open: it holds a
/// connection.
class Transaction {
public:
    Transaction(Connection& connection, std::optional<TenantId> tenant)
        : connection_(connection), tenant_(tenant) {}
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    /// Throws ConstraintViolation and its siblings (failure.h).
    template <class... Params>
    Rows query(std::string_view sql, const Params&... params) {
        const std::array<Param, sizeof...(params)> list{Param(params)...};
        return run(sql, list);
    }
    /// The only row, or nothing; more than one throws std::logic_error.
    template <class... Params>
    std::optional<Row> query_optional(std::string_view sql, const Params&... params) {
        return at_most_one(query(sql, params...), sql);
    }
    /// Exactly one row (a count, an INSERT ... RETURNING); anything else throws std::logic_error.
    template <class... Params>
    Row query_one(std::string_view sql, const Params&... params) {
        return exactly_one(query(sql, params...), sql);
    }
    /// Answers the number of rows the statement touched.
    template <class... Params>
    std::int64_t execute(std::string_view sql, const Params&... params) {
        const std::array<Param, sizeof...(params)> list{Param(params)...};
        return run_counting(sql, list);
    }

    /// For what needs no answer: goes out with the next statement, or with COMMIT, and so costs no
    /// round trip. What it breaks is thrown there, for nobody to catch by name. `sql` is a
    /// constant.
    template <class... Params>
    void defer(std::string_view sql, const Params&... params) {
        const std::array<Param, sizeof...(params)> list{Param(params)...};
        run_deferred(sql, list);
    }

    Rows run(std::string_view sql, std::span<const Param> params);
    std::int64_t run_counting(std::string_view sql, std::span<const Param> params);
    void run_deferred(std::string_view sql, std::span<const Param> params);
    /// Several statements in one round trip, without parameters and without an answer; for
    /// migrations and tests.
    void run_script(std::string_view sql);

    /// The tenant whose rows (and whose descendants' rows) this transaction sees; nothing inside
    /// in_system.
    std::optional<TenantId> tenant() const { return tenant_; }
    /// Changes what the rest of the transaction sees. For platform code that works through rows of
    /// many tenants in one transaction (event delivery); features use in_tenant.
    void enter_tenant(TenantId tenant);

private:
    static std::optional<Row> at_most_one(const Rows& rows, std::string_view sql);
    static Row exactly_one(const Rows& rows, std::string_view sql);

    Connection& connection_;
    std::optional<TenantId> tenant_;
};

}  // namespace hostelry::db
