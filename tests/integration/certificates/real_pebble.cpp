#include "tests/integration/certificates/real_pebble.h"

#include "core/platform/process/process.h"

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
#include <stdexcept>
#include <thread>
#include <vector>

namespace hostelry::certificates {
namespace {

constexpr const char* kPebble = "/usr/bin/pebble";
constexpr const char* kOpenssl = "/usr/bin/openssl";

sockaddr_in pebble_address(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::uint16_t free_pebble_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = pebble_address(0);
    socklen_t size = sizeof(address);
    ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(socket);
    return ntohs(address.sin_port);
}

bool pebble_listens(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = pebble_address(port);
    const bool connected =
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    ::close(socket);
    return connected;
}

void openssl(const std::filesystem::path& folder, std::vector<std::string> argv) {
    process::Command command;
    command.program = kOpenssl;
    command.argv = std::move(argv);
    command.working_directory = folder.string();
    const auto ran = process::run(command);
    if (!ran || ran->exit_code != 0) {
        throw std::runtime_error("openssl: " + (ran ? ran->errors : ran.error().message));
    }
}

}  // namespace

bool RealPebble::is_installed() {
    return ::access(kPebble, X_OK) == 0 && ::access(kOpenssl, X_OK) == 0;
}

RealPebble::RealPebble(std::uint16_t port) : port_(port == 0 ? free_pebble_port() : port) {
    make_certificate();
    start();
}

RealPebble::~RealPebble() {
    stop();
}

void RealPebble::restart(Challenges challenges) {
    stop();
    challenges_ = challenges;
    start();
}

std::size_t RealPebble::count_in_log(const std::string& text) const {
    std::ifstream in(folder_ / "log");
    std::size_t count = 0;
    for (std::string line; std::getline(in, line);) {
        count += line.find(text) == std::string::npos ? 0U : 1U;
    }
    return count;
}

void RealPebble::make_certificate() const {
    const std::vector<std::string> key{
        "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"};
    std::vector<std::string> authority{
        "req",
        "-x509",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-days",
        "2",
        "-subj",
        "/CN=Test CA",
        "-addext",
        "keyUsage=critical,keyCertSign"};
    authority.insert(authority.end(), key.begin(), key.end());
    openssl(folder_, authority);
    std::vector<std::string> request{
        "req", "-new", "-keyout", "s.key", "-out", "s.csr", "-subj", "/CN=pebble"};
    request.insert(request.end(), key.begin(), key.end());
    openssl(folder_, request);
    std::ofstream(folder_ / "s.ext") << "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n"
                                        "extendedKeyUsage=serverAuth\n";
    openssl(
        folder_,
        {"x509",
         "-req",
         "-in",
         "s.csr",
         "-CA",
         "ca.pem",
         "-CAkey",
         "ca.key",
         "-CAcreateserial",
         "-days",
         "2",
         "-extfile",
         "s.ext",
         "-out",
         "s.pem"}
    );
    std::ofstream(
        folder_ / "pebble.json"
    ) << R"({"pebble":{"listenAddress":"127.0.0.1:)"
      << port_ << R"(","managementListenAddress":"","certificate":")"
      << (folder_ / "s.pem").string() << R"(","privateKey":")" << (folder_ / "s.key").string()
      << R"(","httpPort":5002,"tlsPort":5001,"ocspResponderURL":"","externalAccountBindingRequired":false}})";
}

void RealPebble::start() {
    std::string config = (folder_ / "pebble.json").string();
    const std::string log = (folder_ / "log").string();
    std::string flag = "-config";
    std::string program = kPebble;
    std::array<char*, 4> argv{program.data(), flag.data(), config.data(), nullptr};
    std::string always =
        challenges_ == Challenges::Looked ? "PEBBLE_VA_ALWAYS_VALID=0" : "PEBBLE_VA_ALWAYS_VALID=1";
    std::string at_once = "PEBBLE_VA_NOSLEEP=1";
    std::string nonces = "PEBBLE_WFE_NONCEREJECT=10";
    std::array<char*, 4> environment{always.data(), at_once.data(), nonces.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (posix_spawn(&child_, kPebble, &actions, nullptr, argv.data(), environment.data()) != 0) {
        child_ = -1;
    }
    posix_spawn_file_actions_destroy(&actions);
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    running_ = false;
    while (!running_ && child_ > 0 && std::chrono::steady_clock::now() < limit) {
        running_ = pebble_listens(port_);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

void RealPebble::stop() {
    if (child_ > 0) {
        ::kill(child_, SIGTERM);
        ::waitpid(child_, nullptr, 0);
        child_ = -1;
    }
}

}  // namespace hostelry::certificates
