#pragma once
// http/1 on the panel's outbound client.

#include "core/base/lock_guarded.h"
#include "core/platform/http/outbound.h"
#include "core/platform/plugin_host/http_gateway.h"

#include <cstdint>
#include <map>
#include <memory>

namespace hostelry::plugin_host {

class OutboundGateway final : public HttpGateway {
public:
    /// `options` as the operator configured them. Plugins that may not reach private addresses get
    /// exactly these, without `allow_private`; those that may, also http and the port of their
    /// address, which is a setting of the operator.
    explicit OutboundGateway(http::OutboundOptions options);

    Result<HttpReply> send(const HttpCall& call) override;

private:
    http::OutboundClient& inward(std::uint16_t port);

    const http::OutboundOptions options_;
    http::OutboundClient outward_;
    LockGuarded<std::map<std::uint16_t, std::unique_ptr<http::OutboundClient>>> inward_;
};

}  // namespace hostelry::plugin_host
