#pragma once
// What all loops of a server share. Internal to the server.

#include "core/base/lock_guarded.h"
#include "core/platform/http/address.h"
#include "core/platform/http/server.h"
#include "core/platform/http/worker_pool.h"

#include <atomic>
#include <map>
#include <memory>

namespace hostelry::http {

struct ServerShared {
    ServerShared(
        const ServerOptions& server_options,
        Application& server_application,
        SseHub& server_hub,
        telemetry::Metrics& metrics
    );

    const ServerOptions options;
    Application& application;
    SseHub& hub;
    std::atomic<bool> draining{false};
    std::atomic<std::size_t> connections{0};
    std::atomic<bool> checking_sessions{false};
    LockGuarded<std::map<IpAddress, std::size_t>> by_address;
    telemetry::Counter refused_full;  ///< 503 because the queue was full or waited in too long.
    telemetry::Counter refused_connections;
    telemetry::Counter slow_inline;
    telemetry::Counter slow_readers;
    telemetry::Counter bad_requests;
    std::unique_ptr<WorkerPool> pool;

    bool admit_address(const IpAddress& address);
    void release_address(const IpAddress& address);
};

}  // namespace hostelry::http
