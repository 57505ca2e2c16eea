#pragma once

#include "core/platform/web/components/dialog.h"
#include "core/platform/web/components/page_head.h"

#include <optional>
#include <string>
#include <vector>

// What surrounds a page. The frame is filled once per request, with what the person may open only.
namespace hostelry::view {

struct NavEntry {
    std::string section;  // "sites"; compared with Shell::section
    std::string label;
    std::string icon;
    std::string href;
    std::string count;
    bool count_is_bad = false;
    std::string go_key;  // second key after "g"
};

struct NavGroup {
    std::string label;  // empty for the first
    std::vector<NavEntry> entries;
};

struct TenantChoice {
    std::string id;
    std::string name;
    std::string note;  // "Reseller, 212 sites"
    bool is_current = false;
};

struct RunningJob {
    std::string title;
    std::string step;  // "Step 3 of 6: Build assets"
    std::string href;
    std::optional<int> percent;
};

struct RunningJobs {
    int count = 0;
    std::vector<RunningJob> jobs;  // the latest few
};

struct Shell {
    std::string title;
    std::string product = "Hostelry";
    std::string section;
    std::vector<NavGroup> navigation;
    bool narrow_navigation = false;  // icons only, as the reader chose
    std::string tenant_name;
    std::vector<TenantChoice> tenants;  // empty: nothing to switch to
    std::string user_name;
    std::string user_email;
    std::vector<NavEntry> account_links;
    RunningJobs running;
    std::vector<Toast> toasts;
    std::string events_href;   // "/events?topics=..."; empty: no stream on this page
    bool narrow_page = false;  // forms: 1088 px at most
};

/// Pages without a signed-in person: sign-in, set-up.
struct Bare {
    std::string title;
    std::string product = "Hostelry";
    std::string footer_text;  // "Trouble signing in?"
    std::optional<Action> footer_link;
};

/// 404, 403, 500, 503, session expired: what happened, what to do next, and the id to quote.
struct ErrorPage {
    std::string product = "Hostelry";
    int status = 500;
    std::string title;
    std::string text;
    std::vector<Action> actions;
};

/// The page for a status in our own words, so that every room says the same.
ErrorPage error_page_for(int status);
ErrorPage session_expired_page(std::string sign_in_href);

/// "MH" for "Maja Holm".
std::string initials(std::string_view name);

}  // namespace hostelry::view
