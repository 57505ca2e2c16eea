#pragma once
// The machine the panel runs on, when it is asked to be a managed server too.

#include "core/base/result.h"

#include <string>

namespace hostelry::servers {

/// Invalid (field "kind"), saying what is missing: systemd as PID 1, an SSH server.
Result<void> check_this_machine();

/// True for an address literal of one of our network interfaces; not for loopback, where a tunnel
/// to another machine may begin.
bool is_own_address(const std::string& address);

}  // namespace hostelry::servers
