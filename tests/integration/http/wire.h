#pragma once
// Raw sockets and a small world for the tests of the server: what goes over the wire is written and
// read by hand.

#include "core/platform/http/dispatcher.h"
#include "core/platform/http/server.h"

#include "tests/support/scratch_folder.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace hostelry::http::testing {

using hostelry::testing::ScratchFolder;

inline constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

struct Reply {
    int status = 0;
    std::string head;
    std::string body;

    std::optional<std::string> header(std::string_view lower_name) const;
};

/// A client connection. Every read has a deadline, so a server that hangs fails the test.
class Wire {
public:
    explicit Wire(std::uint16_t port, const char* from = nullptr);
    ~Wire();
    Wire(Wire&& other) noexcept;
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    void swap(Wire& other);
    void start_tls();
    void send(std::string_view bytes);
    /// What has come until `marker` was seen (included), or the end; empty at the deadline.
    std::string read_until(
        std::string_view marker, std::chrono::milliseconds deadline = std::chrono::seconds{5}
    );
    /// One answer, framed by its Content-Length or chunks.
    Reply read_reply();
    /// Sends a request and reads its answer; that to HEAD has no body.
    Reply ask(std::string_view bytes);
    /// True when the server closes without sending more.
    bool is_closed(std::chrono::milliseconds deadline = std::chrono::seconds{5});
    /// No more bytes from us; the server's may still come.
    void finish_sending();
    /// Closes with a reset, as a client that died.
    void vanish();
    void limit_receive_buffer(int bytes);
    const std::string& rest() const { return input_; }

private:
    Reply read_reply_head();
    bool fill(std::chrono::steady_clock::time_point deadline);

    int fd_ = -1;
    ssl_ctx_st* context_ = nullptr;
    ssl_st* ssl_ = nullptr;
    std::string input_;
};

/// "s-ada" signs in as Ada, who may do "site:create"; "Bearer k-ada" the same by key.
class CookieAuthenticator final : public Authenticator {
public:
    Result<std::optional<Principal>> authenticate(const Request& request) override;
    std::vector<std::string> ended_sessions(const std::vector<std::string>& session_keys) override;

    std::atomic<bool> session_ended{false};
    std::atomic<int> asked{0};
};

/// A server with the usual parts around routes that the test adds before start().
class World {
public:
    World();
    ~World();

    void add(Route route) { router.add(std::move(route)); }
    void get(std::string path, Handler handler, Run run = Run::Worker);
    void post(std::string path, Handler handler, std::size_t max_body = kDefaultBodyBytes);
    void start();
    Wire connect() const { return Wire(server->port()); }
    Reply ask(std::string_view bytes) const { return connect().ask(bytes); }

    SystemClock clock;
    SystemRandom random;
    telemetry::Metrics metrics;
    Router router;
    CookieAuthenticator authenticator;
    std::unique_ptr<ErrorPages> error_pages = make_plain_error_pages();
    std::unique_ptr<cache::RateLimiter> limiter;
    SseHub hub{random};
    DispatcherOptions dispatcher_options;
    ServerOptions server_options;
    std::unique_ptr<Dispatcher> dispatcher;
    std::unique_ptr<Server> server;
};

/// The value of a figure in the text that Prometheus reads; 0 when it is not there.
double figure(const telemetry::Metrics& metrics, std::string_view name_and_labels);

/// A folder that goes with the test.
}  // namespace hostelry::http::testing
