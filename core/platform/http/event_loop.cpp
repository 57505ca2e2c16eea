#include "core/platform/http/event_loop.h"

#include "core/base/bytes.h"
#include "core/platform/log/log.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

namespace hostelry::http {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kReadBytes = 64_KiB;
constexpr int kEventsPerTurn = 256;
constexpr milliseconds kExpiryEvery{100};
constexpr milliseconds kNudgeEvery{1};

}  // namespace

EventLoop::EventLoop(ServerShared& shared, std::vector<Listener> listeners, Duty duty)
    : shared_(shared), listeners_(std::move(listeners)), duty_(duty), buffer_(kReadBytes) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    wake_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    spare_fd_ = open_spare();
    watch(wake_fd_, EPOLLIN, this);
    for (auto& listener : listeners_) {
        watch(listener.fd, EPOLLIN, &listener);
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

}  // namespace hostelry::http
