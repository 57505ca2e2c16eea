/*
 * provider/1: a service that makes machines. Obtained by plugin->get("provider", 1).
 *
 * A server carries `ref`, the panel's own id for it, as name, tag or label upstream: that is how a
 * lost create is found again. Amounts are decimal strings with an ISO 4217 currency, never floating
 * point.
 *
 * All members: shape hostelry_member, [any]. Request and answer schemas: schemas/provider-1.json.
 * Any may return INVALID, AUTH, RATE_LIMITED, TRANSIENT, PERMANENT, CANCELLED, DEADLINE and
 * INTERNAL; further ones are named at the member. A member that starts long work answers
 * {"operation": "<token>"}; the host stores it and calls op_poll.
 */
#ifndef HOSTELRY_CAP_PROVIDER_H
#define HOSTELRY_CAP_PROVIDER_H

#include "hostelry/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hostelry_provider_v1 {
    uint32_t size;
    uint32_t reserved;
    /*
     * The catalogue: regions, sizes with what they hold and where they are to be had, images.
     * Request {}. Required. Since 1.0.
     */
    hostelry_member describe;
    /*
     * What a size costs in a region, by hour and month. Required. Also: NOT_FOUND. Since 1.0.
     */
    hostelry_member plan_price;
    /*
     * Orders a machine. Same call->idem_key or same `ref`: the same machine. Must set
     * `maybe_applied` rightly. Required. Also: QUOTA, UNAVAILABLE (sold out here: another region or
     * size may do), CONFLICT, UNSUPPORTED. Since 1.0.
     */
    hostelry_member server_create;
    /*
     * One machine by upstream id or by `ref`. Required. Also: NOT_FOUND. Since 1.0.
     */
    hostelry_member server_get;
    /*
     * All machines of the account that carry a panel `ref`. Request {}. Required. Since 1.0.
     */
    hostelry_member server_list;
    /*
     * Turns a machine on or off or restarts it. Required. Also: NOT_FOUND, CONFLICT (busy: try
     * later). Since 1.0.
     */
    hostelry_member server_power;
    /*
     * Moves a machine to another size. Null when the service cannot. Also: NOT_FOUND, CONFLICT
     * (must be off first), UNAVAILABLE, QUOTA, UNSUPPORTED. Since 1.0.
     */
    hostelry_member server_resize;
    /*
     * Reinstalls a machine from an image; its address stays. Null when the service cannot. Also:
     * NOT_FOUND, CONFLICT, UNSUPPORTED. Since 1.0.
     */
    hostelry_member server_rebuild;
    /*
     * Ends a machine and everything that was ordered with it; a missing one is OK. Required. Also:
     * CONFLICT (protected or busy). Since 1.0.
     */
    hostelry_member server_delete;
    /*
     * Makes sure the account knows an SSH public key, and answers its upstream id. Required. Also:
     * QUOTA. Since 1.0.
     */
    hostelry_member ssh_key_put;
    /*
     * Sets the service's firewall for a machine to exactly these inbound rules. Null when the
     * service has none. Also: NOT_FOUND, QUOTA, UNSUPPORTED. Since 1.0.
     */
    hostelry_member firewall_put;
    /*
     * Asks after an operation. Null when the plugin never answers one. Also: NOT_FOUND. Since 1.0.
     */
    hostelry_member op_poll;
} hostelry_provider_v1;

HOSTELRY_STATIC_ASSERT(sizeof(hostelry_provider_v1) == 104, "released layout");

#ifdef __cplusplus
}
#endif

#endif
