// The proxy between a real client socket and a real server socket that behaves as told: slow,
// broken, chunked, huge.
#include "core/platform/http/reverse_proxy.h"

#include "tests/integration/http/wire.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace hostelry::http::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSite = "sabc.preview.test";
const std::string kGet = "GET / HTTP/1.1\r\nHost: sabc.preview.test:8081\r\n\r\n";

/// One connection to the site's server, as the server sees it.
class Visit {
public:
    explicit Visit(int fd) : fd_(fd) {}
    ~Visit() { ::close(fd_); }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    /// Head and, when a length is announced, body of the request.
    std::string read_request() {
        std::string bytes = read_to([](const std::string& all) {
            return all.find("\r\n\r\n") != std::string::npos;
        });
        const auto at = bytes.find("Content-Length: ");
        if (at == std::string::npos) {
            return bytes;
        }
        const auto whole = bytes.find("\r\n\r\n") + 4 + std::stoul(bytes.substr(at + 16));
        return bytes + read_to([&](const std::string& more) {
                   return bytes.size() + more.size() >= whole;
               });
    }
    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return;
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    /// Until the proxy closes.
    void await_end() const {
        std::string buffer(64 * 1024, '\0');
        while (::recv(fd_, buffer.data(), buffer.size(), 0) > 0) {
        }
    }

private:
    std::string read_to(const std::function<bool(const std::string&)>& is_enough) const {
        std::string bytes;
        std::string buffer(64 * 1024, '\0');
        while (!is_enough(bytes)) {
            const auto got = ::recv(fd_, buffer.data(), buffer.size(), 0);
            if (got <= 0) {
                break;
            }
            bytes.append(buffer, 0, static_cast<std::size_t>(got));
        }
        return bytes;
    }

    int fd_;
};

/// Serves each connection with `behave`, on a thread of its own.
class SiteServer {
public:
    SiteServer() {
        fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(fd_, 64);
        socklen_t size = sizeof address;
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        accepting_ = std::thread([this] { accept_all(); });
    }
    ~SiteServer() {
        ::shutdown(fd_, SHUT_RDWR);
        accepting_.join();
        ::close(fd_);
        for (auto& thread : visits_) {
            thread.join();
        }
    }
    SiteServer(const SiteServer&) = delete;
    SiteServer& operator=(const SiteServer&) = delete;

    /// From the next connection on.
    void behave(std::function<void(Visit&)> act) {
        const std::lock_guard lock(mutex_);
        act_ = std::move(act);
    }
    /// Reads each request and gives this answer.
    void answer(std::string bytes) {
        behave([this, bytes = std::move(bytes)](Visit& visit) {
            keep(visit.read_request());
            visit.send(bytes);
        });
    }
    void keep(std::string request) {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
    }
    std::vector<std::string> requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    std::uint16_t port() const { return port_; }

private:
    void accept_all() {
        for (;;) {
            const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) {
                return;
            }
            visits_.emplace_back([this, fd] {
                Visit visit(fd);
                behaviour()(visit);
            });
        }
    }

    std::function<void(Visit&)> behaviour() {
        const std::lock_guard lock(mutex_);
        return act_;
    }

    int fd_ = -1;
    std::uint16_t port_ = 0;
    std::thread accepting_;
    std::vector<std::thread> visits_;
    std::function<void(Visit&)> act_ = [](Visit&) {};
    std::mutex mutex_;
    std::vector<std::string> requests_;
};

class ProxyWorld : public ::testing::Test {
protected:
    ProxyWorld() {
        options.allow_private = {*AddressRange::parse("127.0.0.1")};
        options.rules.own_cookies = {"theme"};
        options.timeouts = {.connect = 1s, .send = 1s, .answer = 1s, .read = 1s, .total = 20s};
        server_options.loops = 1;
        server_options.workers = 8;
        server_options.spool_folder = folder.path();
        server_options.timeouts.drain = 2s;
    }
    ~ProxyWorld() override {
        if (server) {
            proxy->end_by(std::chrono::steady_clock::now());
            server->stop();
        }
    }

    void start() {
        proxy = std::make_unique<ReverseProxy>(
            [this](const std::string& host) { return find(host); },
            *pages,
            *limiter,
            clock,
            random,
            metrics,
            options
        );
        server = std::make_unique<Server>(server_options, *proxy, hub, server_figures);
        ASSERT_TRUE(server->start());
    }
    Result<ProxyTarget> find(const std::string& host) const {
        if (host != kSite) {
            return fail(ErrorCode::NotFound, "There is no preview at this address.");
        }
        return ProxyTarget{
            .id = "sabc",
            .address = *IpAddress::parse(target_address),
            .port = target_port == 0 ? site.port() : target_port,
            .names = {"example.com"}};
    }
    Wire connect() const { return Wire(server->port()); }
    Reply ask(std::string_view bytes) const { return connect().ask(bytes); }

    SystemClock clock;
    SystemRandom random;
    telemetry::Metrics metrics;
    telemetry::Metrics server_figures;
    std::unique_ptr<ErrorPages> pages = make_plain_error_pages();
    std::unique_ptr<cache::RateLimiter> limiter = cache::make_memory_rate_limiter(clock, random);
    SseHub hub{random};
    ScratchFolder folder;
    SiteServer site;
    std::string target_address = "127.0.0.1";
    std::uint16_t target_port = 0;
    ReverseProxyOptions options;
    ServerOptions server_options;
    std::unique_ptr<ReverseProxy> proxy;
    std::unique_ptr<Server> server;
};

TEST_F(ProxyWorld, ShowsTheSiteUnderItsPreviewName) {
    site.answer(
        "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html; charset=utf-8\r\n"
        "Content-Length: 5\r\n\r\nhello"
    );
    start();
    const auto reply =
        ask("GET /wp-admin/?a=%5Bb HTTP/1.1\r\nHost: sabc.preview.test:8081\r\n"
            "Cookie: __Host-session=secret; wp=1; theme=dark\r\nX-Forwarded-For: 10.0.0.1\r\n"
            "Accept-Encoding: gzip\r\n\r\n");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "hello");
    EXPECT_EQ(reply.header("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(reply.header("x-robots-tag"), "noindex, nofollow");
    EXPECT_EQ(reply.header("referrer-policy"), "same-origin");
    EXPECT_FALSE(reply.header("server"));
    EXPECT_FALSE(reply.header("content-security-policy"));
    const auto request = site.requests().at(0);
    EXPECT_TRUE(
        request.starts_with("GET /wp-admin/?a=%5Bb HTTP/1.1\r\nHost: sabc.preview.test:8081\r\n")
    ) << request;
    EXPECT_NE(request.find("\r\nCookie: wp=1\r\n"), std::string::npos) << request;
    EXPECT_NE(request.find("\r\nX-Forwarded-For: 127.0.0.1\r\n"), std::string::npos) << request;
    EXPECT_NE(request.find("\r\naccept-encoding: gzip\r\n"), std::string::npos) << request;
    EXPECT_EQ(request.find("secret"), std::string::npos);
}

TEST_F(ProxyWorld, KeepsTheVisitorsConnectionAndAsksTheSiteAnewEachTime) {
    site.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi");
    start();
    auto wire = connect();
    for (std::size_t i = 1; i <= 5; ++i) {
        EXPECT_EQ(wire.ask(kGet).body, "hi");
        EXPECT_EQ(site.requests().size(), i);
    }
    EXPECT_NE(site.requests().back().find("Connection: close"), std::string::npos);
}

TEST_F(ProxyWorld, NeverTakesBytesAfterAnAnswerForAnotherOne) {
    site.answer(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    );
    start();
    auto wire = connect();
    EXPECT_EQ(wire.ask(kGet).body, "hi");
    EXPECT_EQ(wire.ask(kGet).body, "hi");
}

TEST_F(ProxyWorld, PassesChunkedAnswersOnWithTheirBytesUnchanged) {
    site.answer(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
    );
    start();
    auto wire = connect();
    EXPECT_EQ(wire.ask(kGet).body, "hello world");
    EXPECT_EQ(wire.ask(kGet).body, "hello world");
}

TEST_F(ProxyWorld, StreamsAnAnswerWhileItIsStillBeingMade) {
    std::mutex mutex;
    std::condition_variable condition;
    bool may_go_on = false;
    site.behave([&](Visit& visit) {
        visit.read_request();
        visit.send("HTTP/1.1 200 OK\r\n\r\nfirst");
        std::unique_lock lock(mutex);
        condition.wait_for(lock, 5s, [&] { return may_go_on; });
        visit.send("second");
    });
    start();
    auto wire = connect();
    wire.send(kGet);
    EXPECT_NE(wire.read_until("first"), "");
    {
        const std::lock_guard lock(mutex);
        may_go_on = true;
    }
    condition.notify_all();
    EXPECT_NE(wire.read_until("second"), "");
    EXPECT_NE(wire.read_until("0\r\n\r\n"), "");
}

TEST_F(ProxyWorld, PassesABodyOfManyMegabytesOn) {
    const std::string body(12'000'000, 'x');
    site.answer("HTTP/1.1 200 OK\r\nContent-Length: 12000000\r\n\r\n" + body);
    start();
    const auto reply = ask(kGet);
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(reply.body == body);
}

TEST_F(ProxyWorld, HeadHasTheLengthAndNoBody) {
    site.answer("HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n");
    start();
    auto wire = connect();
    const std::string head = "HEAD / HTTP/1.1\r\nHost: sabc.preview.test\r\n\r\n";
    const auto reply = wire.ask(head);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("content-length"), "77");
    EXPECT_EQ(wire.ask(head).status, 200);
}

TEST_F(ProxyWorld, NotModifiedKeepsItsTag) {
    site.answer("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n");
    start();
    auto wire = connect();
    wire.send("GET /a.css HTTP/1.1\r\nHost: sabc.preview.test\r\nIf-None-Match: \"a\"\r\n\r\n");
    const auto head = wire.read_until("\r\n\r\n");
    EXPECT_TRUE(head.starts_with("HTTP/1.1 304 Not Modified\r\n")) << head;
    EXPECT_NE(head.find("etag: \"a\"\r\n"), std::string::npos) << head;
    wire.send(kGet);
    EXPECT_TRUE(wire.read_until("\r\n\r\n").starts_with("HTTP/1.1 304"));
    EXPECT_NE(site.requests().at(0).find("if-none-match: \"a\""), std::string::npos);
}

TEST_F(ProxyWorld, AnUploadOfManyMegabytesArrivesWhole) {
    site.answer("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok");
    start();
    const std::string body(9'000'000, 'u');
    const auto reply =
        ask("POST /wp-admin/async-upload.php HTTP/1.1\r\nHost: sabc.preview.test\r\n"
            "Content-Length: 9000000\r\n\r\n" +
            body);
    EXPECT_EQ(reply.status, 201);
    const auto request = site.requests().at(0);
    EXPECT_NE(request.find("\r\nContent-Length: 9000000\r\n"), std::string::npos);
    EXPECT_TRUE(request.ends_with(body));
}

TEST_F(ProxyWorld, AChunkedUploadArrivesWithItsLength) {
    site.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    start();
    const auto reply =
        ask("POST / HTTP/1.1\r\nHost: sabc.preview.test\r\nTransfer-Encoding: chunked\r\n\r\n"
            "4\r\nfour\r\n0\r\n\r\n");
    EXPECT_EQ(reply.status, 200);
    const auto request = site.requests().at(0);
    EXPECT_NE(request.find("Content-Length: 4\r\n"), std::string::npos);
    EXPECT_TRUE(request.ends_with("\r\n\r\nfour")) << request;
}

TEST_F(ProxyWorld, AnUploadAboveTheLimitIsRefusedUnread) {
    options.max_body = 1000;
    start();
    auto wire = connect();
    const auto reply =
        wire.ask("POST / HTTP/1.1\r\nHost: sabc.preview.test\r\nContent-Length: 1001\r\n\r\n");
    EXPECT_EQ(reply.status, 413);
    EXPECT_TRUE(wire.is_closed());
    EXPECT_TRUE(site.requests().empty());
}

TEST_F(ProxyWorld, NobodyUploadsToANameThatDoesNotExist) {
    start();
    auto wire = connect();
    const auto reply = wire.ask(
        "POST / HTTP/1.1\r\nHost: sother.preview.test\r\nContent-Length: 5000000\r\n"
        "Expect: 100-continue\r\n\r\n"
    );
    EXPECT_EQ(reply.status, 404);
    EXPECT_TRUE(wire.is_closed());
}

TEST_F(ProxyWorld, AServerThatRefusesAnUploadEarlyIsHeard) {
    site.behave([](Visit& visit) {
        visit.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
        visit.await_end();
    });
    start();
    const auto reply =
        ask("POST / HTTP/1.1\r\nHost: sabc.preview.test\r\nContent-Length: 8000000\r\n\r\n" +
            std::string(8'000'000, 'u'));
    EXPECT_EQ(reply.status, 413);
    EXPECT_EQ(reply.body, "big");
}

TEST_F(ProxyWorld, SetsTheSitesCookiesForItsOwnHostOnly) {
    site.answer(
        "HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/; Domain=preview.test\r\n"
        "Set-Cookie: __Host-session=evil; Path=/; Secure\r\nSet-Cookie: b=2; HttpOnly\r\n"
        "Content-Length: 0\r\n\r\n"
    );
    start();
    const auto reply = ask(kGet);
    EXPECT_NE(reply.head.find("set-cookie: a=1; Path=/\r\n"), std::string::npos) << reply.head;
    EXPECT_NE(reply.head.find("set-cookie: b=2; HttpOnly\r\n"), std::string::npos) << reply.head;
    EXPECT_EQ(reply.head.find("__Host-"), std::string::npos);
    EXPECT_EQ(reply.head.find("Domain"), std::string::npos);
}

TEST_F(ProxyWorld, AbsoluteRedirectsOfTheSiteStayOnThePreview) {
    site.answer(
        "HTTP/1.1 301 Moved Permanently\r\nLocation: http://sabc.preview.test/folder/\r\n"
        "Content-Length: 0\r\n\r\n"
    );
    start();
    EXPECT_EQ(ask(kGet).header("location"), "http://sabc.preview.test:8081/folder/");
    site.answer(
        "HTTP/1.1 302 Found\r\nLocation: https://example.com/there\r\nContent-Length: 0\r\n\r\n"
    );
    EXPECT_EQ(ask(kGet).header("location"), "http://sabc.preview.test:8081/there");
    site.answer("HTTP/1.1 302 Found\r\nLocation: https://example.com/\r\nContent-Length: 0\r\n\r\n"
    );
    EXPECT_EQ(ask(kGet).header("location"), "https://example.com/");
}

TEST_F(ProxyWorld, UnknownNamesAndAddressesAreNotFound) {
    start();
    for (const auto* host :
         {"sother.preview.test", "preview.test", "127.0.0.1:80", "[::1]", "a_b.preview.test"}) {
        const auto reply = ask(std::string("GET / HTTP/1.1\r\nHost: ") + host + "\r\n\r\n");
        EXPECT_EQ(reply.status, 404) << host;
        EXPECT_TRUE(reply.header("content-security-policy")) << host;
    }
    EXPECT_TRUE(site.requests().empty());
}

TEST_F(ProxyWorld, AnInternalAddressIsReachedOnlyWhereTheOperatorAllowsIt) {
    options.allow_private.clear();
    site.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    start();
    EXPECT_EQ(ask(kGet).status, 502);
    EXPECT_TRUE(site.requests().empty());
}

TEST_F(ProxyWorld, AServerThatCannotBeReachedIsABadGateway) {
    target_port = 1;  // Nobody listens there.
    start();
    EXPECT_EQ(ask(kGet).status, 502);
    server->stop();  // What is counted is counted after the answer was sent.
    EXPECT_EQ(figure(metrics, "hostelry_proxy_unreachable_total"), 1);
    EXPECT_EQ(figure(metrics, "hostelry_proxy_requests_total{status=\"5xx\"}"), 1);
}

TEST_F(ProxyWorld, AServerThatDoesNotAnswerIsATimeout) {
    site.behave([](Visit& visit) {
        visit.read_request();
        visit.await_end();
    });
    start();
    EXPECT_EQ(ask(kGet).status, 504);
}

TEST_F(ProxyWorld, BrokenAnswersAreABadGateway) {
    start();
    for (const std::string answer :
         {"",
          "HTTP/1.1 200 OK\r\nContent-Le",
          "SSH-2.0-OpenSSH\r\n\r\n",
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}) {
        site.answer(answer);
        EXPECT_EQ(ask(kGet).status, 502) << answer;
    }
    site.answer("HTTP/1.1 200 OK\r\nA: " + std::string(70'000, 'x') + "\r\n\r\n");
    EXPECT_EQ(ask(kGet).status, 502);
}

TEST_F(ProxyWorld, ABodyThatEndsEarlyCutsTheConnection) {
    site.answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    start();
    auto wire = connect();
    wire.send(kGet);
    EXPECT_NE(wire.read_until("only this"), "");
    EXPECT_TRUE(wire.is_closed());
}

TEST_F(ProxyWorld, OneBusySiteLeavesRoomForOthers) {
    options.at_once_per_target = 1;
    options.timeouts.answer = 10s;
    std::mutex mutex;
    std::condition_variable condition;
    bool has_begun = false;
    site.behave([&](Visit& visit) {
        visit.read_request();
        {
            const std::lock_guard lock(mutex);
            has_begun = true;
            condition.notify_all();
        }
        visit.await_end();
    });
    start();
    auto first = connect();
    first.send(kGet);
    {
        std::unique_lock lock(mutex);
        ASSERT_TRUE(condition.wait_for(lock, 5s, [&] { return has_begun; }));
    }
    const auto reply = ask(kGet);
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.header("retry-after"), "1");
}

TEST_F(ProxyWorld, AStopDoesNotWaitForASlowSite) {
    options.timeouts.answer = 60s;
    options.timeouts.total = 60s;
    site.behave([&](Visit& visit) {
        site.keep(visit.read_request());
        visit.await_end();
    });
    start();
    auto wire = connect();
    wire.send(kGet);
    for (int i = 0; i < 500 && site.requests().empty(); ++i) {
        std::this_thread::sleep_for(10ms);
    }
    const auto began = std::chrono::steady_clock::now();
    server->drain();
    proxy->end_by(began + 500ms);
    server->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST_F(ProxyWorld, ManyRequestsFromOneAddressAreHeldBack) {
    options.rate = {2, std::chrono::minutes{1}, 2};
    site.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    start();
    EXPECT_EQ(ask(kGet).status, 200);
    EXPECT_EQ(ask(kGet).status, 200);
    const auto reply = ask(kGet);
    EXPECT_EQ(reply.status, 429);
    EXPECT_TRUE(reply.header("retry-after"));
}

}  // namespace
}  // namespace hostelry::http::testing
