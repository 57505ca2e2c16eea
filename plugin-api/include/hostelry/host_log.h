/*
 * log/1: lines into the panel's log, marked with the plugin's id, the tenant and the trace of the
 * call. Obtained by host->get(ctx, "log", 1). Never null in a 1.x host.
 */
#ifndef HOSTELRY_HOST_LOG_H
#define HOSTELRY_HOST_LOG_H

#include "hostelry/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    HOSTELRY_LOG_DEBUG = 0,
    HOSTELRY_LOG_INFO = 1,
    HOSTELRY_LOG_WARN = 2,
    HOSTELRY_LOG_ERROR = 3,
};

typedef struct hostelry_log_v1 {
    uint32_t size;
    uint32_t reserved;
    void* ctx;
    /*
     * Writes one line. `account` is what create received (null before create); `call` is the
     * running call or null. `message` is one sentence without values; `fields` is a JSON object of
     * strings, numbers and booleans, or empty. Values of secrets that the host knows are blanked;
     * lines over 8 KiB are cut; more than 200 lines a call are dropped and counted. Both views are
     * borrowed until return. [any]. Since 1.0.
     */
    void (*write
    )(void* ctx,
      void* account,
      const hostelry_call* call,
      uint32_t level,
      hostelry_str message,
      hostelry_str fields);
} hostelry_log_v1;

HOSTELRY_STATIC_ASSERT(sizeof(hostelry_log_v1) == 24, "released layout");

#ifdef __cplusplus
}
#endif

#endif
