#include "core/features/sites/site_work.h"

#include "core/features/sites/site_plans.h"
#include "core/platform/events/events.h"
#include "core/platform/log/log.h"

#include <nlohmann/json.hpp>

namespace hostelry::sites {
namespace {

using nlohmann::json;
using queue::StepContext;

constexpr const char* kTakenOver =
    "Another job has taken this site over since. Look at the site for its state.";

}  // namespace

queue::RunStep SiteWork::on_site(RunOnSite run) const {
    return [work = *this, run = std::move(run)](StepContext& step) -> Result<json> {
        const auto site = TRY(work.owned_site(step));
        if (!site) {
            return fail(ErrorCode::Conflict, kTakenOver);
        }
        auto answer = run(step, *site);
        if (!answer) {
            work.keep_cause(step, *site, answer.error());
        }
        return answer;
    };
}

queue::UndoStep SiteWork::undo_on_site(UndoOnSite undo) const {
    return [work = *this, undo = std::move(undo)](StepContext& step) -> Result<void> {
        const auto site = TRY(work.owned_site(step));
        return site ? undo(step, *site) : Result<void>{};
    };
}

Result<std::optional<Site>> SiteWork::owned_site(StepContext& step) const {
    const auto id = SiteId::parse(step.input().value("site", "")).value_or(SiteId{});
    return needs_.database.read_in_tenant(
        step.tenant(),
        [&](db::Transaction& tx) -> Result<std::optional<Site>> {
            auto site = SiteStore{tx}.find(id);
            if (site && site->job != step.job()) {
                site.reset();
            }
            return site;
        }
    );
}

Result<json> SiteWork::apply(
    const Site& site,
    const json& actions,
    StepContext& step,
    const SiteInfrastructure::Progress& on_progress
) const {
    // A fresh id each time: every action is idempotent, and the answer to an older plan may be
    // older than an undo.
    const json plan{
        {"plan", new_uuid(needs_.clock, needs_.random).to_string()},
        {"dry_run", false},
        {"actions", actions}};
    return needs_.infrastructure.apply(site.server, plan, step, on_progress);
}

Result<std::vector<databases::DatabaseAccess>> SiteWork::database_access(const Site& site) const {
    return needs_.database.read_in_tenant(
        site.tenant,
        [&](db::Transaction& tx) -> Result<std::vector<databases::DatabaseAccess>> {
            return databases::site_database_access(tx, needs_.sealer, site.tenant, site.id.uuid);
        }
    );
}

Result<json> SiteWork::run_template(const Site& site, StepContext& step) const {
    const auto access = TRY(database_access(site));
    const std::string sealed = TRY(needs_.database.read_in_tenant(
        site.tenant,
        [&](db::Transaction& tx) -> Result<std::string> {
            return SiteStore{tx}.sealed_secrets(site);
        }
    ));
    const SiteSecrets secrets = TRY(open_secrets(needs_.sealer, site.tenant, site.id, sealed));
    const json request = template_request(site, secrets, access, preview_names(site));
    json plan = TRY(needs_.infrastructure.template_plan(site.plugin, request, step));
    if (site.deployed_at) {
        // What the first page showed may be its owner's own by now.
        const auto later = needs_.infrastructure.template_health(site.plugin, request, step);
        if (later) {
            plan["health"] = later->at("health");
        } else if (later.error().code != ErrorCode::Unsupported) {
            return tl::unexpected(later.error());
        }
    }
    TemplateActions titles;
    const json actions = template_actions(plan, titles);
    TRY(apply(site, actions, step, [&](const json& result) {
        const auto title = titles.title_of.find(result.value("id", ""));
        if (title != titles.title_of.end()) {
            step.note(title->second);
        }
    }));
    const json web = web_of_plan(plan);
    TRY(change(step, [&](db::Transaction&, SiteStore& store) {
        store.set_web(site, db::JsonText{web});
    }));
    return json{{"steps", titles.titles}};
}

Result<void> SiteWork::ensure_vhost(
    const Site& site, StepContext& step, bool with_certificate, bool suspended
) const {
    const std::string thumbprint = TRY(needs_.infrastructure.acme_thumbprint());
    TRY(apply(
        site,
        vhost_actions(
            site,
            {.acme_thumbprint = thumbprint,
             .with_certificate = with_certificate,
             .is_suspended = suspended,
             .preview_names = preview_names(site)}
        ),
        step
    ));
    return {};
}

Result<void> SiteWork::make_place(const Site& site, StepContext& step) const {
    const std::string thumbprint = TRY(needs_.infrastructure.acme_thumbprint());
    json actions = account_actions(site);
    const json building = building_actions(
        site, {.acme_thumbprint = thumbprint, .preview_names = preview_names(site)}
    );
    actions.insert(actions.end(), building.begin(), building.end());
    TRY(apply(site, actions, step));
    return {};
}

std::vector<std::string> SiteWork::preview_names(const Site& site) const {
    const auto& domain = needs_.settings.preview_domain;
    return domain.empty() ? std::vector<std::string>{} : std::vector{site.key + "." + domain};
}

Result<void> SiteWork::change(
    StepContext& step, const std::function<void(db::Transaction&, SiteStore&)>& work
) const {
    return needs_.database.in_tenant(step.tenant(), [&](db::Transaction& tx) -> Result<void> {
        SiteStore store{tx};
        work(tx, store);
        return {};
    });
}

Result<bool> SiteWork::enter(
    StepContext& step,
    const Site& site,
    SiteState state,
    const std::string& cause,
    const std::string& event
) const {
    return needs_.database.in_tenant(step.tenant(), [&](db::Transaction& tx) -> Result<bool> {
        SiteStore store{tx};
        const auto before = store.get_locked(site.id);
        if (!before || !store.set_state(site, step.job(), state, cause)) {
            return false;
        }
        if (before->state != state && !event.empty()) {
            json data{{"domain", site.domain}};
            if (!cause.empty()) {
                data["cause"] = cause;
            }
            events::publish(
                tx,
                {.type = event,
                 .tenant = site.tenant,
                 .actor = step.actor(),
                 .subject_type = "site",
                 .subject_id = site.id.uuid,
                 .data = data}
            );
        }
        shell::announce(tx, "site", site.id.uuid, site.tenant);
        return true;
    });
}

void SiteWork::keep_cause(StepContext& step, const Site& site, const Error& error) const {
    const auto kept = change(step, [&](db::Transaction&, SiteStore& store) {
        store.set_cause(site, step.job(), error.message);
    });
    if (!kept) {
        log::warn(
            "sites",
            "the cause of a failure could not be kept",
            {{"site", site.id.to_string()}, {"cause", kept.error().message}}
        );
    }
}

}  // namespace hostelry::sites
