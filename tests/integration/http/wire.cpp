#include "tests/integration/http/wire.h"

#include "core/base/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace hostelry::http::testing {
namespace {

sockaddr_in loopback(const char* address, std::uint16_t port) {
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &result.sin_addr);
    return result;
}

}  // namespace

std::optional<std::string> Reply::header(std::string_view lower_name) const {
    for (const auto& line : split(head, '\n')) {
        const auto colon = line.find(':');
        if (colon != std::string::npos && lower_ascii(line.substr(0, colon)) == lower_name) {
            return std::string(trim(std::string_view(line).substr(colon + 1)));
        }
    }
    return std::nullopt;
}

Wire::Wire(std::uint16_t port, const char* from) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (from != nullptr) {
        const auto own = loopback(from, 0);
        ::bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own);
    }
    const auto server = loopback("127.0.0.1", port);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) {
        ::close(fd_);
        throw std::runtime_error("cannot connect");
    }
}

Wire::Wire(Wire&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      context_(std::exchange(other.context_, nullptr)),
      ssl_(std::exchange(other.ssl_, nullptr)),
      input_(std::move(other.input_)) {}

Wire::~Wire() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

void Wire::swap(Wire& other) {
    std::swap(fd_, other.fd_);
    std::swap(context_, other.context_);
    std::swap(ssl_, other.ssl_);
    input_.swap(other.input_);
}

void Wire::start_tls() {
    context_ = SSL_CTX_new(TLS_client_method());
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, fd_);
    if (SSL_connect(ssl_) != 1) {
        throw std::runtime_error("the TLS handshake failed");
    }
}

void Wire::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ssl_ != nullptr
                              ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                              : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return;  // The server has closed; what it said is read next.
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool Wire::fill(std::chrono::steady_clock::time_point deadline) {
    char buffer[16 * 1024];
    if (ssl_ == nullptr || SSL_pending(ssl_) == 0) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now()
        );
        pollfd waiting{fd_, POLLIN, 0};
        if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) {
            return false;
        }
    }
    const auto got = ssl_ != nullptr ? SSL_read(ssl_, buffer, sizeof buffer)
                                     : ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) {
        return false;
    }
    input_.append(buffer, static_cast<std::size_t>(got));
    return true;
}

std::string Wire::read_until(std::string_view marker, std::chrono::milliseconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    auto at = input_.find(marker);
    while (at == std::string::npos) {
        if (!fill(end)) {
            return {};
        }
        at = input_.find(marker);
    }
    auto found = input_.substr(0, at + marker.size());
    input_.erase(0, found.size());
    return found;
}

Reply Wire::ask(std::string_view bytes) {
    send(bytes);
    return bytes.starts_with("HEAD ") ? read_reply_head() : read_reply();
}

Reply Wire::read_reply_head() {
    Reply reply;
    reply.head = read_until("\r\n\r\n");
    reply.status = reply.head.size() < 12 ? 0 : std::stoi(reply.head.substr(9, 3));
    return reply;
}

Reply Wire::read_reply() {
    auto reply = read_reply_head();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
    if (const auto length = reply.header("content-length")) {
        while (input_.size() < std::stoul(*length) && fill(end)) {
        }
        reply.body = input_.substr(0, std::stoul(*length));
        input_.erase(0, reply.body.size());
    } else if (reply.header("transfer-encoding")) {
        for (;;) {
            const auto line = read_until("\r\n");
            const auto size = line.empty() ? 0 : std::stoul(line, nullptr, 16);
            reply.body += read_until("\r\n").substr(0, size);
            if (size == 0) {
                break;
            }
        }
    }
    return reply;
}

bool Wire::is_closed(std::chrono::milliseconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    if (!input_.empty()) {
        return false;
    }
    const bool more = fill(end);
    return !more && std::chrono::steady_clock::now() < end;
}

void Wire::finish_sending() {
    ::shutdown(fd_, SHUT_WR);
}

void Wire::vanish() {
    const linger reset{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    ::close(std::exchange(fd_, -1));
}

void Wire::limit_receive_buffer(int bytes) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

Result<std::optional<Principal>> CookieAuthenticator::authenticate(const Request& request) {
    ++asked;
    const bool by_cookie = request.cookie("__Host-session") == "s-ada";
    const bool by_key = request.header("authorization") == "Bearer k-ada";
    if (request.header("authorization") == "Bearer wrong") {
        return fail(ErrorCode::Unauthenticated, "That key is not known.");
    }
    if (!by_cookie && !by_key) {
        return std::optional<Principal>{};
    }
    Principal ada;
    ada.user_name = "ada";
    ada.permissions = {"site:create"};
    ada.session_key = "session-of-ada";
    ada.by_cookie = by_cookie;
    return std::optional{ada};
}

std::vector<std::string> CookieAuthenticator::ended_sessions(
    const std::vector<std::string>& session_keys
) {
    return session_ended ? session_keys : std::vector<std::string>{};
}

World::World() : limiter(cache::make_memory_rate_limiter(clock, random)) {
    dispatcher_options.access_log = false;
    server_options.loops = 1;
    server_options.workers = 4;
    server_options.workers_awake = 2;
    server_options.spool_folder = std::filesystem::temp_directory_path();
}

World::~World() = default;

void World::get(std::string path, Handler handler, Run run) {
    router.add(
        {.method = Method::Get,
         .path = std::move(path),
         .access = Access::Public,
         .csrf = Csrf::None,
         .rate = RateClass::Page,
         .run = run,
         .handler = std::move(handler)}
    );
}

void World::post(std::string path, Handler handler, std::size_t max_body) {
    router.add(
        {.method = Method::Post,
         .path = std::move(path),
         .access = Access::Public,
         .csrf = Csrf::None,
         .rate = RateClass::Api,
         .handler = std::move(handler),
         .max_body = max_body}
    );
}

void World::start() {
    dispatcher = std::make_unique<Dispatcher>(
        router, authenticator, *error_pages, *limiter, clock, random, metrics, dispatcher_options
    );
    server = std::make_unique<Server>(server_options, *dispatcher, hub, metrics);
    if (const auto started = server->start(); !started) {
        throw std::runtime_error(started.error().message);
    }
}

double figure(const telemetry::Metrics& metrics, std::string_view name_and_labels) {
    for (const auto& line : split(metrics.serialize(), '\n')) {
        if (line.starts_with(std::string(name_and_labels) + ' ')) {
            return std::stod(line.substr(name_and_labels.size() + 1));
        }
    }
    return 0;
}

}  // namespace hostelry::http::testing
