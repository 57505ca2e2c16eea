#include "core/features/jobs/job_change.h"
#include "core/features/jobs/job_types.h"
#include "core/features/jobs/jobs.h"
#include "core/platform/http/api.h"
#include "core/platform/queue/job_store.h"

#include <type_traits>

namespace hostelry::jobs {
namespace {

using http::Exchange;
using http::Method;
using http::Response;
using queue::JobStore;

constexpr int kApiRows = 50;

Result<queue::Job> asked_job(db::Transaction& tx, const Exchange& exchange) {
    const JobId id = TRY(job_id_of(exchange));
    return JobStore(tx).get(id);
}

http::Response answer_of(const Result<queue::Job>& job) {
    return http::answered(job.map([](const queue::Job& now) { return view_of(now); }), 202);
}

/// /api/v1/jobs.
class JobApi {
public:
    explicit JobApi(db::Database& database) : database_(database) {}

    Response list(Exchange& exchange) {
        const auto page = read(exchange, [&](db::Transaction& tx) -> Result<queue::JobPage> {
            const auto asked = TRY(http::query_as<ListJobs>(exchange.request));
            queue::JobFilter filter;
            if (const auto state = queue::state_from_name(asked.state)) {
                filter.states = {*state};
            }
            filter.kind = asked.kind;
            filter.words = asked.q;
            filter.subject_id = asked.subject;
            return JobStore(tx).list(filter, asked.after, kApiRows);
        });
        if (!page) {
            return Response::failed(page.error());
        }
        std::vector<JobView> jobs;
        for (const auto& job : page->jobs) {
            jobs.push_back(view_of(job));
        }
        return http::listed(jobs, page->next ? page->next->to_string() : "");
    }

    Response get(Exchange& exchange) {
        return http::answered(read(exchange, [&](db::Transaction& tx) -> Result<JobView> {
            return view_of(TRY(asked_job(tx, exchange)));
        }));
    }

    Response steps(Exchange& exchange) {
        using Steps = std::vector<StepView>;
        return http::listed(read(exchange, [&](db::Transaction& tx) -> Result<Steps> {
            const auto job = TRY(asked_job(tx, exchange));
            Steps steps;
            for (const auto& step : JobStore(tx).steps(job.id)) {
                steps.push_back(view_of(step));
            }
            return steps;
        }));
    }

    Response retry(Exchange& exchange) { return answer_of(retry_job(database_, exchange)); }
    Response cancel(Exchange& exchange) { return answer_of(cancel_job(database_, exchange)); }

private:
    template <class Work>
    std::invoke_result_t<Work&, db::Transaction&> read(const Exchange& exchange, Work work) {
        return database_.read_in_tenant(exchange.signed_in().tenant, work);
    }

    db::Database& database_;
};

}  // namespace

void Jobs::add_api(http::Router& router) {
    const auto api = std::make_shared<JobApi>(needs_.database);
    const auto* job = &describe<JobView>();
    const auto add = http::operations_of(router, api);
    add({.method = Method::Get,
         .path = "/jobs",
         .permission = "job:read",
         .operation = "listJobs",
         .summary = "Jobs, newest first",
         .query = &describe<ListJobs>(),
         .response = job,
         .is_list = true},
        &JobApi::list);
    add({.method = Method::Get,
         .path = "/jobs/{id}",
         .permission = "job:read",
         .operation = "getJob",
         .summary = "One job",
         .response = job},
        &JobApi::get);
    add({.method = Method::Get,
         .path = "/jobs/{id}/steps",
         .permission = "job:read",
         .operation = "listJobSteps",
         .summary = "The steps of a job in their order",
         .response = &describe<StepView>(),
         .is_list = true},
        &JobApi::steps);
    add({.method = Method::Post,
         .path = "/jobs/{id}/retry",
         .permission = "job:retry",
         .operation = "retryJob",
         .summary = "Run a failed or cancelled job again from its first unfinished step",
         .response = job},
        &JobApi::retry);
    add({.method = Method::Post,
         .path = "/jobs/{id}/cancel",
         .permission = "job:cancel",
         .operation = "cancelJob",
         .summary = "Stop a job and undo what it did",
         .response = job},
        &JobApi::cancel);
}

}  // namespace hostelry::jobs
