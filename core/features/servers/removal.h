#pragma once
// The job that lets a server go: its agent stops, its certificate opens nothing any more.

#include "core/platform/queue/queue.h"

#include <string_view>

namespace hostelry::servers {

class Servers;

inline constexpr std::string_view kRemovalJob = "server.remove";

queue::JobKind removal_job(Servers& servers);

}  // namespace hostelry::servers
