#pragma once
// What http/1 needs from an outbound HTTP client.

#include "core/base/bytes.h"
#include "core/base/result.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace hostelry::plugin_host {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpCall {
    std::string method;
    std::string url;
    HttpHeaders headers;
    std::string body;
    std::chrono::milliseconds timeout{20'000};
    std::size_t answer_bytes_max = 8_MiB;
    bool wants_private_net = false;  ///< The plugin may ask; the operator's configuration decides.
    std::function<bool()> cancelled;
};

struct HttpReply {
    int status = 0;
    HttpHeaders headers;
    std::string body;
};

class HttpGateway {
public:
    virtual ~HttpGateway() = default;
    /// Sends one request without following redirects; every HTTP status is a reply. Errors:
    /// ProviderUnavailable
    /// (`maybe_applied` when the request had left), Timeout, Cancelled, Forbidden (address not
    /// allowed), QuotaExceeded (reply too large). From any thread.
    virtual Result<HttpReply> send(const HttpCall& call) = 0;
};

}  // namespace hostelry::plugin_host
