#include "core/features/jobs/job_types.h"

namespace hostelry::jobs {

JobView view_of(const queue::Job& job) {
    return {
        .id = job.id,
        .title = job.title,
        .kind = job.kind,
        .state = std::string(queue::state_name(job.state)),
        .current_step = job.current_step,
        .steps_done = job.steps_done,
        .steps_total = job.steps_total,
        .note = job.note,
        .error = job.error,
        .error_code = job.error_code,
        .not_undone = job.not_undone,
        .subject_type = job.subject_type,
        .subject_id = job.subject_id,
        .subject_name = job.subject_name,
        .created_at = job.created_at,
        .started_at = job.started_at,
        .finished_at = job.finished_at,
    };
}

StepView view_of(const queue::JobStep& step) {
    return {
        .name = step.name,
        .title = step.title,
        .state = std::string(queue::state_name(step.state)),
        .attempt = step.attempt,
        .note = step.note,
        .error = step.error,
        .started_at = step.started_at,
        .finished_at = step.finished_at,
    };
}

}  // namespace hostelry::jobs
