#pragma once
// What an agent tells about its server every few seconds.

#include "core/base/describe.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hostelry::agent {

struct DiskSample {
    std::string mount;
    std::int64_t total_bytes = 0;
    std::int64_t used_bytes = 0;
};

struct ServiceSample {
    std::string name;   ///< systemd unit without ".service".
    std::string state;  ///< systemd's ActiveState: active, inactive, failed, activating, ...
};

struct Sample {
    std::int64_t uptime_seconds = 0;
    double cpu_percent = 0;  ///< Of all processors together, 0..100, since the sample before.
    std::int64_t cpu_count = 0;
    double load_1 = 0;
    double load_5 = 0;
    double load_15 = 0;
    std::int64_t memory_total_bytes = 0;
    std::int64_t memory_used_bytes = 0;  ///< Total minus what the kernel calls available.
    std::int64_t swap_total_bytes = 0;
    std::int64_t swap_used_bytes = 0;
    std::int64_t network_received_bytes = 0;  ///< Since boot, all interfaces but loopback.
    std::int64_t network_sent_bytes = 0;
    double network_received_per_second = 0;
    double network_sent_per_second = 0;
    std::vector<DiskSample> disks;
    std::vector<ServiceSample> services;
};

}  // namespace hostelry::agent

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::DiskSample>();
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::ServiceSample>();
template <>
const hostelry::Description& hostelry::describe<hostelry::agent::Sample>();
