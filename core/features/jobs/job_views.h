#pragma once

#include "core/features/jobs/job_card_view.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/list_page.h"
#include "core/platform/web/components/page_head.h"

#include <string>
#include <vector>

namespace hostelry::jobs {

struct JobRow {
    std::string id;
    std::string title;
    std::string subject;
    view::Chip chip;
    std::string progress;  // "3 of 8"
    std::string step;
    TimePoint created_at;
    std::string took;
};

using JobsPage = view::ListPage<JobRow>;

struct JobPageView {
    view::Shell frame;
    view::PageHead head;
    view::JobCard card;
    std::string subject_href;
    std::string subject_name;
};

}  // namespace hostelry::jobs
