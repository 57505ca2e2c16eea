#include "core/platform/queue/queue.h"

#include "core/platform/queue/cron.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace hostelry::queue {
namespace {

// Kinds carry title, queue and upkeep. An unfinished job with the same unique key wins.
constexpr auto kEnqueue = R"(
    insert into hostelry.jobs
        (id, tenant_id, kind, title, queue, is_upkeep, priority, input, unique_key, exclusive_key,
         actor_id, subject_type, subject_id, subject_name, run_at)
    select n.id, n.tenant_id, n.kind, coalesce(nullif(n.title, ''), k.title, n.kind),
           coalesce(k.queue, 'default'), coalesce(k.is_upkeep, false), n.priority, n.input::jsonb,
           n.unique_key, n.exclusive_key, n.actor_id, n.subject_type, n.subject_id,
           n.subject_name, coalesce(n.run_at, now())
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[],
                  $8::text[], $9::uuid[], $10::text[], $11::uuid[], $12::text[],
                  $13::timestamptz[])
           with ordinality as n (id, tenant_id, kind, title, priority, input, unique_key, exclusive_key,
                               actor_id, subject_type, subject_id, subject_name, run_at, place)
      left join hostelry.job_kinds k on k.name = n.kind
     order by n.place
    on conflict (tenant_id, unique_key)
        where unique_key is not null and state in ('queued', 'running', 'waiting', 'cancelling')
        do nothing
    returning id)";

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

constexpr int kUniqueAttemptsMax = 5;

/// Lower-case words joined by dots, at least two: "site.deploy".
bool is_kind_name(std::string_view name) {
    const bool has_dot = name.find('.') != std::string_view::npos;
    const bool is_plain = std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
    });
    return has_dot && is_plain && name.size() <= 100;
}

/// An array parameter that may hold NULLs; what it takes is plain text that needs no escaping, or
/// is quoted here.
class ArrayText {
public:
    void add(const std::optional<std::string>& member) {
        text_ += text_.size() > 1 ? "," : "";
        if (!member) {
            text_ += "NULL";
            return;
        }
        text_ += '"';
        for (const char c : *member) {
            if (c == '"' || c == '\\') {
                text_ += '\\';
            }
            text_ += c;
        }
        text_ += '"';
    }
    std::string done() { return std::move(text_) + "}"; }

private:
    std::string text_ = "{";
};

template <class Member>
std::string column(const std::vector<NewJob>& jobs, Member member) {
    ArrayText array;
    for (const auto& job : jobs) {
        array.add(member(job));
    }
    return array.done();
}

template <class Id>
std::optional<std::string> text_of(const std::optional<Id>& id) {
    return id ? std::optional{id->to_string()} : std::nullopt;
}

std::optional<std::string> text_of_time(const std::optional<TimePoint>& time) {
    return time ? std::optional<std::string>{db::Param(*time).c_str()} : std::nullopt;
}

std::set<Uuid> insert_jobs(
    db::Transaction& tx, const std::vector<JobId>& ids, const std::vector<NewJob>& jobs
) {
    const auto rows = tx.query(
        kEnqueue,
        ids,
        column(jobs, [](const NewJob& job) { return std::optional{job.tenant.to_string()}; }),
        column(jobs, [](const NewJob& job) { return std::optional{job.kind}; }),
        column(jobs, [](const NewJob& job) { return std::optional{job.title}; }),
        column(jobs, [](const NewJob& job) { return std::optional{std::to_string(job.priority)}; }),
        column(jobs, [](const NewJob& job) { return std::optional{job.input.text()}; }),
        column(jobs, [](const NewJob& job) { return job.unique_key; }),
        column(jobs, [](const NewJob& job) { return job.exclusive_key; }),
        column(jobs, [](const NewJob& job) { return text_of(job.actor); }),
        column(jobs, [](const NewJob& job) { return std::optional{job.subject_type}; }),
        column(jobs, [](const NewJob& job) { return text_of(job.subject_id); }),
        column(jobs, [](const NewJob& job) { return std::optional{job.subject_name}; }),
        column(jobs, [](const NewJob& job) { return text_of_time(job.run_at); })
    );
    std::set<Uuid> inserted;
    for (const auto& row : rows) {
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
    static const SystemClock clock;
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
