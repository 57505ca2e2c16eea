#pragma once

#include "core/features/plugins/dns_backend.h"
#include "core/features/plugins/plugin_catalogue.h"
#include "core/platform/web/components/chip.h"
#include "core/platform/web/components/form.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/list.h"
#include "core/platform/web/components/page_head.h"

#include <string>
#include <vector>

namespace hostelry::plugins {

struct PluginRow {
    std::string title;
    std::string id;
    view::Chip chip;
    std::string version;
    std::string offers;
    std::string text;  ///< What it is, or why it was refused.
};

struct BackendRow {
    std::string name;
    std::string plugin;
    std::string address;
    std::string nameservers;
    std::string zones;
    view::Menu menu;
};

struct PluginsPage {
    view::Shell frame;
    view::PageHead head;
    view::List list;
    std::vector<PluginRow> rows;
    view::List backend_list;
    std::vector<BackendRow> backends;
    bool shows_backends = false;
};

struct BackendFormPage {
    view::Shell frame;
    view::PageHead head;
    view::Form form;
    view::FormSection section;
    std::vector<view::Field> fields;
    view::SubmitRow submit;
};

}  // namespace hostelry::plugins
