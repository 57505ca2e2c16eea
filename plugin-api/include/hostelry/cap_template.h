/*
 * site-template/1: what a site is made of (WordPress, a static page, ...). Obtained by
 * plugin->get("site-template", 1).
 *
 * The members are pure: the same request gives the same answer, and nothing is performed. They
 * answer plans in the agent's vocabulary (README.md, "Plans"): typed actions inside one site's
 * home, never a shell text. User, database, PHP pool, virtual host, DNS and certificate belong to
 * the panel; the template gives only what lies inside the site.
 *
 * All members: shape hostelry_member, [any]. Request and answer schemas:
 * schemas/site-template-1.json. Any may return INVALID (an option or site fact it cannot work with;
 * `field` names it) and INTERNAL.
 */
#ifndef HOSTELRY_CAP_TEMPLATE_H
#define HOSTELRY_CAP_TEMPLATE_H

#include "hostelry/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hostelry_site_template_v1 {
    uint32_t size;
    uint32_t reserved;
    /*
     * What the template is: title, icon, the schema of its options (it makes the form), what it
     * needs. Request {}. Required. Statuses: OK, INTERNAL. Since 1.0.
     */
    hostelry_member describe;
    /*
     * The steps that put the software into a fresh home, safe to run again at any point, the health
     * check that proves it, and what the virtual host must know. Required. Statuses: OK, INVALID,
     * UNSUPPORTED, INTERNAL. Since 1.0.
     */
    hostelry_member plan;
    /*
     * The steps that bring an existing site to the version this template deploys now. Null when the
     * template has no upgrade of its own. Statuses: OK, INVALID, UNSUPPORTED (with the reason),
     * INTERNAL. Since 1.0.
     */
    hostelry_member upgrade_plan;
    /*
     * The check that tells, at any later time, whether the site works, whatever its owner changed.
     * Required. Statuses: OK, INVALID, INTERNAL. Since 1.0.
     */
    hostelry_member health_plan;
} hostelry_site_template_v1;

HOSTELRY_STATIC_ASSERT(sizeof(hostelry_site_template_v1) == 40, "released layout");

#ifdef __cplusplus
}
#endif

#endif
