#pragma once
// One connection of an agent, from handshake to end. Everything that comes from it is untrusted:
// frames are checked by the protocol room, and all it can name is its own server's.

#include "core/agent/protocol/protocol.h"
#include "core/base/random.h"
#include "core/features/servers/agent_ledger.h"
#include "core/features/servers/agent_tls.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace hostelry::servers {

/// What sessions share.
struct AgentSessionParts {
    AgentLedger& ledger;
    const Clock& clock;
    Random& random;
    const agent::KeyAndCertificate& ca;
    std::chrono::hours certificate_life;
    std::int64_t heartbeat_seconds;
};

class AgentSession {
public:
    AgentSession(
        const AgentSessionParts& parts,
        std::shared_ptr<const AgentTlsContext> tls,
        int socket,
        std::string peer
    );
    ~AgentSession();
    AgentSession(const AgentSession&) = delete;
    AgentSession& operator=(const AgentSession&) = delete;

    /// Until the connection ends or stop() is called. Runs in a thread of its own. `on_admitted`
    /// is told whose session this is, once.
    void run(const std::function<void(ServerId)>& on_admitted);
    /// From any thread: there may be a plan, or the session may have been replaced.
    void wake() const;
    /// From any thread: say goodbye and return.
    void stop();

private:
    using Steady = std::chrono::steady_clock::time_point;

    Result<void> talk(const std::function<void(ServerId)>& on_admitted);
    Result<void> enrol_only();
    Result<void> enrol(const agent::Enrol& request);
    Result<void> greet(const agent::CertificateFacts& certificate);
    Result<void> serve();
    Result<void> turn();
    Result<void> look_for_work();
    Result<void> receive();
    Result<void> handle(const agent::Message& message);
    Result<void> take_heartbeat(const agent::Heartbeat& heartbeat);
    Result<void> take_result(const agent::PlanResult& result);
    void take_progress(const agent::Progress& progress);
    Result<void> write_progress();
    Result<void> renew(const agent::Renew& request);
    Result<agent::Message> first_message();
    Result<void> wait(std::chrono::milliseconds patience);
    Result<void> send(const agent::Message& message);
    Result<void> flush();
    void say_bye(std::string code, std::string message);
    /// Makes sure that a last frame leaves, for a moment at most.
    void drain();

    const AgentSessionParts& parts_;
    AgentTlsStream tls_;
    std::string peer_;
    int wake_;
    std::atomic<bool> stopping_ = false;
    agent::FrameWriter writer_;
    agent::FrameReader reader_;
    std::string unsent_;
    ServerId server_;
    Uuid session_;
    bool admitted_ = false;
    bool look_again_ = false;
    Steady heard_;
    Steady status_written_;
    Steady looked_;
    std::map<std::string, std::string> progress_;  // plan -> JSON list being made, without its end
};

}  // namespace hostelry::servers
