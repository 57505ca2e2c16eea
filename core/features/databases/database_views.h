#pragma once

#include "core/platform/web/components/activity.h"
#include "core/platform/web/components/facts.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/job_card.h"
#include "core/platform/web/components/list_page.h"
#include "core/platform/web/components/page_head.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::databases {

struct DatabaseRow {
    std::string id{};
    std::string name{};
    std::string site_domain{};
    std::string site_href{};
    std::string account{};
    view::Value size{};
    std::optional<view::Instant> measured_at{};
};

using DatabasesPage = view::ListPage<DatabaseRow>;

struct DatabasePageView {
    view::Shell frame{};
    view::PageHead head{};
    view::Facts facts{};
    std::optional<view::Note> note{};
    std::optional<view::JobCard> job{};
    view::Activity activity{};
};

}  // namespace hostelry::databases
