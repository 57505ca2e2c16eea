#pragma once

#include "core/base/clock.h"
#include "core/platform/http/route.h"
#include "core/platform/queue/job_store.h"
#include "core/platform/web/components/chip.h"
#include "core/platform/web/components/job_card.h"

#include <vector>

namespace hostelry::jobs {

view::Chip chip_of(const queue::Job& job);

struct JobParts {
    queue::Job job;
    std::vector<queue::JobStep> steps;
    std::vector<queue::LogLine> log;
    /// What the reader is offered is what an attempt would be let do.
    bool may_cancel = false;
    bool may_retry = false;
};

view::JobCard card_of(const JobParts& parts, TimePoint now);

}  // namespace hostelry::jobs
