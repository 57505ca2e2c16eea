#include "core/platform/db/database.h"

#include "core/platform/db/pool.h"
#include "core/platform/db/result_set.h"
#include "core/platform/log/log.h"

#include <thread>

namespace hostelry::db {
namespace {

constexpr std::chrono::milliseconds kRetryFirst{4};
constexpr std::chrono::milliseconds kBusyRetryAfter{1000};

/// Threads that collided must not collide again in step: each waits its own while.
void wait_before_attempt(int attempt) {
    const auto spread = std::hash<std::thread::id>{}(std::this_thread::get_id()) % 7;
    std::this_thread::sleep_for(kRetryFirst * (1 << attempt) + std::chrono::milliseconds{spread});
}

Error unavailable(std::string cause) {
    return {
        .code = ErrorCode::Unavailable,
        .message = "The database cannot be reached at the moment. Please try again.",
        .fields = {},
        .cause = std::move(cause),
        .retry_after = kBusyRetryAfter,
    };
}

Error in_doubt(std::string cause) {
    Error error = unavailable(std::move(cause));
    error.message =
        "The connection to the database was lost while the change was saved. "
        "Please look whether it took effect before you repeat it.";
    error.maybe_applied = true;
    return error;
}

Error timed_out(std::string cause) {
    return {
        .code = ErrorCode::Timeout,
        .message = "The database took too long to answer. Please try again.",
        .fields = {},
        .cause = std::move(cause),
        .retry_after = kBusyRetryAfter,
    };
}

Error contended(std::string cause) {
    Error error = unavailable(std::move(cause));
    error.message = "Somebody else changed the same data at the same moment. Please try again.";
    return error;
}

}  // namespace

struct Database::Parts {
    Parts(DatabaseOptions options, const Clock& clock) : pool(std::move(options), clock) {}

    /// One attempt. Throws the exceptions of failure.h; the transaction is over in any case.
    void attempt(
        std::optional<TenantId> tenant,
        const TransactionOptions& options,
        const std::function<bool(Transaction&)>& body
    ) {
        Pool::Lease lease = pool.take();
        lease->begin(tenant, options);
        try {
            Transaction tx{*lease, tenant};
            if (body(tx)) {
                lease->commit();
            } else {
                lease->roll_back();
            }
        } catch (...) {
            lease->roll_back();
            throw;
        }
    }

    Pool pool;
};

Database::Database(DatabaseOptions options, const Clock& clock)
    : parts_(std::make_unique<Parts>(std::move(options), clock)) {}

Database::~Database() = default;

Result<void> Database::run(
    std::optional<TenantId> tenant,
    const TransactionOptions& options,
    const std::function<bool(Transaction&)>& body
) {
    for (int attempt = 1;; ++attempt) {
        const bool is_last = attempt >= options.attempts_max;
        try {
            parts_->attempt(tenant, options, body);
            return {};
        } catch (const SerializationFailed& failure) {
            if (is_last) {
                return tl::unexpected(contended(failure.what()));
            }
        } catch (const ConnectionLost& failure) {
            // Nothing was committed, so the work may run again; after a failover every idle
            // connection is dead, hence the second try goes over a new one.
            parts_->pool.drop_idle();
            if (is_last || attempt > 1) {
                return tl::unexpected(unavailable(failure.what()));
            }
        } catch (const PoolExhausted& failure) {
            return tl::unexpected(unavailable(failure.what()));
        } catch (const StatementTimedOut& failure) {
            return tl::unexpected(timed_out(failure.what()));
        } catch (const CommitInDoubt& failure) {
            log::warn("db", "commit in doubt", {{"cause", failure.what()}});
            return tl::unexpected(in_doubt(failure.what()));
        }
        wait_before_attempt(attempt);
    }
}

Result<Rows> Database::run_single(std::string_view sql, std::span<const Param> params) {
    for (int attempt = 1;; ++attempt) {
        bool sent = false;
        try {
            Pool::Lease lease = parts_->pool.take();
            sent = true;
            return Rows{std::make_shared<ResultSet>(lease->run(sql, params))};
        } catch (const SerializationFailed& failure) {
            if (attempt >= TransactionOptions{}.attempts_max) {
                return tl::unexpected(contended(failure.what()));
            }
        } catch (const ConnectionLost& failure) {
            parts_->pool.drop_idle();
            return tl::unexpected(sent ? in_doubt(failure.what()) : unavailable(failure.what()));
        } catch (const PoolExhausted& failure) {
            return tl::unexpected(unavailable(failure.what()));
        } catch (const StatementTimedOut& failure) {
            return tl::unexpected(timed_out(failure.what()));
        }
        wait_before_attempt(attempt);
    }
}

PoolFigures Database::figures() const {
    return parts_->pool.figures();
}

const DatabaseOptions& Database::options() const {
    return parts_->pool.options();
}

void Database::close(std::chrono::milliseconds patience) {
    parts_->pool.close(patience);
}

}  // namespace hostelry::db
