/*
 * dns/1: zones on an authoritative DNS service. Obtained by plugin->get("dns", 1).
 *
 * Names in requests and answers are absolute, lower case, in A-label form and without the final
 * dot; the plugin translates. Records come in sets of one (name, type). Values are as a person
 * would write them: an address; a host name; "10 mail.example.com" for MX; "10 5 5060
 * sip.example.com" for SRV; '0 issue "ca.example"' for CAA; for TXT the text itself, without quotes
 * and at any length.
 *
 * All members: shape hostelry_member, [any]. Request and answer schemas: schemas/dns-1.json.
 * Any may return INVALID, AUTH, RATE_LIMITED, TRANSIENT, PERMANENT, CANCELLED, DEADLINE and
 * INTERNAL; further ones are named at the member.
 */
#ifndef HOSTELRY_CAP_DNS_H
#define HOSTELRY_CAP_DNS_H

#include "hostelry/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hostelry_dns_v1 {
    uint32_t size;
    uint32_t reserved;
    /*
     * All zones of the account, without records. Request {}. Required. Since 1.0.
     */
    hostelry_member zone_list;
    /*
     * One zone with its record sets (SOA left out) and its etag, a word that changes whenever a
     * record does. Required. Also: NOT_FOUND. Since 1.0.
     */
    hostelry_member zone_get;
    /*
     * Makes a zone with the service's name servers. Uses call->idem_key. Required. Also: CONFLICT
     * when the zone is there already, QUOTA, UNSUPPORTED. Since 1.0.
     */
    hostelry_member zone_create;
    /*
     * Removes a zone with all its records; a missing zone is OK. Required. Since 1.0.
     */
    hostelry_member zone_delete;
    /*
     * Applies a changeset, all of it or nothing where the service can: each change puts a whole
     * record set or deletes one (deleting a missing set is fine). With `expected_etag` the zone
     * must still be as read, else CONFLICT. Answers the new etag. Required. Also: NOT_FOUND,
     * CONFLICT, QUOTA, UNSUPPORTED (a record type). Since 1.0.
     */
    hostelry_member zone_apply;
    /*
     * Asks after an operation that another member answered as {"operation": "<token>"}. Null when
     * the plugin never answers one. Also: NOT_FOUND. Since 1.0.
     */
    hostelry_member op_poll;
    /*
     * Signs or unsigns a zone ("enabled") and answers the DS records for the parent zone; the same
     * again changes nothing. Null when the service cannot. Also: NOT_FOUND, UNSUPPORTED. Since 1.0.
     */
    hostelry_member zone_dnssec;
} hostelry_dns_v1;

HOSTELRY_STATIC_ASSERT(sizeof(hostelry_dns_v1) == 64, "released layout");

#ifdef __cplusplus
}
#endif

#endif
