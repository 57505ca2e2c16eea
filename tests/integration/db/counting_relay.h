#pragma once
// Stands between a Database and PostgreSQL and counts round trips: what a client sends and then
// waits for ends with a Sync or is a simple query (PostgreSQL's frontend protocol, version 3).

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>

namespace hostelry::testing {

/// Counts messages in the bytes of one connection, however they are cut.
class RoundTripCounter {
public:
    /// Answers how many round trips these bytes end.
    int take(std::string_view bytes) {
        int found = 0;
        buffer_ += bytes;
        for (;;) {
            const std::size_t head = started_ ? 1 : 0;  // only the first message has no type
            if (buffer_.size() < head + 4) {
                return found;
            }
            std::uint32_t length = 0;
            for (std::size_t i = 0; i < 4; ++i) {
                length = length << 8 | static_cast<unsigned char>(buffer_[head + i]);
            }
            if (buffer_.size() < head + length) {
                return found;
            }
            found += started_ && (buffer_[0] == 'S' || buffer_[0] == 'Q') ? 1 : 0;
            started_ = true;
            buffer_.erase(0, head + length);
        }
    }

private:
    std::string buffer_;
    bool started_ = false;
};

/// One connection after the other, on a socket in `folder`.
class CountingRelay {
public:
    CountingRelay(const std::filesystem::path& folder, std::string server_socket)
        : server_socket_(std::move(server_socket)), listening_(unix_socket()) {
        const auto address = address_of((folder / ".s.PGSQL.5432").string());
        EXPECT_EQ(::bind(listening_, as_general(address), sizeof address), 0);
        EXPECT_EQ(::listen(listening_, 4), 0);
        thread_ = std::thread([this] { serve(); });
    }
    ~CountingRelay() {
        stopping_ = true;
        ::shutdown(listening_, SHUT_RDWR);
        thread_.join();
        ::close(listening_);
    }
    CountingRelay(const CountingRelay&) = delete;
    CountingRelay& operator=(const CountingRelay&) = delete;

    int round_trips() const { return round_trips_; }

private:
    static int unix_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); }
    static sockaddr_un address_of(const std::string& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size());
        return address;
    }
    static const sockaddr* as_general(const sockaddr_un& address) {
        return static_cast<const sockaddr*>(static_cast<const void*>(&address));
    }

    void serve() {
        while (!stopping_) {
            const int client = ::accept(listening_, nullptr, nullptr);
            if (client < 0) {
                return;
            }
            const int server = unix_socket();
            const auto address = address_of(server_socket_);
            if (::connect(server, as_general(address), sizeof address) == 0) {
                relay(client, server);
            }
            ::close(server);
            ::close(client);
        }
    }

    void relay(int client, int server) {
        RoundTripCounter counter;
        while (!stopping_) {
            std::array<pollfd, 2> ends{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
            if (::poll(ends.data(), ends.size(), 50) < 0) {
                return;
            }
            for (std::size_t from = 0; from < 2; ++from) {
                if (ends[from].revents == 0) {
                    continue;
                }
                std::array<char, 16384> bytes{};
                const auto size = ::read(ends[from].fd, bytes.data(), bytes.size());
                if (size <= 0) {
                    return;
                }
                const std::string_view read{bytes.data(), static_cast<std::size_t>(size)};
                // Counted before it is passed on, so before anybody can have an answer.
                round_trips_ += from == 0 ? counter.take(read) : 0;
                if (::write(ends[1 - from].fd, read.data(), read.size()) != size) {
                    return;
                }
            }
        }
    }

    const std::string server_socket_;
    const int listening_;
    std::atomic<int> round_trips_{0};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace hostelry::testing
