#include "core/platform/db/pool.h"

namespace hostelry::db {

Pool::Pool(DatabaseOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {
    figures_.size_max = options_.connections_max;
}

Pool::Lease Pool::take() {
    for (;;) {
        auto connection = take_idle_or_slot();
        if (connection == nullptr) {
            try {
                connection = std::make_unique<Connection>(options_, clock_);
            } catch (...) {
                give_up_slot();
                throw;
            }
            const std::lock_guard lock(mutex_);
            ++figures_.opened_total;
        }
        if (is_fresh(*connection)) {
            return Lease{*this, std::move(connection)};
        }
        connection.reset();
        give_up_slot();
    }
}

/// An idle connection, or nullptr with a slot reserved for a new one.
std::unique_ptr<Connection> Pool::take_idle_or_slot() {
    std::unique_lock lock(mutex_);
    ++figures_.waiting;
    const bool got = changed_.wait_for(lock, options_.wait_max, [&] {
        return closed_ || !idle_.empty() || figures_.open < options_.connections_max;
    });
    --figures_.waiting;
    if (!got || closed_) {
        figures_.wait_timeouts_total += closed_ ? 0 : 1;
        throw PoolExhausted(closed_ ? "the pool is closed" : "no connection became free in time");
    }
    ++figures_.in_use;
    if (idle_.empty()) {
        ++figures_.open;
        return nullptr;
    }
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
}

bool Pool::is_fresh(Connection& connection) const {
    const auto now = clock_.steady();
    if (now - connection.opened_at() > options_.connection_life_max) {
        return false;
    }
    const bool just_opened = connection.idle_since == std::chrono::steady_clock::time_point{};
    return just_opened || now - connection.idle_since < options_.idle_before_check ||
           connection.answers();
}

void Pool::give_back(std::unique_ptr<Connection> connection) {
    if (connection == nullptr) {
        return;
    }
    if (connection->is_poisoned()) {
        connection.reset();
        {
            const std::lock_guard lock(mutex_);
            ++figures_.poisoned_total;
        }
        give_up_slot();
        return;
    }
    connection->idle_since = clock_.steady();
    const std::lock_guard lock(mutex_);
    --figures_.in_use;
    if (closed_) {
        --figures_.open;
        connection.reset();
    } else {
        idle_.push_back(std::move(connection));
    }
    changed_.notify_all();
}

void Pool::give_up_slot() {
    const std::lock_guard lock(mutex_);
    --figures_.open;
    --figures_.in_use;
    changed_.notify_all();
}

void Pool::drop_idle() {
    std::deque<std::unique_ptr<Connection>> dropped;
    const std::lock_guard lock(mutex_);
    figures_.open -= idle_.size();
    dropped.swap(idle_);
    changed_.notify_all();
}

void Pool::close(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
    changed_.wait_for(lock, patience, [&] { return figures_.in_use == 0; });
    figures_.open -= idle_.size();
    idle_.clear();
}

PoolFigures Pool::figures() const {
    const std::lock_guard lock(mutex_);
    return figures_;
}

}  // namespace hostelry::db
