#include "core/platform/queue/queue.h"

#include "core/platform/queue/cron.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <stdexcept>

namespace hostelry::queue {
namespace {

// Where the values of new jobs come from: parameters for one job, arrays for many. One by one the
// thirteen arrays took more time than everything else of an enqueue (measured).
constexpr std::string_view kOneJob = R"(
           (values ($1::uuid, $2::uuid, $3::text, $4::text, $5::int, $6::text, $7::text, $8::text, $9::uuid,
                    $10::text, $11::uuid, $12::text, $13::timestamptz, 1)))";
constexpr std::string_view kManyJobs = R"(
           unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[],
                  $8::text[], $9::uuid[], $10::text[], $11::uuid[], $12::text[],
                  $13::timestamptz[]) with ordinality)";

// An unfinished job with the same unique key wins. Only for jobs that have one: with this clause
// each row is put in tentatively and confirmed, by a record of its own in the log.
constexpr std::string_view kUnlessUnderWay = R"(
    on conflict (tenant_id, unique_key)
        where unique_key is not null and state in ('queued', 'running', 'waiting', 'cancelling')
        do nothing
    returning id)";

/// Kinds carry title, queue and upkeep. Arrays may end early: what no further job says is NULL.
std::string enqueue_statement(std::string_view source, std::string_view conflict) {
    return fmt::format(
        R"(
    insert into hostelry.jobs
        (id, tenant_id, kind, title, queue, is_upkeep, priority, input, unique_key, exclusive_key,
         actor_id, subject_type, subject_id, subject_name, run_at)
    select n.id, n.tenant_id, n.kind, coalesce(n.title, k.title, n.kind),
           coalesce(k.queue, 'default'), coalesce(k.is_upkeep, false), coalesce(n.priority, 0),
           n.input::jsonb, n.unique_key, n.exclusive_key, n.actor_id,
           coalesce(n.subject_type, ''), n.subject_id, coalesce(n.subject_name, ''),
           coalesce(n.run_at, now())
      from {}
           as n (id, tenant_id, kind, title, priority, input, unique_key, exclusive_key,
                 actor_id, subject_type, subject_id, subject_name, run_at, place)
      left join hostelry.job_kinds k on k.name = n.kind
     order by n.place {})",
        source,
        conflict
    );
}

const std::string kEnqueueOne = enqueue_statement(kOneJob, "");
const std::string kEnqueueOneWithKey = enqueue_statement(kOneJob, kUnlessUnderWay);
const std::string kEnqueueMany = enqueue_statement(kManyJobs, "");
const std::string kEnqueueManyWithKeys = enqueue_statement(kManyJobs, kUnlessUnderWay);

constexpr auto kFindUnfinished = R"(
    select id from hostelry.jobs
     where tenant_id = $1 and unique_key = $2 and state in ('queued', 'running', 'waiting', 'cancelling'))";

constexpr auto kEnsureSchedule = R"(
    insert into hostelry.job_schedules as s (tenant_id, name, kind, cron, time_zone, input, next_at)
    values ($1, $2, $3, $4, $5, $6::jsonb, $7)
    on conflict (tenant_id, name) do update
       set kind = excluded.kind, input = excluded.input,
           next_at = case when (s.cron, s.time_zone) = (excluded.cron, excluded.time_zone)
                          then s.next_at else excluded.next_at end,
           cron = excluded.cron, time_zone = excluded.time_zone)";

constexpr auto kRemoveSchedule =
    "delete from hostelry.job_schedules where tenant_id = $1 and name = $2";

constexpr std::size_t kParamsOfJob = 13;
constexpr int kUniqueAttemptsMax = 5;

/// Lower-case words joined by dots, at least two: "site.deploy".
bool is_kind_name(std::string_view name) {
    const bool has_dot = name.find('.') != std::string_view::npos;
    const bool is_plain = std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
    });
    return has_dot && is_plain && name.size() <= 100;
}

/// An array parameter that may hold NULLs and leaves out those at its end; what it takes is plain
/// text that needs no escaping, or is quoted here.
class ArrayText {
public:
    void add(const char* member) {
        if (member == nullptr) {
            ++nulls_;
            return;
        }
        for (; nulls_ > 0; --nulls_) {
            text_ += "NULL,";
        }
        text_ += '"';
        for (const char c : std::string_view{member}) {
            if (c == '"' || c == '\\') {
                text_ += '\\';
            }
            text_ += c;
        }
        text_ += "\",";
    }
    std::string done() {
        if (text_.ends_with(',')) {
            text_.pop_back();
        }
        return std::move(text_) + "}";
    }

private:
    std::string text_ = "{";
    std::size_t nulls_ = 0;  // not written yet
};

using JobParams = std::vector<db::Param>;

/// What the job does not say is NULL: the statement knows what that means.
JobParams params_of(JobId id, const NewJob& job) {
    const auto said = [](const std::string& text) {
        return text.empty() ? std::nullopt : std::optional{text};
    };
    return {
        id,
        job.tenant,
        job.kind,
        said(job.title),
        job.priority == 0 ? std::nullopt : std::optional{job.priority},
        job.input,
        job.unique_key,
        job.exclusive_key,
        job.actor,
        said(job.subject_type),
        job.subject_id,
        said(job.subject_name),
        job.run_at};
}

/// The same, each parameter an array over all jobs.
JobParams params_of(const std::vector<JobId>& ids, const std::vector<NewJob>& jobs) {
    std::vector<ArrayText> columns(kParamsOfJob);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const auto params = params_of(ids[i], jobs[i]);
        for (std::size_t column = 0; column < kParamsOfJob; ++column) {
            columns[column].add(params[column].c_str());
        }
    }
    JobParams params;
    for (auto& column : columns) {
        params.emplace_back(column.done());
    }
    return params;
}

/// Answers which went in: all but those whose unique key an unfinished job holds.
std::set<Uuid> insert_jobs(
    db::Transaction& tx, const std::vector<JobId>& ids, const std::vector<NewJob>& jobs
) {
    const bool is_one = jobs.size() == 1;
    const auto params = is_one ? params_of(ids.front(), jobs.front()) : params_of(ids, jobs);
    std::set<Uuid> inserted;
    if (std::ranges::none_of(jobs, [](const NewJob& job) { return job.unique_key.has_value(); })) {
        tx.run_deferred(is_one ? kEnqueueOne : kEnqueueMany, params);
        std::ranges::transform(ids, std::inserter(inserted, inserted.end()), &JobId::uuid);
        return inserted;
    }
    for (const auto& row : tx.run(is_one ? kEnqueueOneWithKey : kEnqueueManyWithKeys, params)) {
        inserted.insert(row["id"].uuid());
    }
    return inserted;
}

/// The job that holds the unique key already. It may have finished between the two statements: then
/// ours goes in.
JobId find_or_insert(db::Transaction& tx, JobId id, const NewJob& job) {
    for (int attempt = 0; attempt < kUniqueAttemptsMax; ++attempt) {
        if (const auto row = tx.query_optional(kFindUnfinished, job.tenant, job.unique_key)) {
            return (*row)["id"].id<JobId>();
        }
        if (!insert_jobs(tx, {id}, {job}).empty()) {
            return id;
        }
    }
    throw std::runtime_error(
        "The job with the unique key " + job.unique_key.value_or("") + " comes and goes."
    );
}

}  // namespace

void Registry::add(JobKind kind) {
    std::set<std::string> names;
    for (const auto& step : kind.steps) {
        if (step.name.empty() || !step.run || !names.insert(step.name).second) {
            throw std::logic_error(
                "The job kind " + kind.name + " has a nameless, empty or doubled step."
            );
        }
    }
    if (!is_kind_name(kind.name) || kind.steps.empty()) {
        throw std::logic_error(
            "The job kind \"" + kind.name + "\" has a malformed name or no steps."
        );
    }
    const std::string name = kind.name;
    if (!kinds_.emplace(name, std::move(kind)).second) {
        throw std::logic_error("Two job kinds are named " + name + ".");
    }
}

void Registry::add_schedule(Schedule schedule) {
    if (!Cron::parse(schedule.cron) || !is_time_zone(schedule.time_zone)) {
        throw std::logic_error("The schedule " + schedule.name + " is malformed.");
    }
    schedules_.push_back(std::move(schedule));
}

const JobKind* Registry::find(std::string_view name) const {
    const auto found = kinds_.find(name);
    return found == kinds_.end() ? nullptr : &found->second;
}

std::vector<JobId> enqueue_all(db::Transaction& tx, const std::vector<NewJob>& jobs) {
    const SystemClock clock;
    SystemRandom random;
    std::vector<JobId> ids;
    for (const auto& job : jobs) {
        if (!is_kind_name(job.kind)) {
            throw std::logic_error("\"" + job.kind + "\" is not the name of a job kind.");
        }
        ids.push_back(JobId::make(clock, random));
    }
    if (jobs.empty()) {
        return ids;
    }
    const auto inserted = insert_jobs(tx, ids, jobs);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (!inserted.contains(ids[i].uuid)) {
            ids[i] = find_or_insert(tx, ids[i], jobs[i]);
        }
    }
    return ids;
}

JobId enqueue(db::Transaction& tx, const NewJob& job) {
    return enqueue_all(tx, {job}).front();
}

Result<void> ensure_schedule(
    db::Transaction& tx, TenantId tenant, const Schedule& schedule, TimePoint now
) {
    const Cron cron = TRY(Cron::parse(schedule.cron));
    if (!is_time_zone(schedule.time_zone)) {
        return fail(ErrorCode::Invalid, "\"" + schedule.time_zone + "\" is not a time zone.");
    }
    const auto next = cron.next_after(now, schedule.time_zone);
    if (!next) {
        return fail(ErrorCode::Invalid, "The schedule \"" + schedule.cron + "\" never comes.");
    }
    tx.execute(
        kEnsureSchedule,
        tenant,
        schedule.name,
        schedule.kind,
        schedule.cron,
        schedule.time_zone,
        schedule.input,
        *next
    );
    return {};
}

bool remove_schedule(db::Transaction& tx, TenantId tenant, std::string_view name) {
    return tx.execute(kRemoveSchedule, tenant, name) > 0;
}

}  // namespace hostelry::queue
