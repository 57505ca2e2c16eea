/*
 * The Hostelry plugin ABI, version 1.0-draft: what crosses between the panel and a plugin.
 *
 * Rules that hold for every header of this folder:
 *  - Only C11 with fixed-width fields crosses. No C++ type, exception, FILE*, errno, locale or
 * allocator does.
 *  - Text is UTF-8 in (pointer, length) views that are not zero-terminated. A view is valid until
 * the call it was handed to returns; whoever needs it longer copies it.
 *  - Bytes come back through a sink. No memory is ever freed by the other side.
 *  - The side that owns a struct allocates it. Structs begin with `size`, their size in the eyes of
 * the owner; the other side reads no further. Released members never move; new ones are appended.
 *  - Threads: [init] one thread, never two at once for a plugin; [any] any thread, also several at
 * once on one instance, unless the plugin's manifest says "concurrency": "serial".
 *  - Host tables may be used from entry's return until the last destroy returns. Threads of the
 * plugin have ended by then.
 *
 * Before 1.0 is final a plugin must be built from exactly the headers the panel was built with;
 * both sides compare HOSTELRY_ABI_DRAFT for that (abi_draft.h).
 */
#ifndef HOSTELRY_ABI_H
#define HOSTELRY_ABI_H

#include "hostelry/abi_draft.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define HOSTELRY_STATIC_ASSERT static_assert
#else
#define HOSTELRY_STATIC_ASSERT _Static_assert
#endif

HOSTELRY_STATIC_ASSERT(sizeof(void*) == 8, "the plugin ABI is defined for LP64 machines");

#define HOSTELRY_ABI_MAJOR 1u
#define HOSTELRY_ABI_MINOR 0u

/* Put before the entry function; the version script or hidden visibility hides everything else. */
#define HOSTELRY_EXPORT __attribute__((visibility("default")))

/*
 * How a call ended. The list is closed and only appended to; the panel reads an unknown value as
 * INTERNAL. Columns: name, value, word, the panel's error code, 1 when the same call may be
 * repeated later.
 */
#define HOSTELRY_STATUS_LIST(X)                                                       \
    /* Done; the answer was written to `out`. */                                      \
    X(OK, 0, "ok", "", 0)                                                             \
    /* The request cannot be carried out as it is; `field` says where. */             \
    X(INVALID, 1, "invalid", "invalid", 0)                                            \
    /* The upstream service refused our credentials. */                               \
    X(AUTH, 2, "auth", "provider_refused", 0)                                         \
    X(NOT_FOUND, 3, "not_found", "not_found", 0)                                      \
    /* It exists already, or changed since it was read. */                            \
    X(CONFLICT, 4, "conflict", "conflict", 0)                                         \
    /* A limit of the upstream account is reached. */                                 \
    X(QUOTA, 5, "quota", "quota_exceeded", 0)                                         \
    X(RATE_LIMITED, 6, "rate_limited", "rate_limited", 1)                             \
    /* The upstream service could not be reached or failed on its side. */            \
    X(TRANSIENT, 7, "transient", "provider_unavailable", 1)                           \
    /* The upstream service understood and said no; a repeat would be refused too. */ \
    X(PERMANENT, 8, "permanent", "provider_refused", 0)                               \
    X(UNSUPPORTED, 9, "unsupported", "unsupported", 0)                                \
    X(CANCELLED, 10, "cancelled", "cancelled", 0)                                     \
    X(DEADLINE, 11, "deadline", "timeout", 1)                                         \
    /* A bug: an unexpected exception, an answer that makes no sense. */              \
    X(INTERNAL, 12, "internal", "internal", 0)                                        \
    /* No capacity right now; worth trying another place. */                          \
    X(UNAVAILABLE, 13, "unavailable", "unavailable", 1)

enum {
#define HOSTELRY_STATUS_ENUM(name, value, word, code, retry) HOSTELRY_##name = (value),
    HOSTELRY_STATUS_LIST(HOSTELRY_STATUS_ENUM)
#undef HOSTELRY_STATUS_ENUM
};

/* A view of UTF-8 text or of bytes. `ptr` may be null when `len` is 0. Since 1.0. */
typedef struct hostelry_str {
    const char* ptr;
    uint64_t len;
} hostelry_str;

/*
 * Where bytes go. The receiver owns the sink and copies what is written.
 *
 * write: appends `len` bytes. [any], but never two writes to one sink at once. Only valid until the
 * call it came with returns. Statuses: OK; QUOTA when the receiver's limit is reached (stop and
 * return QUOTA); CANCELLED when nobody wants the rest. Since 1.0.
 */
typedef struct hostelry_sink {
    void* ctx;
    int32_t (*write)(void* ctx, const char* ptr, uint64_t len);
} hostelry_sink;

/*
 * What surrounds one call. Owned by the host, valid until the call returns. Since 1.0.
 */
typedef struct hostelry_call {
    uint32_t size;  /* sizeof(hostelry_call) in the host's eyes */
    uint32_t flags; /* none defined; 0 */
    /* When to give up, on the clock of clock/1 `monotonic_ns`; 0 for none. A member returns
     * DEADLINE by then. */
    uint64_t deadline_ns;
    /* Same key, same effect: creating and charging members pass it upstream or remember it, and
     * look up before they act again. Empty for members that only read. At most 64 characters of
     * [A-Za-z0-9_-]. */
    hostelry_str idem_key;
    hostelry_str
        tenant; /* the acting tenant's id; for logs and quotas, not a secret; may be empty */
    hostelry_str trace; /* id that ties log lines of one request together; may be empty */
    void* ctx;          /* handed back to `cancelled` */
    /*
     * Not 0 when nobody waits any more: the member returns CANCELLED soon (100 ms). [any]. Never
     * null. Since 1.0.
     */
    int32_t (*cancelled)(void* ctx);
    hostelry_sink out; /* the answer: one JSON object, written whole or in pieces */
    hostelry_sink err; /* the problem object when the status is not OK (see below) */
    hostelry_sink
        progress; /* any number of JSON objects {"note": "...", "percent": 0-100}, one per write */
} hostelry_call;

/*
 * The problem object a member writes to `err` (JSON; schemas/problem.json):
 *   message        string   required; for a person: what happened, why, what to do. Never a secret.
 *   field          string   the member of the request at fault, dotted ("zone.name")
 *   upstream_code  string   the code the service gave, for the log
 *   retry_after_ms integer  when to come back (rate_limited, transient, unavailable)
 *   maybe_applied  boolean  true when the answer was lost after the request may have been carried
 * out: the host then looks up by idempotency key before it repeats. Creating and charging members
 *                           must set it rightly.
 */

/* Every member of every capability has this one shape, which is why it can be called through a pipe
 * as well.
 *
 * `instance` is what create made; `call` and `request` (one JSON object, already checked against
 * the schema of the member) are borrowed until return. Writes its answer to call->out and returns
 * OK, or a problem to call->err and returns another status. [any]. */
typedef int32_t (*hostelry_member)(void* instance, const hostelry_call* call, hostelry_str request);

/*
 * The host as a plugin sees it. Owned by the host, valid for the life of the process. Since 1.0.
 */
typedef struct hostelry_host {
    uint32_t size;
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t flags; /* none defined; 0 */
    void* ctx;
    /*
     * The host table `name` ("http", "log", ...) in revision `revision`, or null when this host
     * does not have it. The table is owned by the host and lives as long as the process. [any].
     * Since 1.0.
     */
    const void* (*get)(void* ctx, hostelry_str name, uint32_t revision);
} hostelry_host;

/*
 * What a plugin is. Owned by the plugin, constant for the life of the process. Since 1.0.
 */
typedef struct hostelry_plugin {
    uint32_t size;
    uint32_t abi_major;       /* HOSTELRY_ABI_MAJOR */
    uint32_t abi_built_minor; /* HOSTELRY_ABI_MINOR: the headers it was built with */
    uint32_t abi_min_minor;   /* the oldest host minor it can work with */
    hostelry_str id;          /* reverse DNS, as in the manifest */
    hostelry_str version;     /* as in the manifest */
    hostelry_str draft;       /* HOSTELRY_ABI_DRAFT; ignored once 1.0 is final */

    /*
     * Makes an instance: one account or one set of settings. `account` is the host's handle of it;
     * every host table function takes it as its first argument. Stores the instance (owned by the
     * plugin, not null) in
     * `*instance`. [init]. Statuses: OK, INTERNAL. Since 1.0.
     */
    int32_t (*create)(void* account, const hostelry_call* call, void** instance);

    /*
     * Gives the instance its settings: {"settings_version": n, "settings": {...}}, checked against
     * the manifest's schema. Members with "x-secret" hold the placeholder "{{secret:<name>}}",
     * never the value. May come again with new settings while no call runs. [init]. Statuses: OK,
     * INVALID (with `field`), INTERNAL. Since 1.0.
     */
    int32_t (*configure)(void* instance, const hostelry_call* call, hostelry_str settings);

    /*
     * Tries the settings against the real service, changing nothing ("Test connection"). Answer:
     * {"message": "what was seen"}. Null when there is nothing to try. [any]. Statuses: OK and
     * every failure a member may have. Since 1.0.
     */
    int32_t (*selftest)(void* instance, const hostelry_call* call, hostelry_str request);

    /*
     * No further calls will come to this instance: finish what runs in threads of the plugin. Null
     * when there are none. [init]. Statuses: OK, DEADLINE. Since 1.0.
     */
    int32_t (*drain)(void* instance, const hostelry_call* call);

    /*
     * Ends the instance; no call runs on it any more. [any]. Since 1.0.
     */
    void (*destroy)(void* instance);

    /*
     * The table of capability `name` ("dns") in revision `revision` (1), or null when the plugin
     * has none. Owned by the plugin, constant. [any]. Since 1.0.
     */
    const void* (*get)(hostelry_str name, uint32_t revision);
} hostelry_plugin;

/*
 * The only symbol a plugin exports. Called once after loading, before anything else; keeps `host`
 * and returns the plugin, or null when it cannot work in this process. The breaking version is in
 * the name. [init]. Since 1.0.
 */
HOSTELRY_EXPORT const hostelry_plugin* hostelry_plugin_entry_v1(const hostelry_host* host);

/* True when `table` (a pointer to a size-prefixed struct) has `member` and it is not null: the only
 * right way to touch a member newer than the oldest minor one works with. */
#define HOSTELRY_HAS(table, member)                                                       \
    ((table) != NULL &&                                                                   \
     (table)->size >= offsetof(__typeof__(*(table)), member) + sizeof((table)->member) && \
     (table)->member != NULL)

HOSTELRY_STATIC_ASSERT(sizeof(hostelry_str) == 16, "released layout");
HOSTELRY_STATIC_ASSERT(sizeof(hostelry_sink) == 16, "released layout");
HOSTELRY_STATIC_ASSERT(sizeof(hostelry_call) == 128, "released layout");
HOSTELRY_STATIC_ASSERT(sizeof(hostelry_host) == 32, "released layout");
HOSTELRY_STATIC_ASSERT(sizeof(hostelry_plugin) == 112, "released layout");

#ifdef __cplusplus
}
#endif

#endif
