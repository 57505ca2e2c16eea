#include "core/agent/protocol/sample.h"

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::DiskSample>() {
    using hostelry::agent::DiskSample;
    static const Description kDescription{
        "DiskSample",
        {
            field<&DiskSample::mount>("mount", {.label = "Mount point", .required = true}),
            field<&DiskSample::total_bytes>("total_bytes", {.label = "Size"}),
            field<&DiskSample::used_bytes>("used_bytes", {.label = "Used"}),
        }};
    return kDescription;
}

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::ServiceSample>() {
    using hostelry::agent::ServiceSample;
    static const Description kDescription{
        "ServiceSample",
        {
            field<&ServiceSample::name>(
                "name", {.label = "Service", .required = true, .min = 1, .max = 100}
            ),
            field<&ServiceSample::state>(
                "state", {.label = "State", .required = true, .min = 1, .max = 40}
            ),
        }};
    return kDescription;
}

template <>
const hostelry::Description& hostelry::describe<hostelry::agent::Sample>() {
    using hostelry::agent::Sample;
    static const Description kDescription{
        "Sample",
        {
            field<&Sample::uptime_seconds>("uptime_seconds", {.label = "Uptime"}),
            field<&Sample::cpu_percent>("cpu_percent", {.label = "CPU"}),
            field<&Sample::cpu_count>("cpu_count", {.label = "Processors"}),
            field<&Sample::load_1>("load_1", {.label = "Load, 1 minute"}),
            field<&Sample::load_5>("load_5", {.label = "Load, 5 minutes"}),
            field<&Sample::load_15>("load_15", {.label = "Load, 15 minutes"}),
            field<&Sample::memory_total_bytes>("memory_total_bytes", {.label = "Memory"}),
            field<&Sample::memory_used_bytes>("memory_used_bytes", {.label = "Memory used"}),
            field<&Sample::swap_total_bytes>("swap_total_bytes", {.label = "Swap"}),
            field<&Sample::swap_used_bytes>("swap_used_bytes", {.label = "Swap used"}),
            field<&Sample::network_received_bytes>("network_received_bytes", {.label = "Received"}),
            field<&Sample::network_sent_bytes>("network_sent_bytes", {.label = "Sent"}),
            field<&Sample::network_received_per_second>(
                "network_received_per_second", {.label = "Receiving, bytes per second"}
            ),
            field<&Sample::network_sent_per_second>(
                "network_sent_per_second", {.label = "Sending, bytes per second"}
            ),
            field<&Sample::disks>("disks", {.label = "Disks", .max = 64}),
            field<&Sample::services>("services", {.label = "Services", .max = 64}),
        }};
    return kDescription;
}
