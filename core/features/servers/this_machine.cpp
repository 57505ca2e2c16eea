#include "core/features/servers/this_machine.h"

#include "core/features/servers/host_key.h"
#include "core/platform/http/address.h"

#include <ifaddrs.h>
#include <net/if.h>

#include <filesystem>
#include <memory>

namespace hostelry::servers {

Result<void> check_this_machine() {
    if (!std::filesystem::exists("/run/systemd/system")) {  // sd_booted(3)
        return fail_fields(
            {{"kind",
              "This machine cannot be managed: systemd is not its first process (PID 1), and "
              "sites need its services. Add another machine by SSH."}}
        );
    }
    if (const auto key = own_host_key(); !key) {
        return fail_fields({{"kind", key.error().message}});
    }
    return {};
}

bool is_own_address(const std::string& address) {
    const auto wanted = http::IpAddress::parse(address);
    ifaddrs* found = nullptr;
    if (!wanted || getifaddrs(&found) != 0) {
        return false;
    }
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owned{found, freeifaddrs};
    for (const ifaddrs* one = found; one != nullptr; one = one->ifa_next) {
        const bool is_loopback = (one->ifa_flags & static_cast<unsigned>(IFF_LOOPBACK)) != 0;
        if (one->ifa_addr != nullptr && !is_loopback &&
            http::IpAddress::from(one->ifa_addr) == wanted) {
            return true;
        }
    }
    return false;
}

}  // namespace hostelry::servers
