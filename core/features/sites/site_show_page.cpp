#include "core/features/sites/site_show_page.h"

#include "core/base/text.h"
#include "core/features/jobs/job_card_view.h"
#include "core/platform/names/domain_name.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace hostelry::sites {
namespace {

using view::Action;
using view::ActionKind;
using view::ActionLook;

std::string href_of(const Site& site) {
    return "/sites/" + site.id.to_string();
}

std::string runtime_of(const Site& site) {
    return site.uses_php() ? site.template_title + " on PHP " + site.php_version
                           : site.template_title;
}

view::Chip chip_of_job(const queue::Job& job) {
    view::Chip chip = jobs::chip_of(job);
    chip.in_table = true;
    return chip;
}

/// The card says what failed and offers to try again; nobody is told twice.
bool card_tells_failure(const SiteShown& shown) {
    return shown.card && shown.card->failure;
}

view::Fact fact(std::string label, std::string text, std::string href = {}) {
    return {
        .label = std::move(label),
        .value = {.text = std::move(text), .unit = {}, .missing = {}},
        .href = std::move(href)};
}

view::Fact code_fact(std::string label, std::string text) {
    view::Fact one = fact(std::move(label), std::move(text));
    one.is_code = true;
    return one;
}

view::Facts facts_of(const Sites& sites, const Site& site, const http::Principal& principal) {
    const auto href_if = [&](const char* permission, std::string href) {
        return principal.may(permission) ? std::move(href) : std::string();
    };
    view::Facts facts{
        code_fact("Address", site.server_address),
        fact(
            "Server",
            site.server_name,
            href_if("server:read", "/servers/" + site.server.to_string())
        ),
        fact(
            "Account",
            site.tenant_name,
            href_if("tenant:read", "/tenants/" + site.tenant.to_string())
        ),
        fact(
            "HTTPS",
            "Active",
            href_if("certificate:read", "/certificates?q=" + percent_encode(site.domain))
        )};
    if (site.https == Https::Pending) {
        facts.back().value.missing =
            view::Na{"The certificate follows when the names lead to " + site.server_address + "."};
    }
    if (const auto preview = sites.preview_url_of(site); !preview.empty()) {
        facts.push_back(fact("Preview", "Open", preview));
    }
    facts.push_back(fact("Created", ""));
    facts.back().moment = site.created_at;
    return facts;
}

Action post(std::string label, std::string icon, std::string href) {
    return {
        .label = std::move(label),
        .icon = std::move(icon),
        .href = std::move(href),
        .kind = ActionKind::Post,
        .name = {},
        .value = {},
        .swap_target = {}};
}

Action link(
    std::string label, std::string icon, std::string href, ActionKind kind = ActionKind::Link
) {
    return {
        .label = std::move(label),
        .icon = std::move(icon),
        .href = std::move(href),
        .kind = kind,
        .name = {},
        .value = {},
        .swap_target = {}};
}

std::vector<Action> head_actions(
    const Sites& sites, const SiteShown& shown, const http::Principal& principal
) {
    const Site& site = shown.site;
    std::vector<Action> actions;
    if (site.deployed_at && site.state != SiteState::Deleting) {
        actions.push_back(link("Visit", "arrow-up-right", sites.url_of(site), ActionKind::External)
        );
        if (const auto preview = sites.preview_url_of(site); !preview.empty()) {
            actions.push_back(link("Preview", "eye", preview, ActionKind::External));
        }
        if (const auto login = sites.login_url_of(site); !login.empty()) {
            actions.push_back(link("Log in", "log-in", login, ActionKind::External));
            actions.back().look = ActionLook::Primary;
        }
    }
    if (site.state == SiteState::Failed && principal.may("site:update") &&
        !card_tells_failure(shown)) {
        actions.push_back(post("Try again", "rotate-cw", href_of(site) + "/deployments"));
        actions.back().look = ActionLook::Primary;
    }
    return actions;
}

view::Note note(
    view::NoteKind kind, std::string title, std::string text, std::vector<Action> actions = {}
) {
    return {
        .kind = kind,
        .title = std::move(title),
        .text = std::move(text),
        .actions = std::move(actions)};
}

std::vector<view::Note> notes_of(const SiteShown& shown, const http::Principal& principal) {
    const Site& site = shown.site;
    std::vector<view::Note> notes;
    if (site.state == SiteState::Failed && !site.cause.empty() && !card_tells_failure(shown)) {
        const std::string after = site.deployed_at
                                      ? " What ran before was left as it is."
                                      : " Everything that had been set up was removed again.";
        notes.push_back(
            note(view::NoteKind::Failure, site.cause, "Mend the cause, then try again." + after)
        );
    }
    if (!site.unrevealed.empty() && site.deployed_at && principal.may("site:update")) {
        notes.push_back(note(
            view::NoteKind::Plain,
            "A password was made for the site's administrator",
            "It is shown once. Keep it in a safe place.",
            {post("Show the password", "key-round", href_of(site) + "/password-reveal")}
        ));
    }
    if (site.https == Https::Pending && site.state == SiteState::Ready) {
        const std::string hint =
            site.https_hint.empty()
                ? fmt::format("Point {} to {}.", join(site.names(), " and "), site.server_address)
                : site.https_hint;
        std::vector<Action> actions;
        if (principal.may("site:update")) {
            actions.push_back(
                post("Get the certificate", "shield-check", href_of(site) + "/deployments")
            );
        }
        notes.push_back(note(
            view::NoteKind::Warning,
            "HTTPS waits for the domain",
            hint + " Then get the certificate. Until then the preview shows the site.",
            std::move(actions)
        ));
    }
    return notes;
}

view::Tabs tabs_of(const SiteShown& shown, SiteTab current) {
    const std::string href = href_of(shown.site);
    view::Tabs tabs{{"Overview", href, current == SiteTab::Overview, {}}};
    if (!shown.databases.empty()) {
        tabs.push_back(
            {"Databases",
             href + "/databases",
             current == SiteTab::Databases,
             std::to_string(shown.databases.size())}
        );
    }
    tabs.push_back({"Settings", href + "/settings", current == SiteTab::Settings, {}});
    return tabs;
}

view::Facts settings_of(const Site& site) {
    view::Facts facts{
        fact("Names", join(site.names(), ", ")),
        fact("Template", site.template_title),
        code_fact("User on the server", site.key),
        code_fact("Folder", home_of(site))};
    if (site.uses_php()) {
        facts.push_back(fact("PHP", site.php_version));
    }
    const auto options = site.options.parse();
    if (options.is_object()) {
        for (const auto& [name, value] : options.items()) {
            facts.push_back(fact(name, value.is_string() ? value.get<std::string>() : value.dump())
            );
        }
    }
    return facts;
}

DatabaseRow database_row_of(const databases::SiteDatabase& database) {
    DatabaseRow row{
        .href = "/databases/" + database.id.to_string(),
        .name = database.name,
        .user = database.user_name};
    if (database.size_bytes) {
        row.size = view::size_value(*database.size_bytes);
    } else {
        row.size.missing = view::Na{
            database.measure_error.empty() ? "It was not measured yet." : database.measure_error};
    }
    return row;
}

}  // namespace

view::Chip chip_of(const Site& site) {
    const std::string since = site.cause;
    switch (site.state) {
        case SiteState::Ready:
            return {.status = view::Status::Ready, .word = {}, .detail = {}};
        case SiteState::Failed:
            return {.status = view::Status::Failed, .word = {}, .detail = since};
        case SiteState::Suspended:
            return {.status = view::Status::Suspended, .word = {}, .detail = since};
        case SiteState::Queued:
            return {
                .status = view::Status::Working,
                .word = "Queued",
                .detail = "Waiting for its turn"};
        case SiteState::Deploying:
            return {.status = view::Status::Working, .word = "Deploying", .detail = {}};
        case SiteState::Suspending:
            return {.status = view::Status::Working, .word = "Suspending", .detail = {}};
        case SiteState::Resuming:
            return {.status = view::Status::Working, .word = "Resuming", .detail = {}};
        case SiteState::Deleting:
            return {.status = view::Status::Working, .word = "Deleting", .detail = {}};
    }
    return {.status = view::Status::Unknown, .word = {}, .detail = {}};
}

/// Whoever is at home in the site's own account is above nobody.
bool is_held_above(const Site& site, const http::Principal& principal) {
    return principal.home == site.tenant && site.suspension_holder() != site.tenant;
}

bool may_take_over(const Site& site, const http::Principal& principal) {
    return principal.home != site.tenant && site.suspension_holder() != principal.home;
}

view::Menu menu_of(const Site& site, const http::Principal& principal) {
    view::Menu menu{
        .id = "menu-" + site.id.to_string(),
        .label = "Actions for " + site.shown_domain(),
        .items = {}};
    const std::string href = href_of(site);
    if (site.may_redeploy() && principal.may("site:update")) {
        menu.items.push_back(post("Redeploy", "rocket", href + "/deployments"));
    }
    if (principal.may("site:suspend")) {
        if (site.may_suspend()) {
            menu.items.push_back(post("Suspend", "pause", href + "/suspension"));
        } else if (site.may_resume() && !is_held_above(site, principal)) {
            menu.items.push_back(post("Resume", "play", href + "/resumption"));
            if (may_take_over(site, principal)) {
                menu.items.push_back(post("Keep suspended", "lock", href + "/suspension"));
            }
        }
    }
    if (site.may_delete() && principal.may("site:delete")) {
        if (!menu.items.empty()) {
            menu.items.push_back(link("", "", ""));
        }
        menu.items.push_back(link("Delete", "trash-2", href + "/deletion", ActionKind::Dialog));
        menu.items.back().look = ActionLook::Danger;
    }
    return menu;
}

SitePageView site_page_of(
    const Sites& sites, const SiteShown& shown, const http::Principal& principal, SiteTab tab
) {
    const Site& site = shown.site;
    const char* const part = tab == SiteTab::Databases  ? "?tab=databases"
                             : tab == SiteTab::Settings ? "?tab=settings"
                                                        : "";
    SitePageView page{
        .id = site.id.to_string(),
        .refresh_href = href_of(site) + "/part" + part,
        .head =
            {.breadcrumbs = {{"Sites", "/sites"}},
             .title = site.shown_domain(),
             .chip = chip_of(site),
             .summary = runtime_of(site),
             .actions = head_actions(sites, shown, principal),
             .menu = menu_of(site, principal)},
        .facts = facts_of(sites, site, principal),
        .tabs = tabs_of(shown, tab),
        .tab = tab,
        .job = shown.card,
    };
    page.head.menu->small = false;
    if (page.head.menu->items.empty()) {
        page.head.menu.reset();
    }
    page.notes = notes_of(shown, principal);
    for (const auto& job : shown.jobs) {
        page.jobs.push_back(
            {.title = job.title,
             .href = "/jobs/" + job.id.to_string(),
             .chip = chip_of_job(job),
             .at = job.finished_at.value_or(job.created_at)}
        );
    }
    for (const auto& database : shown.databases) {
        page.databases.push_back(database_row_of(database));
    }
    page.settings = settings_of(site);
    page.settings_actions = menu_of(site, principal).items;
    std::erase_if(page.settings_actions, [](const Action& action) { return action.label.empty(); });
    return page;
}

view::DeleteDialog delete_dialog_of(const SiteShown& shown) {
    const Site& site = shown.site;
    view::DeleteDialog dialog{
        .title = "Delete " + site.shown_domain() + "?",
        .text = "The site goes offline at once and cannot be brought back.",
        .losses = {{"folder-open", "All files in " + home_of(site)}},
        .name = site.shown_domain(),
        .action = href_of(site) + "/deletion",
        .cancel_href = href_of(site),
        .confirm_label = "Delete site",
        .error = {},
    };
    for (const auto& database : shown.databases) {
        std::string size = database.size_bytes ? ", " + view::show_bytes(*database.size_bytes) : "";
        dialog.losses.push_back({"database", "Database " + database.name + size});
    }
    dialog.losses.push_back({"route", "DNS records made for " + join(site.names(), ", ")});
    if (site.https == Https::Active) {
        dialog.losses.push_back({"shield-check", "Its certificate"});
    }
    return dialog;
}

}  // namespace hostelry::sites
