#pragma once
// What kind of machine this is (action `facts`) and how it is doing (heartbeat).

#include "core/agent/protocol/sample.h"
#include "core/agent/runtime/command.h"
#include "core/agent/runtime/layout.h"
#include "core/base/clock.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::agent {

/// JSON object: host_name, os{id,version,name}, kernel, architecture, cpu{count,model},
/// memory_bytes, swap_bytes, disks[{mount,total_bytes,used_bytes}], addresses[], boot_id,
/// agent_version, versions{nginx,php,mariadb}, php_versions[], services[{name,state}], sites[],
/// actions[].
std::string collect_facts(const Layout& layout, const std::vector<std::string>& actions);

/// States of the services that sites need, and of this agent.
std::vector<ServiceSample> service_states(const Layout& layout);

std::vector<DiskSample> disk_usage();

/// Makes samples; rates are measured from one to the next.
class Sampler {
public:
    Sampler(const Layout& layout, const Clock& clock) : layout_(layout), clock_(clock) {}
    Sample take();

private:
    struct Counters {
        std::int64_t busy = 0;
        std::int64_t all = 0;
        std::int64_t received = 0;
        std::int64_t sent = 0;
        std::chrono::steady_clock::time_point at;
    };
    Counters read_counters() const;

    const Layout& layout_;
    const Clock& clock_;
    std::optional<Counters> before_;
};

void add_server_commands(Registry& registry);

/// Version of this build, for example "0.1.0".
std::string_view agent_version();
std::string boot_id();

}  // namespace hostelry::agent
