#pragma once

#include "core/platform/web/components/chart.h"
#include "core/platform/web/components/chip.h"
#include "core/platform/web/components/dialog.h"
#include "core/platform/web/components/facts.h"
#include "core/platform/web/components/form.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/job_card.h"
#include "core/platform/web/components/list.h"
#include "core/platform/web/components/page_head.h"
#include "core/platform/web/components/palette.h"

#include <string>
#include <vector>

// The page /design of a development panel: every component in every variant, with made-up content.
namespace hostelry::view {

struct DesignRow {
    std::string id;
    std::string domain;
    Chip chip;
    std::string runtime;
    std::string server;
    std::string owner;
    Value disk;
    Value visits;
    Instant created;
    Menu menu;
};

struct DesignPage {
    Shell shell;
    PageHead head;
    std::vector<Chip> chips;
    std::vector<Chip> table_chips;
    std::vector<Action> buttons;
    Facts facts;
    Tabs tabs;
    FilterForm filter;
    List list;
    std::vector<DesignRow> rows;
    List empty_list;
    Form form;
    Form form_with_errors;
    std::vector<Field> fields;
    std::vector<Field> wrong_fields;
    std::vector<JobCard> jobs;
    std::vector<Note> notes;
    DeleteDialog dialog;
    std::vector<Toast> toasts;
    Chart chart;
    std::vector<PaletteItem> palette;
    std::vector<Instant> moments;
};

/// The content of the page, told relative to `now`.
DesignPage design_page(Instant now);

/// The sign-in form as the bare layout shows it, for the same purpose.
struct DesignSignIn {
    Bare page;
    Form form;
    TextField email;
    PasswordField password;
    CheckboxField stay;
};

DesignSignIn design_sign_in();

}  // namespace hostelry::view
