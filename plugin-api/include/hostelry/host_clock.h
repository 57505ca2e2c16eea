/*
 * clock/1: the host's time, so that tests can turn it. Obtained by host->get(ctx, "clock", 1).
 * Never null in a 1.x host.
 */
#ifndef HOSTELRY_HOST_CLOCK_H
#define HOSTELRY_HOST_CLOCK_H

#include "hostelry/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hostelry_clock_v1 {
    uint32_t size;
    uint32_t reserved;
    void* ctx;
    /* Nanoseconds since 1970-01-01T00:00:00Z, without leap seconds. [any]. Since 1.0. */
    uint64_t (*now_unix_ns)(void* ctx);
    /* Nanoseconds of a clock that never goes back; the one call->deadline_ns is measured on. [any].
     * Since 1.0. */
    uint64_t (*monotonic_ns)(void* ctx);
    /*
     * Waits `duration_ns`, but no longer than the call's deadline, and less when the call is
     * cancelled. [any], it blocks. Statuses: OK, DEADLINE, CANCELLED. Since 1.0.
     */
    int32_t (*wait)(void* ctx, const hostelry_call* call, uint64_t duration_ns);
} hostelry_clock_v1;

HOSTELRY_STATIC_ASSERT(sizeof(hostelry_clock_v1) == 40, "released layout");

#ifdef __cplusplus
}
#endif

#endif
