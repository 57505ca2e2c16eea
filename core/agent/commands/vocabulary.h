#pragma once

#include "core/agent/runtime/command.h"

namespace hostelry::agent {

/// Every action this agent knows.
Registry vocabulary();

}  // namespace hostelry::agent
