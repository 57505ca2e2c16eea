#pragma once
// What the templates of web/templates/settings show.

#include "core/platform/web/components/facts.h"
#include "core/platform/web/components/form.h"
#include "core/platform/web/components/frame.h"

#include <vector>

namespace hostelry::settings {

struct SettingsPage {
    view::Shell frame;
    view::PageHead head;
    view::Form form;
    std::vector<view::Field> panel;
    std::vector<view::Field> certificates;
    bool may_change = false;
    view::Facts facts;  ///< Instead of the form for those who may only look.
};

}  // namespace hostelry::settings
