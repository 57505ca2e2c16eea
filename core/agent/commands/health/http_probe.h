#pragma once
// One GET request to this server itself, over plain HTTP or verified TLS.

#include "core/base/bytes.h"
#include "core/base/result.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace hostelry::agent {

struct Probe {
    bool tls = false;
    std::string address;  ///< IP address of this server.
    std::uint16_t port = 80;
    std::string host;
    std::string path = "/";
    bool verify = true;
    std::string ca_pem;  ///< Further trust anchors beside the system's.
    /// "sha256:..." of a certificate that needs no known authority; name and dates still count.
    std::string fingerprint;
    std::chrono::milliseconds timeout{10'000};
};

struct ProbeAnswer {
    int status = 0;
    std::string body;  ///< At most kProbeBodyMax.
};

inline constexpr std::size_t kProbeBodyMax = 2_MiB;

/// Unavailable with the reason when no proper answer came.
Result<ProbeAnswer> probe(const Probe& what);

}  // namespace hostelry::agent
