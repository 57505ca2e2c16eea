#include "core/features/servers/agent_listener.h"

#include "core/base/text.h"
#include "core/platform/http/address.h"
#include "core/platform/log/log.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace hostelry::servers {

namespace {

constexpr int kBacklog = 128;
constexpr std::chrono::hours kContextLife{24};
constexpr int kAcceptorTickMs = 1000;

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<AddressList> resolve_listen(const std::string& listen) {
    const auto colon = listen.rfind(':');
    if (colon == std::string::npos) {
        return fail(ErrorCode::Invalid, "agent.listen needs an address and a port.");
    }
    auto host = listen.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const auto port = listen.substr(colon + 1);
    if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
        return fail(ErrorCode::Invalid, "agent.listen is not an address and a port: " + listen);
    }
    return AddressList{found, freeaddrinfo};
}

std::uint16_t port_of(int socket) {
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size);
    return bound.ss_family == AF_INET6
               ? ntohs(reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port)
               : ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
}

}  // namespace

AgentListener::AgentListener(Needs needs, Options options)
    : needs_(std::move(needs)),
      options_(std::move(options)),
      ledger_(needs_.database, needs_.sealer) {}

AgentListener::~AgentListener() {
    stop();
}

Result<void> AgentListener::start() {
    // A peer that is gone is an error of the write, not the end of the process.
    static_cast<void>(signal(SIGPIPE, SIG_IGN));
    PanelKeys keys({needs_.database, needs_.clock, needs_.sealer, needs_.scratch_folder});
    ca_ = TRY(keys.agent_ca());
    TRY(keys.ssh());  // Made here at the latest, so that showing it on a page writes nothing.
    parts_ = std::make_unique<AgentSessionParts>(AgentSessionParts{
        ledger_,
        needs_.clock,
        needs_.random,
        ca_,
        options_.certificate_life,
        options_.heartbeat_seconds});
    TRY(fresh_context());
    TRY(open_socket());
    stop_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (needs_.listener != nullptr) {
        subscription_ = needs_.listener->listen(
            std::string(kAgentChannel), [this](const db::Notice& notice) { wake(notice.payload); }
        );
    }
    acceptor_ = std::thread([this] { accept_loop(); });
    log::info("servers", "listening for agents", {{"address", options_.listen}, {"port", port_}});
    return {};
}

Result<void> AgentListener::open_socket() {
    const auto addresses = TRY(resolve_listen(options_.listen));
    const addrinfo& first = *addresses;
    socket_ = socket(first.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (socket_ < 0 || bind(socket_, first.ai_addr, first.ai_addrlen) != 0 ||
        ::listen(socket_, kBacklog) != 0) {
        const std::string reason = std::generic_category().message(errno);
        if (socket_ >= 0) {
            close(std::exchange(socket_, -1));
        }
        return fail(
            ErrorCode::Unavailable,
            "The panel cannot listen for agents at " + options_.listen + ": " + reason
        );
    }
    port_ = port_of(socket_);
    return {};
}

void AgentListener::stop() {
    if (!acceptor_.joinable()) {
        return;
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto told = ::write(stop_, &one, sizeof one);
    acceptor_.join();
    subscription_ = {};
    {
        const std::lock_guard lock(mutex_);
        for (auto& seat : seats_) {
            seat.session->stop();
        }
    }
    for (auto& seat : seats_) {
        seat.thread.join();
    }
    seats_.clear();
    close(std::exchange(socket_, -1));
    close(std::exchange(stop_, -1));
}

std::size_t AgentListener::connected() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
        seats_.begin(),
        seats_.end(),
        [](const Seat& seat) { return !seat.is_stranger && !seat.is_done; }
    ));
}

void AgentListener::accept_loop() {
    while (true) {
        std::array<pollfd, 2> entries{{{socket_, POLLIN, 0}, {stop_, POLLIN, 0}}};
        poll(entries.data(), entries.size(), kAcceptorTickMs);
        if (entries[1].revents != 0) {
            return;
        }
        reap();
        if (entries[0].revents != 0) {
            accept_one();
        }
    }
}

void AgentListener::accept_one() {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int connection =
        accept4(socket_, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection < 0) {
        return;
    }
    const auto address = http::IpAddress::from(reinterpret_cast<const sockaddr*>(&peer));
    const auto name = address ? address->to_string() : "";
    if (!has_room(http::subscriber_of(name))) {
        close(connection);
        return;
    }
    const int on = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    seat(connection, name);
}

bool AgentListener::has_room(const std::string& subscriber) const {
    const std::lock_guard lock(mutex_);
    std::size_t strangers = 0;
    std::size_t from_there = 0;
    for (const auto& seat : seats_) {
        if (seat.is_stranger && !seat.is_done) {
            ++strangers;
            from_there += seat.subscriber == subscriber ? 1U : 0U;
        }
    }
    return seats_.size() < options_.connections_max && strangers < options_.strangers_max &&
           from_there < options_.strangers_of_one_max;
}

void AgentListener::seat(int connection, std::string peer) {
    const auto context = fresh_context();
    if (!context) {
        log::error("servers", "no TLS context for agents", {{"reason", context.error().cause}});
        close(connection);
        return;
    }
    const std::lock_guard lock(mutex_);
    auto& seat = seats_.emplace_back();
    seat.subscriber = http::subscriber_of(peer);
    seat.session = std::make_unique<AgentSession>(*parts_, *context, connection, std::move(peer));
    seat.thread = std::thread([this, &seat] {
        seat.session->run([&](ServerId server) {
            const std::lock_guard inner(mutex_);
            seat.server = server;
            seat.is_stranger = false;
        });
        const std::lock_guard inner(mutex_);
        seat.is_done = true;
    });
}

void AgentListener::reap() {
    std::list<Seat> done;
    {
        const std::lock_guard lock(mutex_);
        for (auto it = seats_.begin(); it != seats_.end();) {
            const auto next = std::next(it);
            if (it->is_done) {
                done.splice(done.end(), seats_, it);
            }
            it = next;
        }
    }
    for (auto& seat : done) {
        seat.thread.join();
    }
}

void AgentListener::wake(std::string_view server) {
    const std::lock_guard lock(mutex_);
    for (const auto& seat : seats_) {
        if (!seat.is_done && (server.empty() || seat.server.to_string() == server)) {
            seat.session->wake();
        }
    }
}

Result<std::shared_ptr<const AgentTlsContext>> AgentListener::fresh_context() {
    const auto now = needs_.clock.now();
    if (!context_ || now - context_->made_at() > kContextLife) {
        context_ = TRY(AgentTlsContext::make(ca_, now));
    }
    return context_;
}

}  // namespace hostelry::servers
