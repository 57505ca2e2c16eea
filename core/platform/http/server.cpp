#include "core/platform/http/server.h"

#include "core/base/bytes.h"
#include "core/platform/http/descriptor.h"
#include "core/platform/http/event_loop.h"
#include "core/platform/log/log.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace hostelry::http {
namespace {

constexpr int kBacklog = 1024;
// The kernel's automatic buffers would hide a slow reader (4 MB vanished into them).
constexpr int kSendBufferBytes = 256_KiB;
constexpr unsigned kUserTimeoutMs = 30'000;

template <class T>
bool set_option(int fd, int level, int name, T value) {
    return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

tl::unexpected<Error> cannot_listen(const Listen& listen, std::uint16_t port) {
    const auto reason = std::generic_category().message(errno);
    return fail(
        errno == EADDRINUSE ? ErrorCode::Conflict : ErrorCode::Unavailable,
        fmt::format("Cannot listen on {} port {}: {}.", listen.address, port, reason),
        reason
    );
}

/// Options that accepted connections inherit are set here once.
Result<int> open_listener(const Listen& listen, std::uint16_t port) {
    const auto address = IpAddress::parse(listen.address);
    if (!address) {
        return fail(
            ErrorCode::Invalid, fmt::format("\"{}\" is no numeric address.", listen.address)
        );
    }
    sockaddr_storage storage{};
    const auto size = fill_socket_address(*address, port, storage);
    Descriptor fd(::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const bool prepared = fd.get() >= 0 && set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1) &&
                          set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1) &&
                          set_option(fd.get(), SOL_SOCKET, SO_SNDBUF, kSendBufferBytes) &&
                          set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1) &&
                          set_option(fd.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeoutMs);
    if (!prepared || ::bind(fd.get(), reinterpret_cast<sockaddr*>(&storage), size) != 0 ||
        ::listen(fd.get(), kBacklog) != 0) {
        return cannot_listen(listen, port);
    }
    return fd.release();
}

/// Whether somebody else listens there already. SO_REUSEPORT would let us share the port with them
/// in silence.
bool is_taken(const Listen& listen) {
    const auto address = IpAddress::parse(listen.address);
    if (listen.port == 0 || !address) {
        return false;
    }
    sockaddr_storage storage{};
    const auto size = fill_socket_address(*address, listen.port, storage);
    const Descriptor fd(::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    return ::bind(fd.get(), reinterpret_cast<sockaddr*>(&storage), size) != 0 &&
           errno == EADDRINUSE;
}

std::uint16_t bound_port(int fd) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
    return ntohs(
        storage.ss_family == AF_INET ? reinterpret_cast<sockaddr_in&>(storage).sin_port
                                     : reinterpret_cast<sockaddr_in6&>(storage).sin6_port
    );
}

std::size_t cores() {
    return std::max(1U, std::thread::hardware_concurrency());
}

ServerOptions with_defaults(ServerOptions options) {
    if (options.loops == 0) {
        options.loops = std::max<std::size_t>(1, cores() / 2);
    }
    if (options.workers_awake == 0) {
        options.workers_awake = cores();
    }
    return options;
}

}  // namespace

struct Server::Impl {
    Impl(ServerOptions options, Application& application, SseHub& hub, telemetry::Metrics& metrics)
        : shared(with_defaults(std::move(options)), application, hub, metrics) {
        const auto show = [&](const char* name, const char* help, std::function<double()> read) {
            figures_shown.push_back(metrics.gauge_from(name, help, {}, std::move(read)));
        };
        show("hostelry_http_connections", "Open connections.", [this] {
            return static_cast<double>(shared.connections.load());
        });
        show("hostelry_http_streams", "Open event streams.", [&hub] {
            return static_cast<double>(hub.streams());
        });
        show("hostelry_http_queue", "Requests waiting for a worker.", [this] {
            return static_cast<double>(figures().queued);
        });
        show("hostelry_http_workers_running", "Workers at work.", [this] {
            return static_cast<double>(figures().running);
        });
    }

    WorkerPool::Figures figures() const {
        return shared.pool ? shared.pool->figures() : WorkerPool::Figures{};
    }

    Result<void> open_all(std::vector<std::vector<Listener>>& by_loop) {
        for (const auto& listen : shared.options.listen) {
            if (is_taken(listen)) {
                return fail(
                    ErrorCode::Conflict,
                    fmt::format(
                        "Another program listens on {} port {}.", listen.address, listen.port
                    )
                );
            }
            auto port = listen.port;
            for (auto& listeners : by_loop) {
                const int fd = TRY(open_listener(listen, port));
                listeners.push_back({fd, listen.tls});
                port = bound_port(fd);
            }
            ports.push_back(port);
        }
        return {};
    }

    template <class Function>
    void on_each_loop(const Function& function) {
        for (auto& loop : loops) {
            loop->post(std::function<void()>([&loop = *loop, function] { function(loop); }));
        }
    }

    ServerShared shared;
    std::vector<std::uint16_t> ports;
    std::vector<std::unique_ptr<EventLoop>> loops;
    std::vector<SseHub::Attachment> attachments;
    std::vector<telemetry::Metrics::Registration> figures_shown;
    bool stopped = false;
};

Server::Server(
    ServerOptions options, Application& application, SseHub& hub, telemetry::Metrics& metrics
)
    : impl_(std::make_unique<Impl>(std::move(options), application, hub, metrics)) {}

Server::~Server() {
    stop();
}

Result<void> Server::start() {
    // OpenSSL writes without MSG_NOSIGNAL: a peer that is gone must be an error, not the end of the
    // process.
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    auto& shared = impl_->shared;
    std::vector<std::vector<Listener>> by_loop(shared.options.loops);
    if (auto opened = impl_->open_all(by_loop); !opened) {
        for (const auto& listeners : by_loop) {
            for (const auto& listener : listeners) {
                ::close(listener.fd);
            }
        }
        return opened;
    }
    shared.pool = std::make_unique<WorkerPool>(WorkerPool::Options{
        .threads = shared.options.workers,
        .base = shared.options.workers_awake,
        .capacity = shared.options.limits.queue,
        .patience = shared.options.timeouts.queue,
    });
    for (std::size_t i = 0; i < by_loop.size(); ++i) {
        const auto duty =
            i == 0 ? EventLoop::Duty::ConnectionsAndSessions : EventLoop::Duty::Connections;
        auto& loop = *impl_->loops.emplace_back(
            std::make_unique<EventLoop>(shared, std::move(by_loop[i]), duty)
        );
        impl_->attachments.push_back(shared.hub.attach(
            [&loop](std::shared_ptr<const Event> event) { loop.post(std::move(event)); },
            [&loop](const std::string& session_key) {
                loop.post(std::function<void()>([&loop, session_key] {
                    loop.end_session(session_key);
                }));
            }
        ));
        loop.start();
    }
    return {};
}

std::uint16_t Server::port(std::size_t listener) const {
    return impl_->ports.at(listener);
}

void Server::drain() {
    if (!impl_->shared.draining.exchange(true)) {
        impl_->on_each_loop([](EventLoop& loop) { loop.begin_drain(); });
    }
}

void Server::stop() {
    if (impl_->stopped || impl_->loops.empty()) {
        return;
    }
    impl_->stopped = true;
    drain();
    const auto deadline = std::chrono::steady_clock::now() + impl_->shared.options.timeouts.drain;
    while (connections() > 0 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    if (connections() > 0) {
        log::warn(
            "http",
            "Connections were cut at the end of the drain time.",
            {{"count", std::uint64_t{connections()}}}
        );
    }
    for (const auto attachment : impl_->attachments) {
        impl_->shared.hub.detach(attachment);
    }
    impl_->shared.pool->stop();
    impl_->on_each_loop([](EventLoop& loop) { loop.quit(); });
    for (auto& loop : impl_->loops) {
        loop->join();
    }
}

std::size_t Server::connections() const {
    return impl_->shared.connections.load();
}

}  // namespace hostelry::http
