#pragma once
// What the API and the command line show of a job, described once.

#include "core/base/describe.h"
#include "core/platform/queue/job_store.h"

namespace hostelry::jobs {

/// What of the list is wanted.
struct ListJobs {
    std::string q;
    std::string state;
    std::optional<std::string> kind;
    std::optional<Uuid> subject;
    std::optional<JobId> after;
};

struct JobView {
    JobId id;
    std::string title;
    std::string kind;
    std::string state;
    std::string current_step;
    std::int64_t steps_done = 0;
    std::int64_t steps_total = 0;
    std::string note;
    std::string error;
    std::string error_code;
    std::vector<std::string> not_undone;
    std::string subject_type;
    std::optional<Uuid> subject_id;
    std::string subject_name;
    TimePoint created_at;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> finished_at;
};

JobView view_of(const queue::Job& job);

struct StepView {
    std::string name;
    std::string title;
    std::string state;
    std::int64_t attempt = 0;
    std::string note;
    std::string error;
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> finished_at;
};

StepView view_of(const queue::JobStep& step);

}  // namespace hostelry::jobs

namespace hostelry {

template <>
inline const Description& describe<jobs::ListJobs>() {
    using jobs::ListJobs;
    static const Description kDescription{
        "ListJobs",
        {
            field<&ListJobs::q>(
                "q", {.label = "Words", .help = "In the title or the name of what it is about"}
            ),
            field<&ListJobs::state>(
                "state",
                {.label = "State",
                 .help = "Only those in this state",
                 .kind = Kind::Choice,
                 .choices =
                     {{"queued", "Queued"},
                      {"running", "Running"},
                      {"waiting", "Waiting"},
                      {"succeeded", "Succeeded"},
                      {"failed", "Failed"},
                      {"cancelling", "Cancelling"},
                      {"cancelled", "Cancelled"}}}
            ),
            field<&ListJobs::kind>(
                "kind", {.label = "Kind", .help = "Only those of this kind, such as site.deploy"}
            ),
            field<&ListJobs::subject>(
                "subject",
                {.label = "About", .help = "Only those about this site, server, zone ..."}
            ),
            field<&ListJobs::after>(
                "after", {.label = "After", .help = "Go on behind the answer whose next this is"}
            ),
        }};
    return kDescription;
}

template <>
inline const Description& describe<jobs::JobView>() {
    using jobs::JobView;
    static const Description kDescription{
        "Job",
        {
            field<&JobView::id>("id", {.label = "Id"}),
            field<&JobView::title>("title", {.label = "Job"}),
            field<&JobView::subject_name>("subject_name", {.label = "About"}),
            field<&JobView::subject_type>("subject_type", {.label = "Kind of thing"}),
            field<&JobView::subject_id>("subject_id", {.label = "Its id"}),
            field<&JobView::kind>("kind", {.label = "Kind"}),
            field<&JobView::state>("state", {.label = "State"}),
            field<&JobView::current_step>("current_step", {.label = "Step"}),
            field<&JobView::steps_done>("steps_done", {.label = "Done"}),
            field<&JobView::steps_total>("steps_total", {.label = "Of"}),
            field<&JobView::note>("note", {.label = "Note"}),
            field<&JobView::error>("error", {.label = "Error"}),
            field<&JobView::error_code>("error_code", {.label = "Error class"}),
            field<&JobView::not_undone>("not_undone", {.label = "Left behind"}),
            field<&JobView::created_at>("created_at", {.label = "Created"}),
            field<&JobView::started_at>("started_at", {.label = "Started"}),
            field<&JobView::finished_at>("finished_at", {.label = "Finished"}),
        }};
    return kDescription;
}

template <>
inline const Description& describe<jobs::StepView>() {
    using jobs::StepView;
    static const Description kDescription{
        "JobStep",
        {
            field<&StepView::name>("name", {.label = "Name"}),
            field<&StepView::title>("title", {.label = "Step"}),
            field<&StepView::state>("state", {.label = "State"}),
            field<&StepView::attempt>("attempt", {.label = "Attempt"}),
            field<&StepView::note>("note", {.label = "Note"}),
            field<&StepView::error>("error", {.label = "Error"}),
            field<&StepView::started_at>("started_at", {.label = "Started"}),
            field<&StepView::finished_at>("finished_at", {.label = "Finished"}),
        }};
    return kDescription;
}

}  // namespace hostelry
