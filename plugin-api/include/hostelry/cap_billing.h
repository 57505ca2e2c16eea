/*
 * billing/1: a service that takes payments. Obtained by plugin->get("billing", 1).
 *
 * Amounts are integers in the currency's minor unit by ISO 4217 (1999 EUR = 19.99 euro; 500 JPY =
 * 500 yen); the plugin knows where its service counts otherwise. Charging members pass
 * call->idem_key upstream and set `maybe_applied` rightly: money is taken once.
 *
 * All members: shape hostelry_member, [any]. Request and answer schemas: schemas/billing-1.json.
 * Any may return INVALID, AUTH, RATE_LIMITED, TRANSIENT, PERMANENT, CANCELLED, DEADLINE and
 * INTERNAL; further ones are named at the member.
 */
#ifndef HOSTELRY_CAP_BILLING_H
#define HOSTELRY_CAP_BILLING_H

#include "hostelry/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hostelry_billing_v1 {
    uint32_t size;
    uint32_t reserved;
    /*
     * Makes or updates a customer, found again by the panel's `ref`. Required. Also: CONFLICT.
     * Since 1.0.
     */
    hostelry_member customer_put;
    /*
     * Opens a payment page of the service and answers its address. Required. Also: NOT_FOUND.
     * Since 1.0.
     */
    hostelry_member checkout_create;
    /*
     * Takes an amount from a stored means of payment. Required. "requires_action" in the answer
     * means that the customer has to confirm at `action_url`. Also: NOT_FOUND; PERMANENT with the
     * service's decline code. Since 1.0.
     */
    hostelry_member charge;
    /*
     * Gives a charge back, whole or in part; may answer "pending". Required. Also: NOT_FOUND,
     * CONFLICT. Since 1.0.
     */
    hostelry_member refund;
    /*
     * Makes or changes a recurring payment, found again by `ref`. Null when the service has none.
     * Also: NOT_FOUND, CONFLICT. Since 1.0.
     */
    hostelry_member subscription_put;
    /*
     * One invoice of the service. Null when it makes none. Also: NOT_FOUND. Since 1.0.
     */
    hostelry_member invoice_get;
    /*
     * Checks a webhook's signature by the account's secret and says what happened. The event is
     * only a hint: the panel fetches the object again. Required. Also: AUTH (wrong signature or too
     * old). Since 1.0.
     */
    hostelry_member webhook_verify;
} hostelry_billing_v1;

HOSTELRY_STATIC_ASSERT(sizeof(hostelry_billing_v1) == 64, "released layout");

#ifdef __cplusplus
}
#endif

#endif
