// The peer that our server is measured against: two threads, an epoll each, no parser, a fixed
// answer of the same size as ours. Usage: bench_http_bare_epoll ANSWER_BYTES. Prints its port.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

namespace {

std::string make_answer(std::size_t bytes) {
    const std::string body = "hello";
    std::string head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nX-Filler: ";
    const auto rest = head.size() + 4 + body.size();
    head += std::string(bytes > rest ? bytes - rest : 1, 'x');
    return head + "\r\n\r\n" + body;
}

int open_listener(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd, 1024) != 0) {
        std::perror("listen");
        ::_exit(1);
    }
    return fd;
}

std::uint16_t port_of(int fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

void watch(int epoll, int fd, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

void serve(int listener, const std::string& answer) {
    const int epoll = ::epoll_create1(0);
    watch(epoll, listener, EPOLLIN);
    std::array<epoll_event, 256> events{};
    std::array<char, 65536> buffer{};
    for (;;) {
        const int count = ::epoll_wait(epoll, events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            const int fd = events[static_cast<std::size_t>(i)].data.fd;
            if (fd == listener) {
                const int client = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
                if (client >= 0) {
                    watch(epoll, client, EPOLLIN | EPOLLET);
                }
                continue;
            }
            const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
            if (got <= 0 || ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) {
                ::close(fd);
            }
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    const auto answer = make_answer(count > 1 ? std::stoul(arguments[1]) : 100);
    const int first = open_listener(0);
    const int second = open_listener(port_of(first));
    std::printf("%u\n", port_of(first));
    std::fflush(stdout);
    std::thread other([&] { serve(second, answer); });
    serve(first, answer);
    other.join();
}
