#pragma once
// Inside this room only: a job as a worker holds it.

#include "core/base/id.h"
#include "core/platform/db/json_text.h"
#include "core/platform/db/rows.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hostelry::queue {

struct ClaimedJob {
    JobId id;
    TenantId tenant;
    std::string kind;
    std::int64_t fence;
    db::JsonText input;
    std::optional<UserId> actor;
    bool has_steps;  ///< job_steps has rows of it
    bool is_undoing;
    bool cancel_requested;
    bool is_exclusive;
    std::string error_code;
    std::string error;
    std::vector<std::string> not_undone;
};

/// Leases as statements take them: the n-th fence belongs to the n-th job.
struct HeldLeases {
    std::vector<Uuid> ids;
    std::vector<std::int64_t> fences;

    void add(const ClaimedJob& job) {
        ids.push_back(job.id.uuid);
        fences.push_back(job.fence);
    }
    bool empty() const { return ids.empty(); }
};

ClaimedJob read_claimed_job(const db::Row& row);

}  // namespace hostelry::queue
