#pragma once

#include "core/platform/web/components/action.h"
#include "core/platform/web/components/chip.h"
#include "core/platform/web/reader_time.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::view {

enum class StepState { Pending, Running, Done, Failed, Undone };

struct JobStep {
    StepState state = StepState::Pending;
    std::string title;
    std::string note;                               // what it did or is doing
    std::optional<std::chrono::milliseconds> took;  // so far, for a running step
};

/// What, why, what is unharmed, what to do.
struct JobFailure {
    std::string what;
    std::string help;
    std::vector<std::string> left_behind;  // what could not be undone, for a person to clear
    std::vector<Action> actions;           // Retry first
};

struct LogLine {
    Instant at;
    std::string text;
};

/// Long work as a timeline. Asked for again by HTMX at each "job" event of the page's stream.
struct JobCard {
    std::string id;  // unique on the page, as "job-7"
    std::string title;
    Chip chip;
    std::string who;  // "by Maja Holm", or how long it took
    std::vector<JobStep> steps;
    std::string next;  // what happens next, while it runs
    std::optional<Action> cancel;
    std::optional<JobFailure> failure;
    std::vector<LogLine> log;
    std::string refresh_href;  // answers the inner part of this card; empty: finished
};

constexpr std::string_view step_class(StepState state) {
    constexpr std::string_view kClasses[] = {"pending", "running", "done", "failed", "undone"};
    return kClasses[static_cast<int>(state)];
}

constexpr std::string_view step_icon(StepState state) {
    constexpr std::string_view kIcons[] = {
        "circle-dashed", "loader-circle", "circle-check", "circle-x", "undo-2"};
    return kIcons[static_cast<int>(state)];
}

constexpr std::string_view step_word(StepState state) {
    constexpr std::string_view kWords[] = {"Pending", "Running", "Done", "Failed", "Undone"};
    return kWords[static_cast<int>(state)];
}

}  // namespace hostelry::view
