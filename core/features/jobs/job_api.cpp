#include "core/features/jobs/job_types.h"
#include "core/features/jobs/jobs.h"
#include "core/platform/events/events.h"
#include "core/platform/queue/job_store.h"

#include <nlohmann/json.hpp>

#include <charconv>

namespace hostelry::jobs {
namespace {

using http::Exchange;
using http::Response;
using nlohmann::json;
using queue::JobStore;

constexpr int kApiRowsDefault = 50;

template <class T>
json encoded(const T& object) {
    return encode(describe<T>(), &object);
}

Result<JobId> job_id_of(const Exchange& exchange) {
    const auto id = JobId::parse(exchange.request.param("id"));
    if (!id) {
        return fail(ErrorCode::NotFound, "There is no such job.");
    }
    return *id;
}

Result<queue::Job> asked_job(db::Transaction& tx, const Exchange& exchange) {
    const JobId id = TRY(job_id_of(exchange));
    return JobStore(tx).get(id);
}

Result<queue::JobFilter> filter_of(const http::Request& request) {
    queue::JobFilter filter;
    if (const auto state = request.query("state")) {
        const auto known = queue::state_from_name(*state);
        if (!known) {
            return fail_fields({{"state", "There is no state of this name."}});
        }
        filter.states = {*known};
    }
    filter.kind = request.query("kind");
    return filter;
}

Response answer(Result<json> result, int status = 200) {
    return result ? Response::json(*result, status) : Response::failed(std::move(result).error());
}

events::NewEvent event_of(const Exchange& exchange, std::string type, const queue::Job& job) {
    return {
        .type = std::move(type),
        .tenant = job.tenant,
        .actor = exchange.signed_in().user,
        .subject_type = "job",
        .subject_id = job.id.uuid,
        .client_address = exchange.request.client_address,
        .request_id = exchange.request.request_id,
    };
}

http::Route api_route(
    http::Method method,
    std::string path,
    std::string permission,
    std::string operation,
    std::string summary
) {
    http::Route route{
        .method = method,
        .path = std::move(path),
        .permission = std::move(permission),
        .access = http::Access::SignedIn,
        .csrf = http::Csrf::None,
        .rate = http::RateClass::Api,
    };
    route.response = &describe<JobView>();
    route.operation = std::move(operation);
    route.summary = std::move(summary);
    route.api = true;
    return route;
}

}  // namespace

void Jobs::add_api(http::Router& router) {
    auto list = api_route(
        http::Method::Get,
        "/api/v1/jobs",
        "job:read",
        "listJobs",
        "Jobs, newest first; filter with state and kind."
    );
    list.response_is_list = true;
    list.handler = [this](Exchange& x) {
        return answer(needs_.database.in_tenant(
            x.signed_in().tenant,
            [&](db::Transaction& tx) -> Result<json> {
                const auto filter = TRY(filter_of(x.request));
                const auto page = JobStore(tx).list(
                    filter, JobId::parse(x.request.query("after").value_or("")), kApiRowsDefault
                );
                json items = json::array();
                for (const auto& job : page.jobs) {
                    items.push_back(encoded(view_of(job)));
                }
                return json{
                    {"items", std::move(items)},
                    {"next", page.next ? json(page.next->to_string()) : json(nullptr)}};
            }
        ));
    };
    router.add(std::move(list));

    auto get = api_route(http::Method::Get, "/api/v1/jobs/{id}", "job:read", "getJob", "One job.");
    get.handler = [this](Exchange& x) {
        return answer(needs_.database.in_tenant(
            x.signed_in().tenant,
            [&](db::Transaction& tx) -> Result<json> {
                return encoded(view_of(TRY(asked_job(tx, x))));
            }
        ));
    };
    router.add(std::move(get));

    auto steps = api_route(
        http::Method::Get,
        "/api/v1/jobs/{id}/steps",
        "job:read",
        "listJobSteps",
        "The steps of a job in their order."
    );
    steps.response = &describe<StepView>();
    steps.response_is_list = true;
    steps.handler = [this](Exchange& x) {
        return answer(needs_.database.in_tenant(
            x.signed_in().tenant,
            [&](db::Transaction& tx) -> Result<json> {
                const auto job = TRY(asked_job(tx, x));
                json items = json::array();
                for (const auto& step : JobStore(tx).steps(job.id)) {
                    items.push_back(encoded(view_of(step)));
                }
                return json{{"items", std::move(items)}, {"next", nullptr}};
            }
        ));
    };
    router.add(std::move(steps));

    auto retried = api_route(
        http::Method::Post,
        "/api/v1/jobs/{id}/retry",
        "job:retry",
        "retryJob",
        "Runs a failed or cancelled job again from its first unfinished step."
    );
    retried.handler = [this](Exchange& x) {
        return answer(
            needs_.database.in_tenant(
                x.signed_in().tenant,
                [&](db::Transaction& tx) -> Result<json> {
                    const auto job = TRY(asked_job(tx, x));
                    TRY(JobStore(tx).retry(job.id));
                    events::publish(tx, event_of(x, "job.retried", job));
                    return encoded(view_of(TRY(JobStore(tx).get(job.id))));
                }
            ),
            202
        );
    };
    router.add(std::move(retried));

    auto cancelled = api_route(
        http::Method::Post,
        "/api/v1/jobs/{id}/cancel",
        "job:cancel",
        "cancelJob",
        "Stops a job and undoes what it did."
    );
    cancelled.handler = [this](Exchange& x) {
        return answer(
            needs_.database.in_tenant(
                x.signed_in().tenant,
                [&](db::Transaction& tx) -> Result<json> {
                    const auto job = TRY(asked_job(tx, x));
                    TRY(JobStore(tx).cancel(job.id));
                    events::publish(tx, event_of(x, "job.cancelled", job));
                    return encoded(view_of(TRY(JobStore(tx).get(job.id))));
                }
            ),
            202
        );
    };
    router.add(std::move(cancelled));
}

}  // namespace hostelry::jobs
