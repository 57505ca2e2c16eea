#pragma once
// What the API says about servers.

#include "core/base/describe.h"
#include "core/features/servers/server.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::servers {

/// What of the list is wanted.
struct ListServers {
    std::string words;
    std::string state;
};

struct ServerAnswer {
    ServerId id;
    std::string name;
    std::string kind;
    std::string address;
    std::string state;
    std::string message;
    bool is_online = false;
    std::vector<std::string> php_versions;
    std::string public_address;
    std::int64_t ssh_port = 22;
    std::string host_key_fingerprint;
    std::string agent_version;
    std::optional<TimePoint> last_seen_at;
    TimePoint created_at{};
    std::optional<JobId> job;
};
ServerAnswer answer_of(const Server& server, std::optional<JobId> job = {});

struct ServerKeyAnswer {
    std::string public_key;
};

struct ScanHostKey {
    std::string address;
    std::int64_t port = 22;
};

struct HostKeyAnswer {
    std::string host_key;
    std::string fingerprint;
};

struct OfferServer {
    TenantId tenant;
};

struct PlacementAnswer {
    TenantId tenant;
    std::string name;
    TimePoint since{};
};

struct ServerJobAnswer {
    JobId job;
};

}  // namespace hostelry::servers

template <>
const hostelry::Description& hostelry::describe<hostelry::servers::ListServers>();
template <>
const hostelry::Description& hostelry::describe<hostelry::servers::ServerAnswer>();
template <>
const hostelry::Description& hostelry::describe<hostelry::servers::ServerKeyAnswer>();
template <>
const hostelry::Description& hostelry::describe<hostelry::servers::ScanHostKey>();
template <>
const hostelry::Description& hostelry::describe<hostelry::servers::HostKeyAnswer>();
template <>
const hostelry::Description& hostelry::describe<hostelry::servers::OfferServer>();
template <>
const hostelry::Description& hostelry::describe<hostelry::servers::PlacementAnswer>();
template <>
const hostelry::Description& hostelry::describe<hostelry::servers::ServerJobAnswer>();
