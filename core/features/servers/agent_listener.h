#pragma once
// The door for agents, part of the `serve` role: a TLS listener of its own (architecture 12.4). One
// thread accepts, each connection has a thread; both are bounded. Several processes may have one:
// plans reach an agent wherever it is connected, through rows and NOTIFY.

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/features/servers/agent_session.h"
#include "core/features/servers/panel_keys.h"
#include "core/platform/db/listener.h"

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace hostelry::servers {

class AgentListener {
public:
    struct Options {
        std::string listen;  ///< "HOST:PORT" or "[v6]:PORT", literals; port 0 takes a free one.
        std::chrono::hours certificate_life = agent::kCertificateLifeMax;
        std::int64_t heartbeat_seconds = agent::kHeartbeatEvery.count();
        std::size_t connections_max = 1000;
        std::size_t strangers_max = 64;  ///< Connections that have not shown who they are yet.
        /// Of these from one address, so that nobody holds all the seats alone.
        std::size_t strangers_of_one_max = 16;
    };
    struct Needs {
        db::Database& database;
        db::Listener* listener;  ///< Null: only polling.
        const Clock& clock;
        Random& random;
        const crypto::Sealer& sealer;
        std::string scratch_folder;
    };
    AgentListener(Needs needs, Options options);
    ~AgentListener();
    AgentListener(const AgentListener&) = delete;
    AgentListener& operator=(const AgentListener&) = delete;

    /// Makes the agent CA when there is none. Unavailable when the address is taken.
    Result<void> start();
    /// Says goodbye to all agents (they come back to another process, or to the next one).
    void stop();
    std::uint16_t port() const { return port_; }
    std::size_t connected() const;

private:
    struct Seat {
        std::unique_ptr<AgentSession> session;
        ServerId server;
        bool is_stranger = true;
        bool is_done = false;
        std::string subscriber;
        std::thread thread;
    };

    Result<void> open_socket();
    void accept_loop();
    void accept_one();
    bool has_room(const std::string& subscriber) const;
    void seat(int connection, std::string peer);
    void reap();
    void wake(std::string_view server);
    Result<std::shared_ptr<const AgentTlsContext>> fresh_context();

    Needs needs_;
    Options options_;
    AgentLedger ledger_;
    agent::KeyAndCertificate ca_;
    std::unique_ptr<AgentSessionParts> parts_;
    std::shared_ptr<const AgentTlsContext> context_;
    int socket_ = -1;
    int stop_ = -1;
    std::uint16_t port_ = 0;
    std::thread acceptor_;
    mutable std::mutex mutex_;
    std::list<Seat> seats_;  // stable addresses: threads hold theirs
    db::Listener::Subscription subscription_;
};

}  // namespace hostelry::servers
