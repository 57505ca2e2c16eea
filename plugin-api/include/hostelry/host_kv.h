/*
 * kv/1: a small store of the account's own: upstream ids, cursors, caches. Nothing that must not be
 * lost without a way to find it again. Obtained by host->get(ctx, "kv", 1); null when the manifest
 * asks for no quota.
 *
 * Keys: 1 to 200 characters of [A-Za-z0-9_.:/-]. Values: up to 64 KiB of UTF-8. All keys together
 * stay below the manifest's permissions.kv.max_bytes.
 */
#ifndef HOSTELRY_HOST_KV_H
#define HOSTELRY_HOST_KV_H

#include "hostelry/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hostelry_kv_v1 {
    uint32_t size;
    uint32_t reserved;
    void* ctx;
    /*
     * Writes the value of `key` to `out`. `account` is what create received; views and sink are
     * borrowed until return. [any]. Statuses: OK, NOT_FOUND, INVALID (bad key), INTERNAL.
     * Since 1.0.
     */
    int32_t (*get)(void* ctx, void* account, hostelry_str key, const hostelry_sink* out);
    /*
     * Sets `key` to `value`; the host copies both. [any]. Statuses: OK, INVALID (bad key or value),
     * QUOTA, INTERNAL. Since 1.0.
     */
    int32_t (*put)(void* ctx, void* account, hostelry_str key, hostelry_str value);
    /*
     * Removes `key`; a missing key is OK. [any]. Statuses: OK, INVALID, INTERNAL. Since 1.0.
     */
    int32_t (*remove)(void* ctx, void* account, hostelry_str key);
} hostelry_kv_v1;

HOSTELRY_STATIC_ASSERT(sizeof(hostelry_kv_v1) == 40, "released layout");

#ifdef __cplusplus
}
#endif

#endif
