#pragma once
// A panel's `serve` role on a database of its own, listening as a test configures it.

#include "core/app/serve_role.h"

#include "tests/integration/app/app_world.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>

namespace hostelry::app {

inline std::uint16_t free_port() {
    const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(file, reinterpret_cast<const sockaddr*>(&address), length);
    ::getsockname(file, reinterpret_cast<sockaddr*>(&address), &length);
    ::close(file);
    return ntohs(address.sin_port);
}

class Serving : public ::testing::Test {
protected:
    Serving() {
        config.state_dir = folder.path();
        config.database.url = postgres.dsn();
        config.web.assets = folder.path();
        config.plugins.directory = folder.path();
        config.migrations.directory = hostelry::testing::migrations_directory();
        config.http.listen = "127.0.0.1:" + std::to_string(free_port());
        config.agent.listen = "127.0.0.1:0";
        config.telemetry.listen.clear();
    }
    /// Once the configuration is as it shall be.
    void open() {
        platform = Platform::open(config, Migrate::No).value();
        features.emplace(*platform, assets, "http://" + config.http.listen);
    }

    ScratchFolder folder;
    TestDatabase postgres;
    config::Config config;
    std::unique_ptr<Platform> platform;
    view::Assets assets;
    std::optional<Features> features;
};

}  // namespace hostelry::app
