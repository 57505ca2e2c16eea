#include "core/platform/http/server_shared.h"

namespace hostelry::http {

ServerShared::ServerShared(
    const ServerOptions& server_options,
    Application& server_application,
    SseHub& server_hub,
    telemetry::Metrics& metrics
)
    : options(server_options),
      application(server_application),
      hub(server_hub),
      refused_full(metrics.counter(
          "hostelry_http_overload_total", "Requests answered 503 because the queue was full."
      )),
      refused_connections(metrics.counter(
          "hostelry_http_refused_connections_total", "Connections closed because of a limit."
      )),
      slow_inline(metrics.counter(
          "hostelry_http_slow_inline_total", "Inline handlers that held an event loop over 1 ms."
      )),
      slow_readers(metrics.counter(
          "hostelry_http_slow_readers_total", "Event streams dropped because they did not read."
      )),
      bad_requests(metrics.counter(
          "hostelry_http_bad_requests_total", "Requests refused by the parser or a deadline."
      )) {}

bool ServerShared::admit_address(const IpAddress& address) {
    if (connections.load(std::memory_order_relaxed) >= options.limits.connections) {
        return false;
    }
    const bool unlimited = application.is_trusted_proxy(address);
    const auto limit = options.limits.connections_per_address;
    const bool admitted = by_address.with([&](auto& counts) {
        auto& count = counts[address.subscriber()];
        if (count >= limit && !unlimited) {
            return false;
        }
        ++count;
        return true;
    });
    if (admitted) {
        connections.fetch_add(1, std::memory_order_relaxed);
    }
    return admitted;
}

void ServerShared::release_address(const IpAddress& address) {
    by_address.with([&](auto& counts) {
        if (const auto entry = counts.find(address.subscriber()); --entry->second == 0) {
            counts.erase(entry);
        }
    });
    connections.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace hostelry::http
