#include "core/features/servers/this_machine.h"

#include "core/base/interfaces.h"
#include "core/features/servers/host_key.h"

#include <filesystem>

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
    return has_address(address) && !is_loopback_address(address);
}

}  // namespace hostelry::servers
