#pragma once
// The job that makes a managed server out of a bare machine. Each step may run again at any time.

#include "core/platform/queue/queue.h"

#include <string_view>

namespace hostelry::servers {

class Servers;

inline constexpr std::string_view kBringUpJob = "server.bring_up";

queue::JobKind bring_up_job(Servers& servers);
/// Hourly: forgets plans and answers nobody asks for any more.
queue::JobKind upkeep_job(Servers& servers);

}  // namespace hostelry::servers
