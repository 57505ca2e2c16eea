#pragma once

#include "core/features/dns/dns_types.h"
#include "core/platform/web/components/activity.h"
#include "core/platform/web/components/chip.h"
#include "core/platform/web/components/facts.h"
#include "core/platform/web/components/form.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/job_card.h"
#include "core/platform/web/components/list_page.h"
#include "core/platform/web/components/page_head.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::dns {

struct ZoneRow {
    std::string id;
    std::string name;
    view::Chip chip;
    std::string records;
    std::string backend;
    TimePoint created_at{};
};

using ZonesPage = view::ListPage<ZoneRow>;

struct RecordRow {
    std::string id;
    std::string name;
    std::string type;
    std::string value;
    std::string ttl;
    bool is_of_site = false;
    std::string site_href;
    view::Menu menu;
};

struct DsRow {
    std::string line;  ///< As zone files have it.
    view::Facts facts;
};

struct ZonePage {
    view::Shell frame;
    view::PageHead head;
    view::Facts facts;
    std::optional<view::Note> note;
    std::optional<view::JobCard> job;
    std::vector<DsRow> ds;
    view::FilterForm filter;
    view::List list;
    std::vector<RecordRow> rows;
    view::Activity activity;
};

/// Forms for a zone and for a record look alike.
struct DnsFormPage {
    view::Shell frame;
    view::PageHead head;
    view::Form form;
    view::FormSection section;
    std::vector<view::Field> fields;
    view::SubmitRow submit;
};

view::Chip chip_of(const Zone& zone, bool in_table);

}  // namespace hostelry::dns
