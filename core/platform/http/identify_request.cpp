#include "core/platform/http/identify_request.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>

namespace hostelry::http {
namespace {

constexpr std::size_t kNonceBytes = 16;

void find_client(Inflight& inflight, const std::vector<AddressRange>& trusted_proxies) {
    auto& request = inflight.request;
    request.client_address = inflight.peer_text;
    if (!any_contains(trusted_proxies, inflight.peer)) {
        return;
    }
    auto client = inflight.peer;
    auto hops = split(request.header("x-forwarded-for").value_or(""), ',');
    std::ranges::reverse(hops);
    for (const auto& hop : hops) {
        const auto address = IpAddress::parse(trim(hop));
        if (!address) {
            break;
        }
        client = *address;
        if (!any_contains(trusted_proxies, client)) {
            break;
        }
    }
    request.is_tls = request.is_tls || request.header("x-forwarded-proto") == "https";
    request.client_address = client.to_string();
}

}  // namespace

void identify_request(
    Inflight& inflight,
    const std::vector<AddressRange>& trusted_proxies,
    const Clock& clock,
    Random& random
) {
    if (!inflight.nonce.empty()) {
        return;
    }
    std::array<std::byte, kNonceBytes> bytes{};
    random.fill(bytes);
    inflight.nonce = to_base64url(bytes);
    inflight.request.request_id = new_uuid(clock, random).to_string();
    find_client(inflight, trusted_proxies);
}

}  // namespace hostelry::http
