#pragma once
// Inside this room only: the connections that wait for work.

#include "core/platform/db/connection.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

namespace hostelry::db {

class Pool {
public:
    Pool(DatabaseOptions options, const Clock& clock);
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// A connection for as long as it lives. A poisoned connection is closed instead of coming
    /// back.
    class Lease {
    public:
        Lease(Pool& pool, std::unique_ptr<Connection> connection)
            : pool_(pool), connection_(std::move(connection)) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { pool_.give_back(std::move(connection_)); }
        Connection& operator*() { return *connection_; }
        Connection* operator->() { return connection_.get(); }

    private:
        Pool& pool_;
        std::unique_ptr<Connection> connection_;
    };

    /// Throws PoolExhausted after options.wait_max, ConnectionLost when a new connection cannot be
    /// made.
    Lease take();
    /// Closes what is idle: after a failover every idle connection is dead.
    void drop_idle();
    void close(std::chrono::milliseconds patience);
    PoolFigures figures() const;
    const DatabaseOptions& options() const { return options_; }

private:
    std::unique_ptr<Connection> take_idle_or_slot();
    bool is_fresh(Connection& connection) const;
    void give_back(std::unique_ptr<Connection> connection);
    void give_up_slot();

    const DatabaseOptions options_;
    const Clock& clock_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::unique_ptr<Connection>> idle_;  // the most recently used at the back
    PoolFigures figures_{};
    bool closed_ = false;
};

}  // namespace hostelry::db
