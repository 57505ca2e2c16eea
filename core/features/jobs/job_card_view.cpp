#include "core/features/jobs/job_card_view.h"

#include "core/platform/web/reader_time.h"

namespace hostelry::jobs {
namespace {

using queue::JobState;

view::StepState shown_state(queue::StepState state) {
    switch (state) {
        case queue::StepState::Pending:
            return view::StepState::Pending;
        case queue::StepState::Done:
            return view::StepState::Done;
        case queue::StepState::Failed:
        case queue::StepState::UndoFailed:
            return view::StepState::Failed;
        case queue::StepState::Undone:
            return view::StepState::Undone;
        default:
            return view::StepState::Running;
    }
}

std::chrono::milliseconds between(TimePoint from, TimePoint to) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
}

view::JobStep shown_step(const queue::JobStep& step, TimePoint now) {
    view::JobStep shown{.state = shown_state(step.state), .title = step.title, .note = step.note};
    if (!step.error.empty()) {
        shown.note = step.error;
    }
    if (step.state == queue::StepState::Undoing) {
        shown.note = "Being undone";
    }
    if (step.started_at) {
        shown.took = between(*step.started_at, step.finished_at.value_or(now));
    }
    return shown;
}

std::string who_line(const queue::Job& job, TimePoint now) {
    if (!job.started_at) {
        return "Waiting for its turn";
    }
    return view::show_duration(between(*job.started_at, job.finished_at.value_or(now)));
}

std::string next_line(const JobParts& parts) {
    if (queue::is_finished(parts.job.state)) {
        return {};
    }
    if (parts.job.state == JobState::Cancelling) {
        return "What was done is being undone.";
    }
    for (const auto& step : parts.steps) {
        if (step.state == queue::StepState::Pending) {
            return "Next: " + step.title + ".";
        }
    }
    return "This is the last step.";
}

view::Action post(std::string label, std::string icon, const queue::Job& job, const char* what) {
    return {
        .label = std::move(label),
        .icon = std::move(icon),
        .href = "/jobs/" + job.id.to_string() + "/" + what,
        .kind = view::ActionKind::Post,
    };
}

std::string first_unfinished(const JobParts& parts) {
    for (const auto& step : parts.steps) {
        if (step.state != queue::StepState::Done) {
            return step.title;
        }
    }
    return {};
}

std::optional<view::JobFailure> failure_of(const JobParts& parts) {
    const queue::Job& job = parts.job;
    const bool cancelled = job.state == JobState::Cancelled;
    if (job.state != JobState::Failed && !cancelled) {
        return std::nullopt;
    }
    view::JobFailure failure;
    failure.what = cancelled           ? "This was cancelled."
                   : job.error.empty() ? "This did not work."
                                       : job.error;
    failure.help = job.is_quarantined ? "It was stopped after several workers died of it."
                   : job.not_undone.empty()
                       ? "What had been done was undone. Nothing is left behind."
                       : "";
    failure.left_behind = job.not_undone;
    if (parts.may_retry) {
        const std::string from = first_unfinished(parts);
        auto retry =
            post(from.empty() ? "Retry" : "Retry from “" + from + "”", "rotate-cw", job, "retry");
        retry.look = view::ActionLook::Primary;
        failure.actions.push_back(std::move(retry));
    }
    return failure;
}

}  // namespace

view::Chip chip_of(const queue::Job& job) {
    switch (job.state) {
        case JobState::Succeeded:
            return {.status = view::Status::Ready, .word = "Done", .detail = {}};
        case JobState::Failed:
            return {.status = view::Status::Failed, .word = "Failed", .detail = job.error};
        case JobState::Cancelled:
            return {.status = view::Status::Unknown, .word = "Cancelled", .detail = {}};
        case JobState::Queued:
            return {.status = view::Status::Working, .word = "Queued", .detail = job.note};
        case JobState::Cancelling:
            return {.status = view::Status::Working, .word = "Cancelling", .detail = job.note};
        default:
            return {.status = view::Status::Working, .word = "Working", .detail = job.note};
    }
}

view::JobCard card_of(const JobParts& parts, TimePoint now) {
    const queue::Job& job = parts.job;
    const bool finished = queue::is_finished(job.state);
    view::JobCard card;
    card.id = "job-" + job.id.to_string();
    card.title = job.title;
    card.chip = chip_of(job);
    card.who = who_line(job, now);
    for (const auto& step : parts.steps) {
        card.steps.push_back(shown_step(step, now));
    }
    card.next = next_line(parts);
    if (parts.may_cancel) {
        auto cancel = post("Cancel", "x", job, "cancel");
        cancel.look = view::ActionLook::Danger;
        card.cancel = std::move(cancel);
    }
    card.failure = failure_of(parts);
    for (const auto& line : parts.log) {
        card.log.push_back({line.at, line.text});
    }
    if (!finished) {
        card.refresh_href = "/jobs/" + job.id.to_string() + "/card";
    }
    return card;
}

}  // namespace hostelry::jobs
