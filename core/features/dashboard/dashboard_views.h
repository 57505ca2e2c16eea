#pragma once

#include "core/features/dashboard/dashboard.h"
#include "core/platform/web/components/chip.h"
#include "core/platform/web/components/facts.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/page_head.h"

namespace hostelry::dashboard {

struct RecentJob {
    std::string title;
    std::string href;
    view::Chip chip;
    TimePoint at;
};

struct DashboardPage {
    view::Shell frame;
    view::PageHead head;
    view::Facts figures;
    std::vector<Attention> attention;
    std::vector<RecentJob> recent;
    bool shows_jobs = false;
};

}  // namespace hostelry::dashboard
