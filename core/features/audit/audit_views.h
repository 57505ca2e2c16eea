#pragma once
// What the templates of web/templates/audit show.

#include "core/platform/web/components/facts.h"
#include "core/platform/web/components/form.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/list_page.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hostelry::audit {

struct AuditRow {
    std::string position;
    std::string title;
    std::string about;  ///< Name or kind of the thing.
    std::string who;
    std::string from;
    std::string account;
    view::Instant at;
};

struct AuditListPage : view::ListPage<AuditRow> {
    std::optional<view::Note> note;
    std::string since;  ///< As typed into the date fields.
    std::string until;
    std::vector<std::pair<std::string, std::string>> kept_with_dates;
};

struct AuditEntryPage {
    view::Shell frame;
    view::PageHead head;
    view::Facts facts;
    std::string data;
    std::string previous_hash;
    std::string hash;
};

struct AuditVerdictPage {
    view::Shell frame;
    view::PageHead head;
    view::Note note;
    view::Facts facts;
};

}  // namespace hostelry::audit
