#pragma once
// Inside this room only: one connection, its prepared statements and its open transaction.
//
// Everything goes through libpq's pipeline, and nothing goes out before an answer is needed: BEGIN
// and the tenant travel with the first statement, deferred statements with the next one or with
// COMMIT. A transaction that makes no statement makes no round trip.

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/platform/db/database.h"
#include "core/platform/db/link.h"
#include "core/platform/db/pipeline.h"
#include "core/platform/db/result_set.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hostelry::db {

class Connection {
public:
    /// Throws ConnectionLost when the server cannot be reached.
    Connection(const DatabaseOptions& options, const Clock& clock);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// No round trip. What only reads at Read Committed gets no transaction around its statements:
    /// each sees whatever is committed anyway, so each is one by itself.
    void begin(std::optional<TenantId> tenant, const TransactionOptions& options);
    /// Sends what is deferred, and COMMIT with it. Throws CommitInDoubt besides what run() throws.
    void commit();
    /// Never throws; a connection that cannot roll back is poisoned.
    void roll_back() noexcept;

    /// One statement, prepared under its text, after those that are deferred. Throws the exceptions
    /// of failure.h, for the deferred ones too. Without begin() it is a transaction of its own.
    ResultSet run(std::string_view sql, std::span<const Param> params);
    /// Goes out with the next statement or with COMMIT; `sql` lives until then.
    void defer(std::string_view sql, std::span<const Param> params);
    void run_script(std::string_view sql);
    /// No round trip.
    void enter_tenant(TenantId tenant);

    void poison() { poisoned_ = true; }
    bool is_poisoned() const { return poisoned_; }
    /// A round trip; false when there is nobody at the other end.
    bool answers();

    std::chrono::steady_clock::time_point opened_at() const { return opened_at_; }
    std::chrono::steady_clock::time_point idle_since{};

private:
    /// What the transaction is to the server.
    enum class Stage {
        None,
        Due,      ///< BEGIN has not been sent yet
        Open,     ///< BEGIN has been sent
        Reading,  ///< each statement is a transaction of its own
    };
    struct Statement {
        std::string_view sql;
        std::span<const Param> params;
        /// BEGIN and the like, which nobody is told of.
        bool is_ours = false;
        /// Where the parameters are held while the statement waits.
        std::vector<Param> kept{};
    };
    /// One thing sent and answered: a statement, or its preparation.
    struct Call {
        const Statement* statement;
        bool prepares;
    };
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    static Statement kept(std::string_view sql, std::vector<Param> params, bool is_ours);
    void flush_due();
    ResultSet exchange(std::vector<Statement> statements);
    std::vector<Call> send(Pipeline& pipeline, const std::vector<Statement>& statements);
    void forget_unprepared(std::span<const Call> unanswered);
    [[noreturn]] void refuse(const PGresult* answer);
    void tell(
        std::span<const Call> calls, std::chrono::steady_clock::time_point sent_at, bool failed
    ) const;
    void end();

    const DatabaseOptions& options_;
    const Clock& clock_;
    std::chrono::steady_clock::time_point opened_at_;
    std::unique_ptr<Link> link_;
    std::optional<pqxx::nontransaction> session_;  // for scripts
    std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> prepared_;  // by text
    std::uint64_t names_given_ = 0;
    Stage stage_ = Stage::None;
    std::vector<Statement> deferred_;
    std::vector<Statement> ahead_of_each_;  // while Reading
    bool transaction_failed_ = false;
    bool poisoned_ = false;
};

}  // namespace hostelry::db
