#include "core/features/sites/sites.h"

#include "core/base/text.h"
#include "core/features/sites/site_api.h"
#include "core/features/sites/site_jobs.h"
#include "core/features/sites/site_pages.h"
#include "core/features/sites/site_secrets.h"
#include "core/features/sites/site_work.h"
#include "core/platform/events/events.h"
#include "core/platform/names/domain_name.h"
#include "core/platform/queue/job_store.h"

#include <nlohmann/json.hpp>

namespace hostelry::sites {
namespace {

using nlohmann::json;

tl::unexpected<Error> not_now(const Site& site, std::string_view what) {
    return fail(
        ErrorCode::Conflict,
        site.shown_domain() + " is " + std::string(state_name(site.state)) + " and cannot be " +
            std::string(what) + " now."
    );
}

}  // namespace

void Sites::add_routes(http::Router& router) {
    add_site_pages(router, *this, needs_);
    add_site_api(router, *this);
    needs_.shell.add_topic("site", [](db::Transaction& tx, const Uuid& id) {
        return SiteStore{tx}.find(SiteId{id}).has_value();
    });
    needs_.shell.add_source(
        "site:read",
        [](db::Transaction& tx, const http::Principal&, const std::string& words) {
            std::vector<view::PaletteItem> items;
            const auto page = SiteStore{tx}.list(
                {.words = words, .sort = SiteSort::Domain, .order = SortOrder::Ascending}, 6
            );
            for (const auto& site : page.sites) {
                items.push_back(
                    {.label = site.shown_domain(),
                     .hint = site.tenant_name,
                     .icon = "globe",
                     .href = "/sites/" + site.id.to_string()}
                );
            }
            return items;
        }
    );
}

void Sites::add_jobs(queue::Registry& registry) {
    registry.add(deploy_job(needs_));
    registry.add(redeploy_job(needs_));
    registry.add(suspend_job(needs_));
    registry.add(secure_job(needs_));
    registry.add(resume_job(needs_));
    registry.add(delete_job(needs_));
}

Result<Site> Sites::get(const users::Caller& caller, SiteId id) {
    return needs_.database.read_in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<Site> {
        return SiteStore{tx}.get(id);
    });
}

Result<std::vector<SiteTemplate>> Sites::templates(const users::Caller& caller) {
    using Templates = std::vector<SiteTemplate>;
    return needs_.database.read_in_tenant(
        caller.tenant,
        [&](db::Transaction& tx) -> Result<Templates> {
            return needs_.infrastructure.templates(tx);
        }
    );
}

Result<SitePage> Sites::list(
    const users::Caller& caller, const SiteFilter& filter, std::int64_t count_max
) {
    return needs_.database.read_in_tenant(
        caller.tenant,
        [&](db::Transaction& tx) -> Result<SitePage> {
            return SiteStore{tx}.list(filter, count_max);
        }
    );
}

SiteChange Sites::hand_to_job(
    db::Transaction& tx,
    const users::Caller& caller,
    Site site,
    SiteState state,
    const std::string& job_kind,
    const std::string& event
) {
    auto published = users::event_by(caller, event, site.tenant);
    published.subject_type = "site";
    published.subject_id = site.id.uuid;
    published.data = json{
        {"domain", site.domain},
        {"template", site.template_id},
        {"server", site.server.to_string()}};
    events::publish(tx, published);
    const JobId job = queue::enqueue(
        tx,
        {.kind = job_kind,
         .tenant = site.tenant,
         .input = json{{"site", site.id.to_string()}, {"from", state_name(site.state)}},
         .exclusive_key = "site:" + site.id.to_string(),
         .actor = caller.user,
         .subject_type = "site",
         .subject_id = site.id.uuid,
         .subject_name = site.shown_domain()}
    );
    SiteStore{tx}.begin(site, state, job);
    shell::announce(tx, "site", site.id.uuid, site.tenant);
    site.state = state;
    site.job = job;
    site.cause.clear();
    return {.site = std::move(site), .job = job};
}

Result<SiteChange> Sites::redeploy(const users::Caller& caller, SiteId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<SiteChange> {
        Site site = TRY(SiteStore{tx}.get_locked(id));
        if (!site.may_redeploy()) {
            return not_now(site, "deployed");
        }
        if (!SiteStore{tx}.is_tenant_active(site.tenant)) {
            return fail(ErrorCode::Forbidden, "The account of this site is suspended.");
        }
        // What never stood was taken back in full, so it is built in full, with undo.
        const bool is_first = !site.deployed_at;
        return hand_to_job(
            tx,
            caller,
            std::move(site),
            SiteState::Queued,
            is_first ? "site.deploy" : "site.redeploy",
            "site.redeploy_requested"
        );
    });
}

Result<SiteChange> Sites::suspend(const users::Caller& caller, SiteId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<SiteChange> {
        SiteStore store{tx};
        Site site = TRY(store.get_locked(id));
        // What somebody below has suspended is taken over: nobody but who is above lets it go on.
        const bool is_taken_over =
            site.may_resume() && store.is_above(caller.home, site.suspension_holder());
        if (!site.may_suspend() && !is_taken_over) {
            return not_now(site, "suspended");
        }
        store.set_suspended_by(site, caller.home);
        return hand_to_job(
            tx,
            caller,
            std::move(site),
            SiteState::Suspending,
            "site.suspend",
            "site.suspension_requested"
        );
    });
}

void Sites::take_certificate(db::Transaction& tx, const users::Caller& caller, const Uuid& id) {
    auto site = SiteStore{tx}.get_locked(SiteId{id});
    const bool stands =
        site && (site->state == SiteState::Ready || site->state == SiteState::Suspended);
    if (!stands || site->https == Https::Active) {
        return;
    }
    const SiteState state = site->state;
    hand_to_job(tx, caller, *std::move(site), state, "site.secure", "site.https_requested");
}

Result<SiteChange> Sites::resume(const users::Caller& caller, SiteId id) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<SiteChange> {
        Site site = TRY(SiteStore{tx}.get_locked(id));
        if (!site.may_resume()) {
            return not_now(site, "resumed");
        }
        const bool from_above = site.suspended_by && caller.home &&
                                !SiteStore{tx}.is_at_or_above(*caller.home, *site.suspended_by);
        if (from_above) {
            return fail(
                ErrorCode::Forbidden, "Your provider suspended this site. Ask them to let it go on."
            );
        }
        return hand_to_job(
            tx,
            caller,
            std::move(site),
            SiteState::Resuming,
            "site.resume",
            "site.resumption_requested"
        );
    });
}

Result<SiteChange> Sites::remove(
    const users::Caller& caller, SiteId id, const std::string& typed_name
) {
    return needs_.database.in_tenant(caller.tenant, [&](db::Transaction& tx) -> Result<SiteChange> {
        Site site = TRY(SiteStore{tx}.get_locked(id));
        const std::string typed{trim(typed_name)};
        if (typed != site.shown_domain() && lower_ascii(typed) != site.domain) {
            return fail_fields({{"name", "Type " + site.shown_domain() + " to delete this site."}});
        }
        if (!site.may_delete()) {
            return not_now(site, "deleted");
        }
        const auto old_job = site.job;
        SiteChange change = hand_to_job(
            tx,
            caller,
            std::move(site),
            SiteState::Deleting,
            "site.delete",
            "site.deletion_requested"
        );
        if (old_job) {
            // A deployment under way stops; when it has finished already, there is nothing to stop.
            std::ignore = queue::JobStore{tx}.cancel(*old_job);
        }
        return change;
    });
}

Result<RevealedPassword> Sites::reveal_password(const users::Caller& caller, SiteId id) {
    return needs_.database.in_tenant(
        caller.tenant,
        [&](db::Transaction& tx) -> Result<RevealedPassword> {
            SiteStore store{tx};
            const Site site = TRY(store.get_locked(id));
            if (site.unrevealed.empty()) {
                return fail(
                    ErrorCode::Conflict,
                    "The generated password was shown before, and is shown once only. Set a new "
                    "one in the site itself."
                );
            }
            const SiteSecrets secrets =
                TRY(open_secrets(needs_.sealer, site.tenant, site.id, store.sealed_secrets(site)));
            store.set_revealed(site);
            auto event = users::event_by(caller, "site.password_revealed", site.tenant);
            event.subject_type = "site";
            event.subject_id = site.id.uuid;
            event.data = json{{"domain", site.domain}};
            events::publish(tx, event);
            const json web = site.web ? site.web->parse() : json::object();
            return RevealedPassword{
                .user = web.value("login", json::object()).value("user", ""),
                .password = secrets.options.at(site.unrevealed.front()),
            };
        }
    );
}

Result<json> Sites::apply(
    const databases::SiteDatabase& database, const json& actions, queue::StepContext& step
) {
    const json plan{
        {"plan", new_uuid(needs_.clock, needs_.random).to_string()},
        {"dry_run", false},
        {"actions", actions}};
    return needs_.infrastructure.apply(database.server, plan, step, {});
}

Result<void> Sites::write_configuration(
    const databases::SiteDatabase& database, queue::StepContext& step
) {
    const Site site =
        TRY(needs_.database.in_tenant(database.tenant, [&](db::Transaction& tx) -> Result<Site> {
            return SiteStore{tx}.get(SiteId{database.site});
        }));
    TRY(SiteWork{needs_}.run_template(site, step));
    return {};
}

std::string Sites::url_of(const Site& site) const {
    return (site.https == Https::Active ? "https://" : "http://") + site.domain + "/";
}

std::string Sites::preview_url_of(const Site& site) const {
    const auto& settings = needs_.settings;
    if (settings.preview_domain.empty() || !site.deployed_at) {
        return {};
    }
    return settings.preview_scheme + "://" + site.key + "." + settings.preview_domain +
           settings.preview_port + "/";
}

std::string Sites::login_url_of(const Site& site) const {
    if (!site.web || !site.deployed_at) {
        return {};
    }
    const std::string path = site.web->parse().value("login", json::object()).value("path", "");
    if (path.empty() || path.front() != '/') {
        return {};
    }
    const std::string preview = preview_url_of(site);
    const std::string origin =
        site.https == Https::Active || preview.empty() ? url_of(site) : preview;
    return origin + path.substr(1);
}

SiteAnswer Sites::answer_of(const Site& site) const {
    return {
        .id = site.id,
        .domain = site.domain,
        .shown_domain = site.shown_domain(),
        .names = site.names(),
        .key = site.key,
        .state = std::string(state_name(site.state)),
        .state_since = site.state_since,
        .cause = site.cause,
        .template_id = site.template_id,
        .server = site.server.to_string(),
        .server_name = site.server_name,
        .address = site.server_address,
        .php_version = site.php_version,
        .https = site.https == Https::Active ? "active" : "pending",
        .https_hint = site.https_hint,
        .url = url_of(site),
        .preview_url = preview_url_of(site),
        .login_url = login_url_of(site),
        .account = site.tenant_name,
        .job = site.job ? site.job->to_string() : "",
        .created_at = site.created_at,
    };
}

}  // namespace hostelry::sites
