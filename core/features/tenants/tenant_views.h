#pragma once
// What the templates of web/templates/tenants show.

#include "core/platform/web/components/activity.h"
#include "core/platform/web/components/facts.h"
#include "core/platform/web/components/form.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/list_page.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::tenants {

struct TenantRow {
    std::string id;
    std::string name;
    view::Chip chip;
    std::string kind;
    std::string parent;
    std::string people;
    view::Instant created;
    view::Menu menu;
};

using TenantsPage = view::ListPage<TenantRow>;

struct TenantPageView {
    view::Shell frame;
    view::PageHead head;
    view::Facts facts;
    std::optional<view::Note> note;
    view::Activity activity;
};

struct TenantFormPage {
    view::Shell frame;
    view::PageHead head;
    view::Form form;
    view::FormSection account_section;
    std::vector<view::Field> account;
    view::FormSection person_section;
    std::vector<view::Field> person;  ///< Empty when an account is edited.
    view::SubmitRow submit;
};

struct TenantCreatedPage {
    view::Shell frame;
    view::PageHead head;
    view::Note note;
    std::string url;
    view::Instant expires_at;
    std::string tenant_href;
};

}  // namespace hostelry::tenants
