#pragma once
// A plan: what the panel wants to be true on a server, as a list of typed actions, and its result.
//
//   {"plan": "<uuid>", "dry_run": false, "undo": false, "undo_of": null,
//    "actions": [{"id": "a1", "do": "account.ensure", "site": "s7f3k2m9"}, ...]}
//   {"plan": "<uuid>", "ok": true, "results": [{"id": "a1", "status": "changed",
//     "message": "...", "ms": 12, "diff": "...", "output": {...}, "code": "invalid"}, ...]}
//
// Actions run in order and stop at the first failure; those behind it are "skipped". All actions
// are decoded and validated before the first one acts: a mistake anywhere leaves the server
// untouched. "dry_run" changes nothing and reports with "diff" what would change. "undo" runs the
// inverse of the actions backwards and goes on after a failure, so that as much as possible is
// gone. With "undo_of" (a plan id) only what that plan changed is undone: what it found already
// there is left alone and what it replaced is put back; a plan that is not remembered is refused.

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hostelry::agent {

enum class Status { Changed, Unchanged, Failed, Skipped };

/// "changed", "unchanged", "failed", "skipped".
std::string_view status_name(Status status);

struct Action {
    std::string id;     ///< 1-64 of [A-Za-z0-9._-], unique within the plan.
    std::string name;   ///< The member "do".
    std::string facts;  ///< JSON object: the remaining members.
};

struct Plan {
    std::string id;
    bool dry_run = false;
    bool undo = false;
    std::string undo_of;  ///< Empty: undo by the facts alone.
    std::vector<Action> actions;
};

struct ActionResult {
    std::string id;
    Status status = Status::Skipped;
    std::string message;
    std::int64_t elapsed_ms = 0;
    std::string diff;    ///< Dry run only.
    std::string output;  ///< JSON object, or empty.
    std::string code;    ///< Error code name with Failed, for example "invalid" or "timeout".
};

struct PlanOutcome {
    std::string plan;
    std::vector<ActionResult> results;

    bool ok() const;
    /// The first failed action, or null.
    const ActionResult* failure() const;
};

/// Strict: unknown members, wrong types, doubled ids and more than kActionsMax actions are Invalid.
Result<Plan> parse_plan(std::string_view text);
std::string encode_plan(const Plan& plan);
Result<PlanOutcome> parse_outcome(std::string_view text);
std::string encode_outcome(const PlanOutcome& outcome);

}  // namespace hostelry::agent
