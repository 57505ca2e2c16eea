#pragma once

#include "core/features/dashboard/dashboard.h"
#include "core/platform/web/components/activity.h"
#include "core/platform/web/components/chip.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/page_head.h"

namespace hostelry::dashboard {

struct ShownFigure {
    std::string label;
    std::string href;
    FigureValue shown;
};

struct RecentJob {
    std::string title;
    std::string subject;
    std::string href;
    view::Chip chip;
    TimePoint at;
};

struct DashboardPage {
    view::Shell frame;
    view::PageHead head;
    std::vector<ShownFigure> figures;
    std::vector<Attention> attention;
    view::Activity activity;
    std::vector<RecentJob> jobs;
    bool shows_jobs = false;
};

}  // namespace hostelry::dashboard
