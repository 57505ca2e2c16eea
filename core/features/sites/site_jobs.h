#pragma once

#include "core/features/sites/site_work.h"

namespace hostelry::sites {

/// "site.deploy" and "site.redeploy": the same steps; only the first takes everything back when it
/// fails.
queue::JobKind deploy_job(const Sites::Needs& needs);
queue::JobKind redeploy_job(const Sites::Needs& needs);

/// "site.suspend" and "site.resume".
queue::JobKind suspend_job(const Sites::Needs& needs);
queue::JobKind resume_job(const Sites::Needs& needs);

/// "site.secure".
queue::JobKind secure_job(const Sites::Needs& needs);

/// "site.delete".
queue::JobKind delete_job(const Sites::Needs& needs);

}  // namespace hostelry::sites
