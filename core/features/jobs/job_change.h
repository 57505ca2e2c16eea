#pragma once
// Inside this room only: what pages and API do alike.

#include "core/platform/db/database.h"
#include "core/platform/http/route.h"
#include "core/platform/queue/job_store.h"

namespace hostelry::jobs {

/// The job that the path names. NotFound for what is no id.
Result<JobId> job_id_of(const http::Exchange& exchange);

/// What somebody above began (a suspension, say) is not stopped from below: Forbidden.
Result<void> check_not_from_above(
    db::Transaction& tx, const http::Principal& principal, const queue::Job& job
);

/// In the reader's tenant, and in the audit trail. NotFound, Conflict: see queue::JobStore.
Result<queue::Job> retry_job(db::Database& database, const http::Exchange& exchange);
Result<queue::Job> cancel_job(db::Database& database, const http::Exchange& exchange);

}  // namespace hostelry::jobs
