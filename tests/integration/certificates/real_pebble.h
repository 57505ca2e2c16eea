#pragma once
// A pebble of its own on loopback, which takes every challenge for answered and refuses every tenth
// nonce. Its memory goes with it, so a second one has forgotten every account.

#include "tests/support/scratch_folder.h"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace hostelry::certificates {

class RealPebble {
public:
    static bool is_installed();

    /// Listens at the port (0: a free one).
    explicit RealPebble(std::uint16_t port = 0);
    ~RealPebble();
    RealPebble(const RealPebble&) = delete;
    RealPebble& operator=(const RealPebble&) = delete;

    bool is_running() const { return running_; }
    std::uint16_t port() const { return port_; }
    std::string directory() const { return "https://127.0.0.1:" + std::to_string(port_) + "/dir"; }
    std::string ca_file() const { return (folder_ / "ca.pem").string(); }
    enum class Challenges { TakenForAnswered, Looked };
    /// Forgets everything and listens at the same place with the same certificate.
    void restart(Challenges challenges = Challenges::TakenForAnswered);
    void stop();
    /// Lines of its log that hold the text.
    std::size_t count_in_log(const std::string& text) const;

private:
    void make_certificate() const;
    void start();

    testing::ScratchFolder scratch_;
    std::filesystem::path folder_ = scratch_.path();
    std::uint16_t port_;
    pid_t child_ = -1;
    Challenges challenges_ = Challenges::TakenForAnswered;
    bool running_ = false;
};

}  // namespace hostelry::certificates
