#include "tests/integration/plugin_host/real_powerdns.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

namespace hostelry::plugin_host {

namespace {

constexpr const char* kServer = "/usr/sbin/pdns_server";
constexpr const char* kSqlite = "/usr/bin/sqlite3";
constexpr const char* kSchema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";
constexpr std::chrono::seconds kStartLimit{20};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::uint16_t free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = loopback(0);
    socklen_t size = sizeof(address);
    ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(socket);
    return ntohs(address.sin_port);
}

bool listens(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(port);
    const bool connected =
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    ::close(socket);
    return connected;
}

/// Starts a program with standard input and output from and to files; its pid, or -1.
pid_t spawn(std::vector<std::string> argv, const std::string& input, const std::string& output) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, input.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(
        &actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600
    );
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    std::vector<char*> pointers;
    for (auto& argument : argv) {
        pointers.push_back(argument.data());
    }
    pointers.push_back(nullptr);
    std::array<char*, 1> environment{nullptr};
    pid_t child = -1;
    if (posix_spawn(&child, pointers[0], &actions, nullptr, pointers.data(), environment.data()) !=
        0) {
        child = -1;
    }
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

}  // namespace

bool RealPowerdns::is_installed() {
    return ::access(kServer, X_OK) == 0 && ::access(kSqlite, X_OK) == 0 &&
           ::access(kSchema, R_OK) == 0;
}

RealPowerdns::RealPowerdns() : dns_port_(free_port()), api_port_(free_port()) {
    write_config();
    if (make_database()) {
        start();
        running_ = child_ > 0 && wait_until_it_listens();
    }
}

RealPowerdns::~RealPowerdns() {
    if (child_ > 0) {
        ::kill(child_, SIGTERM);
        ::waitpid(child_, nullptr, 0);
    }
}

std::string RealPowerdns::base_url() const {
    return "http://127.0.0.1:" + std::to_string(api_port_);
}

std::string RealPowerdns::log() const {
    std::ostringstream text;
    text << std::ifstream(folder_ / "log").rdbuf();
    return text.str();
}

void RealPowerdns::write_config() const {
    std::ofstream(folder_ / "pdns.conf")
        << "launch=gsqlite3\ngsqlite3-database=" << (folder_ / "pdns.sqlite3").string()
        << "\ngsqlite3-dnssec=yes\nlocal-address=127.0.0.1\nlocal-port=" << dns_port_
        << "\napi=yes\napi-key=" << api_key()
        << "\nwebserver=yes\nwebserver-address=127.0.0.1\nwebserver-port=" << api_port_
        << "\nwebserver-allow-from=127.0.0.1\nsocket-dir=" << folder_.string()
        << "\ncache-ttl=0\nquery-cache-ttl=0\nnegquery-cache-ttl=0\nzone-cache-refresh-interval=0\n"
           "guardian=no\ndaemon=no\ndisable-syslog=yes\nreceiver-threads=1\n";
}

bool RealPowerdns::make_database() const {
    const auto child =
        spawn({kSqlite, (folder_ / "pdns.sqlite3").string()}, kSchema, (folder_ / "log").string());
    int status = -1;
    return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

void RealPowerdns::start() {
    child_ = spawn(
        {kServer, "--config-dir=" + folder_.string()}, "/dev/null", (folder_ / "log").string()
    );
}

bool RealPowerdns::wait_until_it_listens() const {
    const auto limit = std::chrono::steady_clock::now() + kStartLimit;
    while (std::chrono::steady_clock::now() < limit) {
        if (listens(api_port_)) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

}  // namespace hostelry::plugin_host
