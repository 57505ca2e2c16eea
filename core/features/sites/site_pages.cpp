#include "core/features/sites/site_pages.h"

#include "core/base/text.h"
#include "core/features/databases/database_store.h"
#include "core/features/jobs/jobs.h"
#include "core/features/shell/page_parts.h"
#include "core/features/sites/site_create_page.h"
#include "core/features/sites/site_list_page.h"
#include "core/features/sites/site_request.h"
#include "core/features/sites/site_selection.h"
#include "core/features/sites/site_show_page.h"
#include "core/platform/http/api.h"
#include "core/platform/queue/job_store.h"

#include "templates/sites/create.cpt.h"
#include "templates/sites/index.cpt.h"
#include "templates/sites/show.cpt.h"

namespace hostelry::sites {
namespace {

using http::Exchange;
using http::Method;
using http::Response;

constexpr std::int64_t kRows = 25;
constexpr int kJobRows = 5;

class SitePages {
public:
    SitePages(Sites& sites, const Sites::Needs& needs) : sites_(sites), needs_(needs) {}

    Response index(Exchange& x) const;
    Response new_form(Exchange& x) const;
    Response create(Exchange& x) const;
    Response show(Exchange& x, SiteTab tab) const;
    Response part(Exchange& x) const;
    Response deletion(Exchange& x) const;
    Response remove(Exchange& x) const;
    Response redeploy(Exchange& x) const;
    Response suspend(Exchange& x) const;
    Response resume(Exchange& x) const;
    Response reveal(Exchange& x) const;

private:
    Result<SiteChoices> choices(const users::Caller& caller) const;
    Response form_page(Exchange& x, CreateSitePage page, int status) const;
    Result<SiteShown> shown(Exchange& x) const;
    SitePageView page_of(Exchange& x, const SiteShown& shown, SiteTab tab) const;
    Response answer_dialog(Exchange& x, const SiteShown& found, std::string error) const;
    Response back_from(Exchange& x, const Result<SiteChange>& change, const std::string& text)
        const;

    Sites& sites_;
    const Sites::Needs& needs_;
};

Response SitePages::index(Exchange& x) const {
    const shell::ListQuery query(site_list(), x);
    const auto found = sites_.list(users::caller_of(x), site_filter_of(query), kRows);
    if (!found) {
        return Response::failed(found.error());
    }
    SitesPage page = sites_page_of(query, *found, x.signed_in());
    return shell::list_answer(
        needs_.shell, x, query, page, views::sites::list_part, views::sites::index
    );
}

// --- Creating ---

Result<SiteChoices> SitePages::choices(const users::Caller& caller) const {
    return needs_.database.read_in_tenant(
        caller.tenant,
        [&](db::Transaction& tx) -> Result<SiteChoices> {
            return SiteChoices{
                .templates = needs_.infrastructure.templates(tx),
                .servers = needs_.infrastructure.usable_servers(tx, caller.tenant)};
        }
    );
}

Response SitePages::form_page(Exchange& x, CreateSitePage page, int status) const {
    if (shell::asks_for(x.request, "site-form")) {
        return needs_.shell.page(
            x, [&](view::Out& out) { views::sites::form_part(out, page); }, status
        );
    }
    page.frame = needs_.shell.frame(
        x, {.title = "Create site", .section = "sites", .topics = {}, .narrow = true}
    );
    return needs_.shell.page(
        x, [&](view::Out& out) { views::sites::create(out, page); }, status
    );
}

Response SitePages::new_form(Exchange& x) const {
    const auto found = choices(users::caller_of(x));
    if (!found) {
        return Response::failed(found.error());
    }
    // What was typed before another template was chosen comes along in the query.
    CreateSite typed{
        .domain = x.request.query("domain").value_or(""),
        .template_id = x.request.query("template").value_or("")};
    typed.www = !x.request.query("domain") || x.request.query("www").has_value();
    if (const auto server = x.request.query("server")) {
        typed.server = ServerId::parse(*server);
    }
    std::string key = x.request.query("_key").value_or("");
    if (Uuid::parse(key) == std::nullopt) {
        key = new_uuid(needs_.clock, needs_.random).to_string();
    }
    return form_page(x, create_site_page_of(*found, typed, {}, key), 200);
}

Response SitePages::create(Exchange& x) const {
    const auto caller = users::caller_of(x);
    CreateSite typed;
    auto errors = read_site_form(x.request, typed);
    const auto key = request_key_of(x.request);
    const std::string shown = x.request.form_value("_shown_template");
    const bool chose_another =
        !shown.empty() && !typed.template_id.empty() && shown != typed.template_id;
    Result<SiteChange> change = fail(ErrorCode::Invalid, "");
    if (chose_another) {
        typed.options.clear();
    } else if (errors.empty()) {
        change = sites_.create(caller, typed, key);
        if (change) {
            auto response = Response::go_to(x.request, "/sites/" + change->site.id.to_string());
            shell::Shell::flash(response, change->site.shown_domain() + " is being created.");
            return response;
        }
        if (change.error().code != ErrorCode::Invalid) {
            return Response::failed(change.error());
        }
        errors = change.error().fields;
        if (errors.empty()) {
            return Response::failed(change.error());
        }
    }
    const auto found = choices(caller);
    if (!found) {
        return Response::failed(found.error());
    }
    if (typed.domain.empty()) {
        typed.domain =
            x.request.form_value("domain");  // What could not be taken is kept all the same.
    }
    // Another template was chosen without scripts: its own fields come first.
    auto page = create_site_page_of(
        *found, typed, chose_another ? std::vector<FieldError>{} : errors, key.value_or("")
    );
    const auto proof = sites_.domain_proof(caller, typed.domain, ProofLook::Quick);
    if (proof && !proof->is_shown && page.domain.error == proof->message) {
        ask_for_proof(page, *proof);
    }
    return form_page(x, std::move(page), chose_another ? 200 : 422);
}

// --- One site ---

Result<SiteShown> SitePages::shown(Exchange& x) const {
    const SiteId id = TRY(site_id_of(x.request));
    const auto& principal = x.signed_in();
    return needs_.database.read_in_tenant(
        principal.tenant,
        [&](db::Transaction& tx) -> Result<SiteShown> {
            SiteShown shown{.site = TRY(SiteStore{tx}.get(id))};
            if (principal.may("job:read")) {
                shown.card = jobs::latest_card(tx, principal, needs_.clock.now(), "site", id.uuid);
                shown.jobs =
                    queue::JobStore{tx}
                        .list({.subject_type = "site", .subject_id = id.uuid}, {}, kJobRows)
                        .jobs;
            }
            shown.databases = databases::DatabaseStore{tx}.of_site(shown.site.tenant, id.uuid);
            return shown;
        }
    );
}

SitePageView SitePages::page_of(Exchange& x, const SiteShown& shown, SiteTab tab) const {
    SitePageView page = site_page_of(sites_, shown, x.signed_in(), tab);
    if (tab == SiteTab::Overview) {
        page.activity = needs_.shell.activity(x, shown.site.id.uuid);
    }
    std::vector<std::string> topics{"site:" + page.id};
    if (!shown.jobs.empty()) {
        topics.push_back("job:" + shown.jobs.front().id.to_string());
    }
    page.frame = needs_.shell.frame(
        x, {.title = page.head.title, .section = "sites", .topics = std::move(topics)}
    );
    return page;
}

Response SitePages::show(Exchange& x, SiteTab tab) const {
    const auto found = shown(x);
    if (!found) {
        return Response::failed(found.error());
    }
    const SitePageView page = page_of(x, *found, tab);
    return needs_.shell.page(x, [&](view::Out& out) { views::sites::show(out, page); });
}

Response SitePages::part(Exchange& x) const {
    const auto found = shown(x);
    if (!found) {
        // Deleted while somebody looked at it: the list is where to go.
        if (found.error().code == ErrorCode::NotFound && x.request.is_htmx()) {
            return Response::go_to(x.request, "/sites");
        }
        return Response::failed(found.error());
    }
    const std::string tab = x.request.query("tab").value_or("");
    const SitePageView page = site_page_of(
        sites_,
        *found,
        x.signed_in(),
        tab == "databases"  ? SiteTab::Databases
        : tab == "settings" ? SiteTab::Settings
                            : SiteTab::Overview
    );
    return needs_.shell.page(x, [&](view::Out& out) { views::sites::site_part(out, page); });
}

Response SitePages::answer_dialog(Exchange& x, const SiteShown& found, std::string error) const {
    auto dialog = delete_dialog_of(found);
    dialog.error = std::move(error);
    return needs_.shell.ask_deletion(x, "sites", dialog);
}

Response SitePages::deletion(Exchange& x) const {
    const auto found = shown(x);
    return found ? answer_dialog(x, *found, "") : Response::failed(found.error());
}

Response SitePages::remove(Exchange& x) const {
    const auto found = shown(x);
    if (!found) {
        return Response::failed(found.error());
    }
    const auto change =
        sites_.remove(users::caller_of(x), found->site.id, x.request.form_value("name"));
    if (!change && change.error().code == ErrorCode::Invalid) {
        return answer_dialog(x, *found, change.error().fields.front().message);
    }
    return back_from(x, change, found->site.shown_domain() + " is being deleted.");
}

Response SitePages::back_from(
    Exchange& x, const Result<SiteChange>& change, const std::string& text
) const {
    if (!change) {
        return Response::failed(change.error());
    }
    auto response =
        Response::go_to(x.request, list_before(x.request, "/sites/" + change->site.id.to_string()));
    shell::Shell::flash(response, text);
    return response;
}

Response SitePages::redeploy(Exchange& x) const {
    const auto id = site_id_of(x.request);
    if (!id) {
        return Response::failed(id.error());
    }
    const auto change = sites_.redeploy(users::caller_of(x), *id);
    return back_from(x, change, change ? change->site.shown_domain() + " is being deployed." : "");
}

Response SitePages::suspend(Exchange& x) const {
    const auto id = site_id_of(x.request);
    if (!id) {
        return Response::failed(id.error());
    }
    const auto change = sites_.suspend(users::caller_of(x), *id);
    if (!change) {
        return Response::failed(change.error());
    }
    const std::string href = "/sites/" + id->to_string();
    auto response = Response::go_to(x.request, list_before(x.request, href));
    shell::Shell::flash(
        response, change->site.shown_domain() + " is being suspended.", href + "/resumption"
    );
    return response;
}

Response SitePages::resume(Exchange& x) const {
    const auto id = site_id_of(x.request);
    if (!id) {
        return Response::failed(id.error());
    }
    const auto change = sites_.resume(users::caller_of(x), *id);
    return back_from(x, change, change ? change->site.shown_domain() + " is being resumed." : "");
}

Response SitePages::reveal(Exchange& x) const {
    const auto id = site_id_of(x.request);
    if (!id) {
        return Response::failed(id.error());
    }
    const auto revealed = sites_.reveal_password(users::caller_of(x), *id);
    if (!revealed) {
        return Response::failed(revealed.error());
    }
    const auto found = shown(x);
    if (!found) {
        return Response::failed(found.error());
    }
    SitePageView page = page_of(x, *found, SiteTab::Overview);
    page.refresh_href.clear();  // a refresh would take the password away
    page.revealed = RevealedView{
        .user = revealed->user,
        .password = revealed->password,
        .login_href = sites_.login_url_of(found->site)};
    return needs_.shell.page(x, [&](view::Out& out) { views::sites::show(out, page); });
}

}  // namespace

void add_site_pages(http::Router& router, Sites& sites, const Sites::Needs& needs) {
    const SitePages pages{sites, needs};
    using Page = Response (SitePages::*)(Exchange&) const;
    const auto add = [&](Method method, std::string path, std::string permission, Page page) {
        router.add(http::page_route(
            method,
            std::move(path),
            std::move(permission),
            [pages, page](Exchange& x) { return (pages.*page)(x); }
        ));
    };
    const auto add_tab = [&](std::string path, SiteTab tab) {
        router.add(http::page_route(
            Method::Get,
            std::move(path),
            "site:read",
            [pages, tab](Exchange& x) { return pages.show(x, tab); }
        ));
    };
    add(Method::Get, "/sites", "site:read", &SitePages::index);
    add(Method::Get, "/sites/new", "site:create", &SitePages::new_form);
    add(Method::Post, "/sites", "site:create", &SitePages::create);
    add_tab("/sites/{id}", SiteTab::Overview);
    add_tab("/sites/{id}/databases", SiteTab::Databases);
    add_tab("/sites/{id}/settings", SiteTab::Settings);
    add(Method::Get, "/sites/{id}/part", "site:read", &SitePages::part);
    add(Method::Get, "/sites/{id}/deletion", "site:delete", &SitePages::deletion);
    add(Method::Post, "/sites/{id}/deletion", "site:delete", &SitePages::remove);
    add(Method::Post, "/sites/{id}/deployments", "site:update", &SitePages::redeploy);
    add(Method::Post, "/sites/{id}/suspension", "site:suspend", &SitePages::suspend);
    add(Method::Post, "/sites/{id}/resumption", "site:suspend", &SitePages::resume);
    add(Method::Post, "/sites/{id}/password-reveal", "site:update", &SitePages::reveal);
    add_site_selection(router, sites);
}

}  // namespace hostelry::sites
