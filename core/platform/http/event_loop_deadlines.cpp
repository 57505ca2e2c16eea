// What a connection waits for has a limit. Each limit has a list, the first in it is due first.
#include "core/base/bytes.h"
#include "core/platform/http/event_loop.h"

#include <algorithm>

namespace hostelry::http {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFreshIdleWhileDraining{1000};
constexpr std::uint64_t kBodyProgressBytes = 16_KiB;

}  // namespace

void EventLoop::relist(Connection& connection, DeadlineClass list) {
    unlist(connection);
    connection.listed = list;
    connection.listed_at = now_;
    lists_[static_cast<std::size_t>(list)].push_back(connection);
}

void EventLoop::unlist(Connection& connection) {
    if (connection.listed != DeadlineClass::None) {
        lists_[static_cast<std::size_t>(connection.listed)].remove(connection);
        connection.listed = DeadlineClass::None;
    }
}

milliseconds EventLoop::length_of(DeadlineClass list) const {
    const auto& timeouts = shared_.options.timeouts;
    switch (list) {
        case DeadlineClass::Handshake:
            return timeouts.handshake;
        case DeadlineClass::Head:
            return timeouts.head;
        case DeadlineClass::Body:
            return timeouts.body;
        case DeadlineClass::Flush:
            return timeouts.flush;
        case DeadlineClass::Stream:
            return timeouts.stream_comment;
        case DeadlineClass::Closing:
            return timeouts.closing;
        default:
            break;
    }
    if (shared_.draining.load(std::memory_order_relaxed)) {
        return std::min(timeouts.idle, kFreshIdleWhileDraining);
    }
    const auto crowded = shared_.options.limits.connections * 8 / 10;
    return shared_.connections.load(std::memory_order_relaxed) > crowded
               ? timeouts.idle_when_crowded
               : timeouts.idle;
}

void EventLoop::expire() {
    for (std::size_t i = 0; i < lists_.size(); ++i) {
        const auto length = length_of(static_cast<DeadlineClass>(i));
        while (auto* first = lists_[i].front()) {
            if (now_ - first->listed_at < length) {
                break;
            }
            expire(*first);
        }
    }
}

/// Either moves the connection to another place or list, or ends it.
void EventLoop::expire(Connection& connection) {
    const auto list = connection.listed;
    if (connection.owner.load() != Owner::Loop) {
        relist(connection, list);  // A worker has it; handlers have limits of their own.
        return;
    }
    switch (list) {
        case DeadlineClass::Idle: {
            const auto active = connection.last_active.load(std::memory_order_relaxed);
            if (now_ - active < length_of(list)) {
                relist(connection, list);
                connection.listed_at = std::max(active, connection.listed_at - length_of(list));
            } else {
                drop(connection);
            }
            return;
        }
        case DeadlineClass::Head:
            refuse(connection, 408, "The request head did not arrive in time.");
            drive(connection);
            return;
        case DeadlineClass::Body: {
            auto& work = *connection.work;
            const bool moves = work.body.size() >= work.body_seen + kBodyProgressBytes;
            work.body_seen = work.body.size();
            if (moves && now_ - work.body_began < shared_.options.timeouts.body_total) {
                relist(connection, list);
                return;
            }
            refuse(connection, 408, "The request body did not arrive in time.");
            drive(connection);
            return;
        }
        case DeadlineClass::Flush:
            if (connection.output.sent() > connection.sent_seen) {
                connection.sent_seen = connection.output.sent();
                relist(connection, list);
                return;
            }
            drop(connection);
            return;
        case DeadlineClass::Stream:
            if (!connection.output.empty() && connection.output.sent() == connection.sent_seen) {
                shared_.slow_readers.add();
                drop(connection);
                return;
            }
            connection.sent_seen = connection.output.sent();
            relist(connection, list);
            connection.output.push(":\n\n");
            flush_stream(connection);
            return;
        default:
            drop(connection);
    }
}

}  // namespace hostelry::http
