#include "core/features/jobs/job_change.h"

#include "core/base/operator_user.h"
#include "core/platform/events/events.h"

#include <nlohmann/json.hpp>

namespace hostelry::jobs {
namespace {

using queue::JobStore;

constexpr auto kMayAnswerForSql = "select hostelry.may_answer_for($1, $2) as may";
constexpr auto kRootSql = "select hostelry.root_tenant() as id";

Result<queue::Job> change(
    db::Database& database,
    const http::Exchange& exchange,
    const char* event,
    Result<void> (JobStore::*act)(JobId),
    Result<void> (*check)(db::Transaction&, const http::Principal&, const queue::Job&)
) {
    const auto& principal = exchange.signed_in();
    return database.in_tenant(principal.tenant, [&](db::Transaction& tx) -> Result<queue::Job> {
        const JobId id = TRY(job_id_of(exchange));
        JobStore store(tx);
        const auto job = TRY(store.get(id));
        TRY(check(tx, principal, job));
        TRY((store.*act)(id));
        events::NewEvent told;
        told.type = event;
        told.tenant = job.tenant;
        told.actor = principal.user;
        told.subject_type = "job";
        told.subject_id = id.uuid;
        told.data = nlohmann::json{
            {"title", job.title},
            {"name", job.subject_name.empty() ? job.title : job.subject_name}};
        told.client_address = exchange.request.client_address;
        told.request_id = exchange.request.request_id;
        events::publish(tx, told);
        return store.get(id);
    });
}

}  // namespace

Result<void> check_not_from_above(
    db::Transaction& tx, const http::Principal& principal, const queue::Job& job
) {
    if (!job.actor) {
        return {};
    }
    const bool may =
        *job.actor == operator_user()
            ? tx.query_one(kRootSql)["id"].optional_id<TenantId>() == principal.home
            : tx.query_one(kMayAnswerForSql, principal.home, *job.actor)["may"].boolean();
    if (!may) {
        return fail(ErrorCode::Forbidden, "Your provider began this job. Ask them to stop it.");
    }
    return {};
}

Result<JobId> job_id_of(const http::Exchange& exchange) {
    const auto id = JobId::parse(exchange.request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such job.");
    }
    return *id;
}

Result<queue::Job> retry_job(db::Database& database, const http::Exchange& exchange) {
    const auto anybody = [](db::Transaction&, const http::Principal&, const queue::Job&) {
        return Result<void>{};
    };
    return change(database, exchange, "job.retried", &JobStore::retry, anybody);
}

Result<queue::Job> cancel_job(db::Database& database, const http::Exchange& exchange) {
    return change(database, exchange, "job.cancelled", &JobStore::cancel, check_not_from_above);
}

}  // namespace hostelry::jobs
