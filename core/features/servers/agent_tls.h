#pragma once
// TLS as the panel speaks it with agents: 1.3 only, its own leaf below the agent CA, client
// certificates of that CA asked for but not insisted on (enrolment has none).

#include "core/agent/protocol/agent_ca.h"
#include "core/base/result.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace hostelry::servers {

/// What one connection needs; shared by those made with it, so it may be replaced meanwhile.
class AgentTlsContext {
public:
    static Result<std::shared_ptr<const AgentTlsContext>> make(
        const agent::KeyAndCertificate& ca, TimePoint now
    );
    ~AgentTlsContext();
    AgentTlsContext(const AgentTlsContext&) = delete;
    AgentTlsContext& operator=(const AgentTlsContext&) = delete;

    ssl_ctx_st* get() const { return context_; }
    TimePoint made_at() const { return made_at_; }

private:
    AgentTlsContext() = default;
    ssl_ctx_st* context_ = nullptr;
    TimePoint made_at_;
};

/// One accepted connection. Owns the socket. Not for two threads.
class AgentTlsStream {
public:
    AgentTlsStream(std::shared_ptr<const AgentTlsContext> context, int socket);
    ~AgentTlsStream();
    AgentTlsStream(const AgentTlsStream&) = delete;
    AgentTlsStream& operator=(const AgentTlsStream&) = delete;

    /// Ends early when `stop` (a descriptor) becomes readable.
    Result<void> shake_hands(std::chrono::milliseconds timeout, int stop);
    /// Facts of the client's certificate; nothing when it showed none. The handshake has verified
    /// it.
    Result<std::optional<agent::CertificateFacts>> peer() const;

    int descriptor() const { return socket_; }
    /// POLLOUT when the next try waits for that.
    short wanted_events() const { return wanted_; }
    /// What is there now, at most 64 KiB; empty when nothing. Unavailable when the other side
    /// closed.
    Result<std::string> read_some();
    /// How many bytes were taken, zero when none can be taken now.
    Result<std::size_t> write_some(std::string_view bytes);
    /// Says that nothing more will come.
    void close_writing();

private:
    Result<int> judge(int result, std::string_view what);

    std::shared_ptr<const AgentTlsContext> context_;
    int socket_;
    ssl_st* tls_;
    short wanted_ = 0;
};

}  // namespace hostelry::servers
