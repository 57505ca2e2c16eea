#pragma once
// The one client for requests to the outside world (providers, webhooks, ACME directories,
// downloads). What it may reach is decided by the operator's configuration, not by the address it
// was given.

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/platform/http/address.h"
#include "core/platform/http/message.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hostelry::http {

struct OutboundOptions {
    std::vector<std::string> schemes{"https"};
    std::vector<std::uint16_t> ports{443, 8443};
    /// Internal addresses that may be reached all the same (`outbound.allow_private`). The address
    /// connected to is checked, after name resolution, so a name cannot lead inward.
    std::vector<AddressRange> allow_private;
    std::string
        extra_ca_file;  ///< PEM, trusted beside the system's (`outbound.extra_ca`). Empty: none.
    std::string user_agent = "Hostelry";
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds timeout_max{120'000};
    std::uint64_t bytes_max = 512_MiB;
    std::size_t connections_kept = 8;
};

struct OutboundRequest {
    Method method = Method::Get;
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::chrono::milliseconds timeout{30'000};  ///< For everything, tries included.
    std::uint64_t max_bytes = 4_MiB;
    unsigned retries =
        0;  ///< More tries after a failure in which nothing can have happened, or of a safe method.
    std::string ca_file;  ///< Instead of the system's authorities, for a service with its own.
                          ///< Operator-given.
};

struct OutboundResponse {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case.
    std::string body;
    std::optional<std::string_view> header(std::string_view lower_name) const;
};

/// Keeps connections to reuse. All members may be called from any thread; send() blocks.
class OutboundClient {
public:
    explicit OutboundClient(OutboundOptions options);
    ~OutboundClient();
    OutboundClient(const OutboundClient&) = delete;
    OutboundClient& operator=(const OutboundClient&) = delete;

    /// Any status is a response; redirects are not followed. Errors: Invalid (bad URL or header),
    /// Forbidden (scheme, port or address that may not be reached), Timeout, ProviderUnavailable
    /// (no connection, broken answer), ProviderRefused (its certificate is not trusted),
    /// QuotaExceeded (answer larger than max_bytes). Where the request may have arrived,
    /// `maybe_applied` is set.
    Result<OutboundResponse> send(const OutboundRequest& request);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace hostelry::http
