#include "core/platform/http/event_loop.h"

#include "core/base/bytes.h"
#include "core/platform/log/log.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace hostelry::http {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kReadBytes = 64_KiB;
constexpr int kEventsPerTurn = 256;
constexpr int kAcceptsPerTurn = 64;
constexpr int kHandshakesPerTurn = 16;
constexpr milliseconds kExpiryEvery{100};
constexpr milliseconds kNudgeEvery{1};
constexpr milliseconds kFreshIdleWhileDraining{1000};
constexpr std::uint64_t kBodyProgressBytes = 16_KiB;
constexpr std::uint32_t kConnectionEvents = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

void watch(int epoll, int fd, std::uint32_t events, void* data) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = data;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int open_spare() {
    return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

}  // namespace

ServerShared::ServerShared(
    const ServerOptions& server_options,
    Application& server_application,
    SseHub& server_hub,
    telemetry::Metrics& metrics
)
    : options(server_options),
      application(server_application),
      hub(server_hub),
      refused_full(metrics.counter(
          "hostelry_http_overload_total", "Requests answered 503 because the queue was full."
      )),
      refused_connections(metrics.counter(
          "hostelry_http_refused_connections_total", "Connections closed because of a limit."
      )),
      slow_inline(metrics.counter(
          "hostelry_http_slow_inline_total", "Inline handlers that held an event loop over 1 ms."
      )),
      slow_readers(metrics.counter(
          "hostelry_http_slow_readers_total", "Event streams dropped because they did not read."
      )),
      bad_requests(metrics.counter(
          "hostelry_http_bad_requests_total", "Requests refused by the parser or a deadline."
      )) {}

bool ServerShared::admit_address(const IpAddress& address) {
    if (connections.load(std::memory_order_relaxed) >= options.limits.connections) {
        return false;
    }
    const bool unlimited = application.is_trusted_proxy(address);
    const auto limit = options.limits.connections_per_address;
    const bool admitted = by_address.with([&](auto& counts) {
        auto& count = counts[address.subscriber()];
        if (count >= limit && !unlimited) {
            return false;
        }
        ++count;
        return true;
    });
    if (admitted) {
        connections.fetch_add(1, std::memory_order_relaxed);
    }
    return admitted;
}

void ServerShared::release_address(const IpAddress& address) {
    by_address.with([&](auto& counts) {
        if (const auto entry = counts.find(address.subscriber()); --entry->second == 0) {
            counts.erase(entry);
        }
    });
    connections.fetch_sub(1, std::memory_order_relaxed);
}

EventLoop::EventLoop(ServerShared& shared, std::vector<Listener> listeners, Duty duty)
    : shared_(shared), listeners_(std::move(listeners)), duty_(duty), buffer_(kReadBytes) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    wake_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    spare_fd_ = open_spare();
    watch(epoll_, wake_fd_, EPOLLIN, this);
    for (auto& listener : listeners_) {
        watch(epoll_, listener.fd, EPOLLIN, &listener);
    }
}

EventLoop::~EventLoop() {
    join();
    for (const auto& listener : listeners_) {
        if (listener.fd >= 0) {
            ::close(listener.fd);
        }
    }
    ::close(spare_fd_);
    ::close(wake_fd_);
    ::close(epoll_);
}

void EventLoop::start() {
    thread_ = std::thread([this] { run(); });
}

void EventLoop::join() {
    if (thread_.joinable()) {
        thread_.join();
    }
}

void EventLoop::wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_fd_, &one, sizeof one);
}

void EventLoop::post(Connection& connection) {
    const std::lock_guard lock(mail_mutex_);
    const bool was_empty = mail_.empty();
    mail_.returned.push_back(&connection);
    if (was_empty) {
        wake();
    }
}

void EventLoop::post(std::shared_ptr<const Event> event) {
    const std::lock_guard lock(mail_mutex_);
    const bool was_empty = mail_.empty();
    mail_.events.push_back(std::move(event));
    if (was_empty) {
        wake();
    }
}

void EventLoop::post(std::function<void()> task) {
    const std::lock_guard lock(mail_mutex_);
    const bool was_empty = mail_.empty();
    mail_.tasks.push_back(std::move(task));
    if (was_empty) {
        wake();
    }
}

void EventLoop::run() {
    while (!quitting_) {
        turn();
    }
    for (auto& list : lists_) {
        while (auto* connection = list.front()) {
            drop(*connection);
        }
    }
    graveyard_.clear();
}

/// How long nothing can become due.
int EventLoop::wait_ms() {
    if (!ready_.empty() || !broadcasts_.empty()) {
        return 0;
    }
    if (shared_.pool->has_waiting()) {
        return 1;
    }
    auto next = SteadyTime::max();
    for (std::size_t i = 0; i < lists_.size(); ++i) {
        if (const auto* first = lists_[i].front()) {
            next = std::min(next, first->listed_at + length_of(static_cast<DeadlineClass>(i)));
        }
    }
    if (next == SteadyTime::max()) {
        return -1;
    }
    const auto left = std::chrono::ceil<milliseconds>(next - std::chrono::steady_clock::now());
    const auto shortest = std::min(kExpiryEvery, shared_.options.timeouts.closing);
    return static_cast<int>(std::clamp(left, shortest, milliseconds{1000}).count());
}

void EventLoop::turn() {
    std::array<epoll_event, kEventsPerTurn> events{};
    const int count = ::epoll_wait(epoll_, events.data(), kEventsPerTurn, wait_ms());
    now_ = std::chrono::steady_clock::now();
    bool has_mail = false;
    for (int i = 0; i < count; ++i) {
        auto& event = events[static_cast<std::size_t>(i)];
        const auto listener = std::find_if(listeners_.begin(), listeners_.end(), [&](auto& one) {
            return &one == event.data.ptr;
        });
        if (listener != listeners_.end()) {
            accept_from(*listener);
        } else if (event.data.ptr == this) {
            has_mail = true;
        } else {
            on_event(*static_cast<Connection*>(event.data.ptr), event.events);
        }
    }
    if (has_mail) {
        read_mail();
    }
    std::vector<Connection*> ready;
    ready.swap(ready_);
    for (auto* connection : ready) {
        connection->in_ready = false;
        if (connection->phase != Phase::Dead) {
            drive(*connection);
        }
    }
    broadcast_slice();
    if (now_ - last_expiry_ >= std::min(kExpiryEvery, shared_.options.timeouts.closing)) {
        last_expiry_ = now_;
        expire();
        check_sessions();
    }
    if (shared_.pool->has_waiting() && now_ - last_nudge_ >= kNudgeEvery) {
        last_nudge_ = now_;
        shared_.pool->nudge();
    }
    // One batch can name a connection that was dropped earlier in it: freed only now.
    graveyard_.clear();
}

void EventLoop::on_event(Connection& connection, std::uint32_t events) {
    if (connection.owner.load() == Owner::Loop && connection.phase == Phase::Dead) {
        return;
    }
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
        connection.readable = true;
    }
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
        connection.hung_up = true;
    }
    auto expected = Owner::Worker;
    if (connection.owner.compare_exchange_strong(expected, Owner::WorkerMore) ||
        expected == Owner::WorkerMore) {
        return;  // The worker posts it; nothing is lost.
    }
    drive(connection);
}

void EventLoop::read_mail() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_fd_, &count, sizeof count);
    Mail mail;
    {
        const std::lock_guard lock(mail_mutex_);
        std::swap(mail, mail_);
    }
    for (auto* connection : mail.returned) {
        connection->owner.store(Owner::Loop);
        drive(*connection);
    }
    for (auto& event : mail.events) {
        if (const auto topic = topics_.find(event->topic); topic != topics_.end()) {
            const auto streams = topic->second->streams.size();
            broadcasts_.push_back({std::move(event), topic->second, streams});
        }
    }
    for (const auto& task : mail.tasks) {
        task();
    }
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
    watch(epoll_, fd, kConnectionEvents, connection);
}

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

void EventLoop::requeue(Connection& connection) {
    if (!connection.in_ready) {
        connection.in_ready = true;
        ready_.push_back(&connection);
    }
}

void EventLoop::drive(Connection& connection) {
    for (std::size_t i = 0; i < shared_.options.limits.requests_per_turn; ++i) {
        try {
            if (step(connection) != Step::Again) {
                return;
            }
        } catch (const std::exception& error) {
            // One connection's trouble must not end the loop that all the others live on.
            log::error("http", "A connection was cut.", {{"cause", error.what()}});
            drop(connection);
            return;
        }
    }
    requeue(connection);  // Back of the line: others wait too.
}

EventLoop::Step EventLoop::step(Connection& connection) {
    switch (connection.phase) {
        case Phase::Handshake:
            return step_handshake(connection);
        case Phase::Idle:
        case Phase::Head:
            return step_head(connection);
        case Phase::Body:
            return step_body(connection);
        case Phase::Flush:
            return step_flush(connection);
        case Phase::Produce:
            return hand_over(connection, &EventLoop::produce_more);
        case Phase::Subscribe:
            return begin_stream(connection);
        case Phase::Stream:
            return step_stream(connection);
        case Phase::Closing:
            return step_closing(connection);
        case Phase::Broken:
            drop(connection);
            return Step::Gone;
        default:
            return Step::Wait;
    }
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
