/*
 * secret/1: asks about secrets without seeing them. Their use is the placeholder
 * "{{secret:<name>}}" in http/1. Obtained by host->get(ctx, "secret", 1). Never null in a 1.x host.
 */
#ifndef HOSTELRY_HOST_SECRET_H
#define HOSTELRY_HOST_SECRET_H

#include "hostelry/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hostelry_secret_v1 {
    uint32_t size;
    uint32_t reserved;
    void* ctx;
    /*
     * Whether the account has a secret of this name (a setting with "x-secret" that has a value).
     * `account` is what create received; `name` is borrowed until return. [any]. Statuses: OK,
     * NOT_FOUND. Since 1.0.
     */
    int32_t (*has)(void* ctx, void* account, hostelry_str name);
} hostelry_secret_v1;

HOSTELRY_STATIC_ASSERT(sizeof(hostelry_secret_v1) == 24, "released layout");

#ifdef __cplusplus
}
#endif

#endif
