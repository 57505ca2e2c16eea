/*
 * http/1: the only way to the network. Obtained by host->get(ctx, "http", 1); null when the host
 * has no network to give.
 *
 * The host applies the manifest's allow-list of hosts, verifies TLS, refuses private addresses
 * unless the manifest asks and the operator allows, follows no redirect, caps sizes, and ends with
 * the call's deadline.
 */
#ifndef HOSTELRY_HOST_HTTP_H
#define HOSTELRY_HOST_HTTP_H

#include "hostelry/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hostelry_http_v1 {
    uint32_t size;
    uint32_t reserved;
    void* ctx;
    /*
     * Sends one request and waits for its answer.
     *
     * `account` is what create received; `call` is the running call (its deadline and cancel flag
     * bound the request). `request` is JSON by schemas/host-http-1.json: {"method", "url",
     * "headers": {"Name": "value"}, "body": "text", "timeout_ms"}. A header value may hold
     * "{{secret:<name>}}": the host puts the secret there after the host name passed the
     * allow-list. Placeholders anywhere else are refused, so a secret cannot be sent elsewhere or
     * in a URL. The answer on `out` is {"status", "headers": {"lower-case": "value"}, "body":
     * "text"} or, where the body is not UTF-8, "body_base64" in place of "body"; every HTTP status
     * is OK here. Secrets that the service echoes are replaced by their placeholder.
     *
     * Ownership: all views and sinks are borrowed until return. [any], it blocks.
     * Statuses: OK; INVALID (malformed request, host not allowed, unknown secret); TRANSIENT (no
     * connection, TLS failure, connection cut; the problem's `maybe_applied` is true when the
     * request had left and is not GET or HEAD); DEADLINE (same remark); CANCELLED; QUOTA (answer
     * over 8 MiB); INTERNAL. Since 1.0.
     */
    int32_t (*send
    )(void* ctx,
      void* account,
      const hostelry_call* call,
      hostelry_str request,
      const hostelry_sink* out,
      const hostelry_sink* err);
} hostelry_http_v1;

HOSTELRY_STATIC_ASSERT(sizeof(hostelry_http_v1) == 24, "released layout");

#ifdef __cplusplus
}
#endif

#endif
