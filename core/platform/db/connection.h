#pragma once
// Inside this room only: one connection, its prepared statements and its open transaction.

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/platform/db/database.h"

#include <pqxx/pqxx>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hostelry::db {

class Connection {
public:
    /// Throws ConnectionLost when the server cannot be reached.
    Connection(const DatabaseOptions& options, const Clock& clock);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// BEGIN, the tenant and the transaction's settings in one round trip.
    void begin(std::optional<TenantId> tenant, const TransactionOptions& options);
    void commit();
    /// Never throws; a connection that cannot roll back is poisoned.
    void roll_back() noexcept;

    /// One statement, prepared under its text. Throws the exceptions of failure.h.
    pqxx::result run(std::string_view sql, std::span<const Param> params);
    void run_script(std::string_view sql);

    void poison() { poisoned_ = true; }
    bool is_poisoned() const { return poisoned_; }
    /// A round trip; false when there is nobody at the other end.
    bool answers();

    std::chrono::steady_clock::time_point opened_at() const { return opened_at_; }
    std::chrono::steady_clock::time_point idle_since{};

private:
    template <class Call>
    pqxx::result measured(std::string_view sql, Call call);
    const std::string* prepared_name(std::string_view sql);
    [[noreturn]] void translate();

    const DatabaseOptions& options_;
    const Clock& clock_;
    std::chrono::steady_clock::time_point opened_at_;
    std::unique_ptr<pqxx::connection> link_;
    std::optional<pqxx::nontransaction> session_;
    std::unordered_map<std::string, std::string> statements_;  // text -> name
    bool in_transaction_ = false;
    bool transaction_failed_ = false;
    bool poisoned_ = false;
};

}  // namespace hostelry::db
