#pragma once
// http.check{site?,url,host,address,expect_status,expect_text,verify,ca_pem,fingerprint,timeout_s}:
// asks this server itself until the answer is the expected one. `address` is one of the server's
// own; 127.0.0.1 when absent. It changes nothing.

#include "core/agent/runtime/command.h"

namespace hostelry::agent {

void add_health_commands(Registry& registry);

}  // namespace hostelry::agent
