#pragma once
// What the agent remembers about plans, one file each below <state>/plans: that a plan was begun
// (written before anything is touched), what was kept for its undo, and its result. Facts are not
// kept, they may hold secrets; only their digest is, so that an id cannot be used for another plan.

#include "core/agent/protocol/plan.h"
#include "core/agent/runtime/descriptor.h"
#include "core/agent/runtime/layout.h"
#include "core/base/clock.h"
#include "core/base/result.h"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace hostelry::agent {

inline constexpr std::size_t kPlansKept = 500;

struct PlanRecord {
    std::string plan;
    std::string digest;
    std::string started;                          ///< RFC 3339.
    std::map<std::string, std::string> before;    ///< By action id: what Memory::keep was given.
    std::map<std::string, std::string> statuses;  ///< By action id, of the first run that ended it.
    std::set<std::string> begun;                  ///< Ids of actions that may have acted.
    std::optional<std::string> outcome;           ///< JSON, once finished.
};

class Journal {
public:
    Journal(const Layout& layout, const Clock& clock) : layout_(layout), clock_(clock) {}

    Result<std::optional<PlanRecord>> find(const std::string& plan) const;
    /// The record of a plan that begins, or that was interrupted and begins again. Conflict when
    /// the id was used for a different plan.
    Result<PlanRecord> begin(const Plan& plan);
    /// Before something is touched: survives a kill of the agent, and need not survive a power
    /// loss, after which plans are simply repeated.
    Result<void> note(const PlanRecord& record) const;
    /// Also forgets the oldest plans beyond kPlansKept.
    Result<void> finish(PlanRecord& record, const PlanOutcome& outcome);

private:
    Result<void> save(const PlanRecord& record, Durable durable) const;
    std::string path_of(const std::string& plan) const;
    void forget_oldest() const;

    const Layout& layout_;
    const Clock& clock_;
};

}  // namespace hostelry::agent
