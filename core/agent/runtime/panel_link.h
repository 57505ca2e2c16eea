#pragma once
// The TLS 1.3 connection from an agent to its panel, without blocking.

#include "core/agent/runtime/descriptor.h"
#include "core/agent/runtime/identity.h"
#include "core/base/result.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace hostelry::agent {

/// How the panel proves itself: by the agent CA this server knows, or, before it knows one, by the
/// SHA-256 fingerprint of the CA certificate that the panel shows.
struct PanelTrust {
    std::string ca_pem;
    std::string ca_fingerprint;  ///< "sha256:" and 64 hex digits; used when ca_pem is empty.
};

class PanelLink {
public:
    /// Connects and shakes hands; with an identity its certificate is shown. Unavailable when the
    /// panel cannot be reached, Unauthenticated when it is not the one that is trusted.
    static Result<PanelLink> connect(
        const PanelAddress& panel,
        const PanelTrust& trust,
        const Identity* identity,
        std::chrono::milliseconds timeout
    );

    PanelLink(PanelLink&& other) noexcept;
    PanelLink& operator=(PanelLink&& other) noexcept;
    PanelLink(const PanelLink&) = delete;
    PanelLink& operator=(const PanelLink&) = delete;
    ~PanelLink();

    int descriptor() const { return socket_.number(); }
    /// What has come; empty when nothing is there now. Unavailable when the other side closed.
    Result<std::string> read_some();
    /// How many bytes were taken; zero when none can be taken now.
    Result<std::size_t> write_some(std::string_view bytes);
    /// Which of POLLIN and POLLOUT the next try waits for, beyond POLLIN for reading.
    short wanted_events() const { return wanted_; }

    /// For conversations of a few messages: waits as long as needed, up to the timeout.
    Result<void> write_all(std::string_view bytes, std::chrono::milliseconds timeout);
    Result<std::string> read_wait(std::chrono::milliseconds timeout);

private:
    PanelLink() = default;
    Result<void> shake_hands(std::chrono::milliseconds timeout);
    Result<int> judge(int result);

    Descriptor socket_;
    ssl_ctx_st* context_ = nullptr;
    ssl_st* tls_ = nullptr;
    std::unique_ptr<std::string> pin_;
    short wanted_ = 0;
};

}  // namespace hostelry::agent
