#include "core/platform/plugin_host/outbound_gateway.h"

#include "core/platform/plugin_host/account.h"

#include <charconv>

namespace hostelry::plugin_host {

namespace {

http::OutboundOptions outward_options(http::OutboundOptions options) {
    options.allow_private.clear();
    return options;
}

/// The port of an address whose origin was allowed; 0 for anything else.
std::uint16_t port_of(const std::string& url) {
    const auto origin = origin_of(url).value_or("");
    const auto colon = origin.rfind(':');
    std::uint16_t port = 0;
    if (colon != std::string::npos) {
        std::from_chars(origin.data() + colon + 1, origin.data() + origin.size(), port);
    }
    return port;
}

Result<http::OutboundRequest> translate(const HttpCall& call) {
    const auto method = http::method_from_name(call.method);
    if (!method) {
        return fail(ErrorCode::Invalid, "The plugin's request has an unknown method.");
    }
    http::OutboundRequest request;
    request.method = *method;
    request.url = call.url;
    request.headers = call.headers;
    request.body = call.body;
    request.timeout = call.timeout;
    request.max_bytes = call.answer_bytes_max;
    // Only what changes nothing is tried again here; whether a change may be repeated, the caller's
    // key decides.
    request.retries = http::is_safe(*method) ? 1 : 0;
    return request;
}

}  // namespace

OutboundGateway::OutboundGateway(http::OutboundOptions options)
    : options_(std::move(options)), outward_(outward_options(options_)) {}

http::OutboundClient& OutboundGateway::inward(std::uint16_t port) {
    return inward_.with([&](auto& clients) -> http::OutboundClient& {
        auto& client = clients[port];
        if (!client) {
            auto options = options_;
            options.schemes = {"http", "https"};
            options.ports = {port};
            client = std::make_unique<http::OutboundClient>(std::move(options));
        }
        return *client;
    });
}

Result<HttpReply> OutboundGateway::send(const HttpCall& call) {
    const auto request = TRY(translate(call));
    auto& client = call.wants_private_net ? inward(port_of(call.url)) : outward_;
    auto response = TRY(client.send(request));
    return HttpReply{response.status, std::move(response.headers), std::move(response.body)};
}

}  // namespace hostelry::plugin_host
