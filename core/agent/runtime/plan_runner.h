#pragma once
// Carries a plan out: everything is validated first, one plan at a time touches a site, the journal
// is written before the server is, and a repeated plan is answered from it.

#include "core/agent/protocol/plan.h"
#include "core/agent/runtime/command.h"
#include "core/agent/runtime/journal.h"
#include "core/agent/runtime/layout.h"
#include "core/base/clock.h"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace hostelry::agent {

/// An action begins ("running") or ended. Called from the thread that runs the plan.
using OnProgress = std::function<void(const ActionResult& result, std::string_view status)>;

class PlanRunner {
public:
    PlanRunner(const Registry& registry, const Layout& layout, const Clock& clock)
        : registry_(registry), layout_(layout), clock_(clock), journal_(layout, clock) {}

    /// Never fails as a whole: what went wrong stands in the outcome. After `time_limit` no further
    /// action is started.
    PlanOutcome run(const Plan& plan, std::chrono::seconds time_limit, const OnProgress& progress);

private:
    struct Step;
    Result<std::vector<Step>> prepare(const Plan& plan, PlanOutcome& outcome) const;
    Result<PlanOutcome> carry_out(
        const Plan& plan,
        std::vector<Step>& steps,
        std::chrono::seconds time_limit,
        const OnProgress& progress
    );
    PlanOutcome preview(const Plan& plan, std::vector<Step>& steps, const OnProgress& progress);
    ActionResult run_step(const Plan& plan, Step& step, PlanRecord& record);
    ActionResult undo_step(const Step& step, const std::optional<PlanRecord>& done);

    const Registry& registry_;
    const Layout& layout_;
    const Clock& clock_;
    Journal journal_;
};

}  // namespace hostelry::agent
