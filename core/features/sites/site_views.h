#pragma once
// What the pages of sites show. Plain values: no HTTP, no SQL.

#include "core/platform/web/components/action.h"
#include "core/platform/web/components/activity.h"
#include "core/platform/web/components/chip.h"
#include "core/platform/web/components/dialog.h"
#include "core/platform/web/components/facts.h"
#include "core/platform/web/components/form.h"
#include "core/platform/web/components/frame.h"
#include "core/platform/web/components/job_card.h"
#include "core/platform/web/components/list_page.h"
#include "core/platform/web/components/page_head.h"

#include <optional>
#include <string>
#include <vector>

namespace hostelry::sites {

struct SiteRow {
    std::string id{};
    std::string domain{};
    view::Chip chip{};
    std::string runtime{};
    std::string server{};
    std::string account{};
    view::Instant created_at{};
    view::Menu menu{};
};

struct SitesPage : view::ListPage<SiteRow> {
    bool shows_accounts = false;
};

struct TemplateLink {
    std::string title{};
    std::string href{};
};

/// The record that shows a domain to be the customer's.
struct DomainProofView {
    std::string domain{};
    std::string record_name{};
    std::string record_value{};
};

struct CreateSitePage {
    view::Shell frame{};
    view::PageHead head{};
    view::Form form{};
    std::optional<view::Note> nothing_to_choose{};
    view::RadioCards templates{};
    std::vector<TemplateLink> links{};  ///< The same choice without scripts.
    std::string shown_template{};
    view::TextField domain{};
    std::optional<DomainProofView> proof{};  ///< To be shown before the site can be made.
    view::CheckboxField www{};
    std::optional<view::SelectField> server{};
    std::string options_title{};
    std::string options_text{};
    std::vector<view::Field> options{};
    std::optional<view::AdvancedFields> advanced{};
    std::vector<view::Field> advanced_fields{};
    view::SubmitRow submit{};
};

struct SiteJobRow {
    std::string title{};
    std::string href{};
    view::Chip chip{};
    view::Instant at{};
};

struct RevealedView {
    std::string user{};
    std::string password{};
    std::string login_href{};
};

struct DatabaseRow {
    std::string href{};
    std::string name{};
    std::string user{};
    view::Value size{};
};

enum class SiteTab { Overview, Databases, Settings };

struct SitePageView {
    view::Shell frame{};
    std::string id{};
    std::string refresh_href{};
    view::PageHead head{};
    view::Facts facts{};
    view::Tabs tabs{};
    SiteTab tab = SiteTab::Overview;
    std::vector<view::Note> notes{};
    std::optional<RevealedView> revealed{};
    std::optional<view::JobCard> job{};
    std::vector<SiteJobRow> jobs{};
    view::Activity activity{};
    std::vector<DatabaseRow> databases{};
    view::Facts settings{};
    std::vector<view::Action> settings_actions{};
};

}  // namespace hostelry::sites
