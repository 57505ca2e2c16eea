#include "core/agent/runtime/plan_runner.h"

#include "core/agent/runtime/locks.h"
#include "core/platform/log/log.h"

#include <algorithm>
#include <exception>
#include <set>

namespace hostelry::agent {

namespace {

constexpr std::chrono::minutes kSitePatience{10};

ActionResult skipped(const std::string& id, std::string message) {
    ActionResult result;
    result.id = id;
    result.status = Status::Skipped;
    result.message = std::move(message);
    return result;
}

ActionResult failed(const std::string& id, const Error& error) {
    ActionResult result;
    result.id = id;
    result.status = Status::Failed;
    result.code = code_name(error.code);
    result.message = error.message;
    for (const auto& field : error.fields) {
        result.message += " " + field.field + ": " + field.message;
    }
    if (!error.cause.empty()) {
        result.message += " (" + error.cause + ")";
    }
    return result;
}

ActionResult ended(const std::string& id, Outcome outcome) {
    ActionResult result;
    result.id = id;
    result.status = outcome.status;
    result.message = std::move(outcome.message);
    result.diff = std::move(outcome.diff);
    result.output = std::move(outcome.output);
    return result;
}

/// Actions are a border: what they throw is a bug or a broken machine, and costs that action only.
template <class Act>
ActionResult guarded(const std::string& id, const Clock& clock, Act act) {
    const auto started = clock.steady();
    ActionResult result;
    try {
        auto outcome = act();
        result = outcome ? ended(id, std::move(*outcome)) : failed(id, outcome.error());
    } catch (const std::exception& problem) {
        result = failed(
            id, Error{ErrorCode::Internal, "The agent met an error.", {}, problem.what(), {}, true}
        );
    }
    const auto elapsed = clock.steady() - started;
    result.elapsed_ms = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count();
    return result;
}

void tell(const OnProgress& progress, const ActionResult& result, std::string_view status) {
    if (progress) {
        progress(result, status);
    }
}

}  // namespace

struct PlanRunner::Step {
    std::string id;
    std::string name;
    std::unique_ptr<Command> command;
};

Result<std::vector<PlanRunner::Step>> PlanRunner::prepare(const Plan& plan, PlanOutcome& outcome)
    const {
    std::vector<Step> steps;
    std::set<std::string> sites;
    bool refused = false;
    for (const auto& action : plan.actions) {
        auto command = registry_.make(action);
        if (!command) {
            refused = true;
            outcome.results.push_back(failed(action.id, command.error()));
            continue;
        }
        outcome.results.push_back(skipped(action.id, "Not started."));
        if (!(*command)->site().empty()) {
            sites.insert((*command)->site());
        }
        steps.push_back({action.id, action.name, std::move(*command)});
    }
    if (!refused && sites.size() > 1) {
        return fail(ErrorCode::Invalid, "The actions of a plan concern one site.");
    }
    if (refused) {
        return fail(ErrorCode::Invalid, "The plan holds an action that is not acceptable.");
    }
    outcome.results.clear();
    return steps;
}

PlanOutcome PlanRunner::run(
    const Plan& plan, std::chrono::seconds time_limit, const OnProgress& progress
) {
    PlanOutcome outcome;
    outcome.plan = plan.id;
    const auto refuse = [&](const Error& error) {
        if (!outcome.failure()) {
            outcome.results = {failed("plan", error)};
        }
        return outcome;
    };
    auto steps = prepare(plan, outcome);
    if (!steps) {
        return refuse(steps.error());
    }
    if (plan.dry_run) {
        return preview(plan, *steps, progress);
    }
    auto done = carry_out(plan, *steps, time_limit, progress);
    return done ? *done : refuse(done.error());
}

PlanOutcome PlanRunner::preview(
    const Plan& plan, std::vector<Step>& steps, const OnProgress& progress
) {
    PlanOutcome outcome;
    outcome.plan = plan.id;
    Host host{layout_, clock_};
    for (auto& step : steps) {
        auto result = guarded(step.id, clock_, [&]() -> Result<Outcome> {
            return step.command->preview(host);
        });
        tell(progress, result, status_name(result.status));
        outcome.results.push_back(std::move(result));
    }
    return outcome;
}

Result<PlanOutcome> PlanRunner::carry_out(
    const Plan& plan,
    std::vector<Step>& steps,
    std::chrono::seconds time_limit,
    const OnProgress& progress
) {
    std::string site;
    for (const auto& step : steps) {
        site = site.empty() ? step.command->site() : site;
    }
    std::optional<HeldLock> lock;
    if (!site.empty()) {
        lock = TRY(take_lock(layout_, "site-" + site, kSitePatience));
    }
    auto record = TRY(journal_.begin(plan));
    if (record.outcome) {
        return parse_outcome(*record.outcome);
    }
    std::optional<PlanRecord> done_before;
    if (!plan.undo_of.empty()) {
        done_before = TRY(journal_.find(plan.undo_of));
        if (!done_before) {
            return fail(
                ErrorCode::NotFound,
                "This server does not remember that plan, so what it changed is not known."
            );
        }
    }
    if (plan.undo) {
        std::reverse(steps.begin(), steps.end());
    }
    PlanOutcome outcome;
    outcome.plan = plan.id;
    const auto until = clock_.steady() + time_limit;
    for (auto& step : steps) {
        if (!plan.undo && outcome.failure()) {
            outcome.results.push_back(skipped(step.id, "An action before it failed."));
            continue;
        }
        if (clock_.steady() > until) {
            outcome.results.push_back(failed(
                step.id,
                Error{ErrorCode::Timeout, "The time for this plan is over.", {}, {}, {}, false}
            ));
            continue;
        }
        tell(progress, skipped(step.id, step.name), "running");
        auto result = plan.undo ? undo_step(step, done_before) : run_step(plan, step, record);
        log::info(
            "agent",
            "action ended",
            {{"plan", plan.id},
             {"site", site},
             {"action", step.name},
             {"status", status_name(result.status)},
             {"ms", result.elapsed_ms},
             {"message", result.status == Status::Failed ? result.message : ""}}
        );
        tell(progress, result, status_name(result.status));
        outcome.results.push_back(std::move(result));
    }
    TRY(journal_.finish(record, outcome));
    return outcome;
}

ActionResult PlanRunner::run_step(const Plan& /*plan*/, Step& step, PlanRecord& record) {
    Host host{layout_, clock_};
    // The first run's memory counts: when a plan is repeated after a kill, what it finds is its own
    // work.
    const bool repeated = !record.begun.insert(step.id).second;
    if (auto noted = journal_.note(record); !noted) {
        return failed(step.id, noted.error());
    }
    const Memory memory{Memory::Keep{[&](const std::string& before) {
        if (!repeated && record.before.emplace(step.id, before).second) {
            static_cast<void>(journal_.note(record));
        }
    }}};
    auto result = guarded(step.id, clock_, [&]() -> Result<Outcome> {
        return step.command->apply(host, memory);
    });
    if (result.status != Status::Failed) {
        record.statuses.emplace(step.id, status_name(result.status));
    }
    return result;
}

ActionResult PlanRunner::undo_step(const Step& step, const std::optional<PlanRecord>& done) {
    Host host{layout_, clock_};
    std::optional<std::string> before;
    if (done) {
        const auto status = done->statuses.find(step.id);
        const auto kept = done->before.find(step.id);
        const bool did_nothing = status != done->statuses.end() && status->second == "unchanged" &&
                                 kept == done->before.end();
        if (did_nothing || !done->begun.contains(step.id)) {
            return ended(step.id, unchanged("The plan had changed nothing here."));
        }
        if (kept != done->before.end()) {
            before = kept->second;
        }
    }
    const Memory memory{before};
    return guarded(step.id, clock_, [&]() -> Result<Outcome> {
        return step.command->undo(host, memory);
    });
}

}  // namespace hostelry::agent
