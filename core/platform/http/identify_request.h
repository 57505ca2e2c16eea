#pragma once

#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/platform/http/application.h"

#include <vector>

namespace hostelry::http {

/// Gives a request its id and its answer a nonce, and says who asks: the peer of the socket, or
/// what the operator's own proxies report. Forwarding headers count only from those, and only as
/// far back as they reach. Once; a second call changes nothing.
void identify_request(
    Inflight& inflight,
    const std::vector<AddressRange>& trusted_proxies,
    const Clock& clock,
    Random& random
);

}  // namespace hostelry::http
