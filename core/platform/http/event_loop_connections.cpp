// Connections come, go and are seen off.
#include "core/platform/http/event_loop.h"
#include "core/platform/log/log.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace hostelry::http {
namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr int kHandshakesPerTurn = 16;
constexpr std::uint32_t kConnectionEvents = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

}  // namespace

void EventLoop::watch(int fd, std::uint32_t events, void* data) const {
    epoll_event event{};
    event.events = events;
    event.data.ptr = data;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

int EventLoop::open_spare() {
    return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void EventLoop::accept_from(Listener& listener) {
    const int most = listener.tls ? kHandshakesPerTurn : kAcceptsPerTurn;
    for (int i = 0; i < most && listener.fd >= 0; ++i) {
        sockaddr_storage storage{};
        socklen_t size = sizeof storage;
        auto* address = reinterpret_cast<sockaddr*>(&storage);
        const int fd = ::accept4(listener.fd, address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            adopt(fd, IpAddress::from(address).value_or(IpAddress{}), listener);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE) {
            // Without this the listener would stay readable and the loop would spin.
            ::close(spare_fd_);
            ::close(::accept(listener.fd, nullptr, nullptr));
            spare_fd_ = open_spare();
            shared_.refused_connections.add();
            log::warn("http", "No descriptor is left for a new connection.");
        }
        if (errno != EINTR && errno != ECONNABORTED) {
            return;
        }
    }
}

void EventLoop::adopt(int fd, const IpAddress& peer, const Listener& listener) {
    if (!shared_.admit_address(peer)) {
        ::close(fd);
        shared_.refused_connections.add();
        return;
    }
    auto transport =
        listener.tls ? make_tls_transport(fd, *listener.tls->current()) : make_plain_transport(fd);
    if (!transport) {
        shared_.release_address(peer);
        return;
    }
    // Freed through the graveyard by drop(), or at the end of run().
    auto* connection = new Connection(*this, std::move(transport), peer);
    connection->is_tls = listener.tls != nullptr;
    connection->phase = listener.tls ? Phase::Handshake : Phase::Idle;
    connection->last_active.store(now_, std::memory_order_relaxed);
    relist(*connection, listener.tls ? DeadlineClass::Handshake : DeadlineClass::Idle);
    // Edge triggered: what has already come is reported once, right after this.
    connection->readable = false;
    watch(fd, kConnectionEvents, connection);
}

void EventLoop::drop(Connection& connection) {
    if (connection.phase == Phase::Dead) {
        return;
    }
    if (connection.work && connection.work->status != 0) {
        finish_request(connection);
    }
    leave_topics(connection);
    unlist(connection);
    if (connection.in_ready) {
        std::erase(ready_, &connection);
        connection.in_ready = false;
    }
    connection.phase = Phase::Dead;
    connection.work.reset();
    // Closing alone is not enough: while a forked process on its way to exec still has a copy of
    // the descriptor, epoll would go on reporting it, with a pointer to what is freed.
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, connection.transport->fd(), nullptr);
    connection.transport.reset();
    shared_.release_address(connection.peer);
    graveyard_.emplace_back(&connection);
}

void EventLoop::begin_drain() {
    // The kernel throws away what waits in a closed listener's queue: take it first.
    for (auto& listener : listeners_) {
        for (std::size_t before = ~std::size_t{0}; before != shared_.connections.load();) {
            before = shared_.connections.load();
            accept_from(listener);
        }
        if (listener.fd >= 0) {
            ::epoll_ctl(epoll_, EPOLL_CTL_DEL, listener.fd, nullptr);
            ::close(listener.fd);
            listener.fd = -1;
        }
    }
    std::vector<Connection*> idle;
    for (auto* one = lists_[static_cast<std::size_t>(DeadlineClass::Idle)].front(); one != nullptr;
         one = one->next) {
        if (one->owner.load() == Owner::Loop && one->phase == Phase::Idle && one->served > 0 &&
            !one->readable) {
            idle.push_back(one);
        }
    }
    for (auto* connection : idle) {
        drop(*connection);
    }
    std::vector<Connection*> streams;
    for (auto* one = lists_[static_cast<std::size_t>(DeadlineClass::Stream)].front();
         one != nullptr;
         one = one->next) {
        streams.push_back(one);
    }
    for (auto* connection : streams) {
        end_stream(*connection);
    }
}

}  // namespace hostelry::http
