// From a row to a site that answers by HTTPS. Each step may be killed anywhere and is run again
// from its start, so each is idempotent. When the job fails for good, undos run backwards and leave
// nothing on the server and in the DNS.
#include "core/base/text.h"
#include "core/features/sites/site_jobs.h"
#include "core/features/sites/site_plans.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace hostelry::sites {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using queue::StepContext;

// The first looks come fast: our own zones answer within a second.
constexpr std::chrono::milliseconds kFirstLook = 400ms;
constexpr std::chrono::milliseconds kLookMax = 5s;
// What the early order waits for a zone of ours; whoever is slower is waited for after the build.
constexpr std::array kEarlyLooks{0ms, 100ms, 200ms, 400ms};

class Deployment {
public:
    Deployment(const Sites::Needs& needs, bool is_first) : work_(needs), is_first_(is_first) {}

    queue::JobKind kind() const;

private:
    queue::Step step(
        std::string name, std::string title, SiteWork::RunOnSite run, SiteWork::UndoOnSite undo = {}
    ) const;

    Result<json> make_account(StepContext& step, const Site& site) const;
    Result<void> remove_everything(StepContext& step, const Site& site) const;
    Result<void> leave_as_it_is(StepContext& step, const Site& site) const;
    Result<json> make_database(StepContext& step, const Site& site) const;
    Result<void> remove_database(StepContext& step, const Site& site) const;
    Result<json> install_template(StepContext& step, const Site& site) const;
    Result<json> make_pool(StepContext& step, const Site& site) const;
    Result<void> remove_pool(StepContext& step, const Site& site) const;
    Result<json> make_vhost(StepContext& step, const Site& site) const;
    Result<void> remove_vhost(StepContext& step, const Site& site) const;
    Result<json> make_records(StepContext& step, const Site& site) const;
    Result<void> remove_records(StepContext& step, const Site& site) const;
    Result<json> order_certificate(StepContext& step, const Site& site) const;
    Result<json> wait_for_names(StepContext& step, const Site& site) const;
    Result<json> get_certificate(StepContext& step, const Site& site) const;
    Result<json> switch_to_https(StepContext& step, const Site& site) const;
    Result<json> check(StepContext& step, const Site& site) const;

    bool names_lead_here(StepContext& step) const {
        return step.output_of("names").value("lead_here", false);
    }
    Result<bool> lead_here_soon(StepContext& step, const Site& site) const;
    /// What the authority works on while the site is being built; null without.
    json begun_order(StepContext& step) const {
        const json& output = step.output_of("order");
        return output.is_object() ? output.value("order", json()) : json();
    }

    SiteWork work_;
    bool is_first_;
};

queue::Step Deployment::step(
    std::string name, std::string title, SiteWork::RunOnSite run, SiteWork::UndoOnSite undo
) const {
    queue::Step made{
        .name = std::move(name), .title = std::move(title), .run = work_.on_site(std::move(run))};
    if (is_first_ && undo) {
        made.undo = work_.undo_on_site(std::move(undo));
    }
    return made;
}

queue::JobKind Deployment::kind() const {
    using Run = Result<json> (Deployment::*)(StepContext&, const Site&) const;
    using Undo = Result<void> (Deployment::*)(StepContext&, const Site&) const;
    const auto run = [self = *this](Run member) -> SiteWork::RunOnSite {
        return [self, member](StepContext& context, const Site& site) {
            return (self.*member)(context, site);
        };
    };
    const auto undo = [self = *this](Undo member) -> SiteWork::UndoOnSite {
        return [self, member](StepContext& context, const Site& site) {
            return (self.*member)(context, site);
        };
    };
    queue::JobKind kind{
        .name = is_first_ ? "site.deploy" : "site.redeploy",
        .title = is_first_ ? "Deploy site" : "Redeploy site",
        .queue = "sites",
        .steps =
            {step(
                 "account",
                 "Create the account and its place on the web server",
                 run(&Deployment::make_account),
                 undo(&Deployment::remove_everything)
             ),
             step(
                 "records",
                 "Set the DNS records",
                 run(&Deployment::make_records),
                 undo(&Deployment::remove_records)
             ),
             step("order", "Order the certificate", run(&Deployment::order_certificate)),
             step(
                 "database",
                 "Create the database",
                 run(&Deployment::make_database),
                 undo(&Deployment::remove_database)
             ),
             step("install", "Install the site", run(&Deployment::install_template)),
             step("pool", "Start PHP", run(&Deployment::make_pool), undo(&Deployment::remove_pool)),
             step(
                 "vhost",
                 "Set up the web server",
                 run(&Deployment::make_vhost),
                 undo(&Deployment::remove_vhost)
             ),
             step("names", "Wait until the names lead here", run(&Deployment::wait_for_names)),
             step("certificate", "Get the certificate", run(&Deployment::get_certificate)),
             step("https", "Switch to HTTPS", run(&Deployment::switch_to_https)),
             step("check", "Open the site", run(&Deployment::check))},
    };
    if (!is_first_) {
        kind.steps.front().undo = work_.undo_on_site(undo(&Deployment::leave_as_it_is));
    }
    // Asking again is this step's own work: its patience is counted from the first look.
    const auto names =
        std::find_if(kind.steps.begin(), kind.steps.end(), [](const queue::Step& one) {
            return one.name == "names";
        });
    names->attempts_max = 3;
    return kind;
}

Result<json> Deployment::make_account(StepContext& step, const Site& site) const {
    TRY(work_.enter(step, site, SiteState::Deploying, "", ""));
    if (is_first_) {
        TRY(work_.make_place(site, step));
    } else {  // Its virtual host stays as it is until the new one is ready.
        TRY(work_.apply(site, account_actions(site), step));
    }
    step.note("User " + site.key + " on " + site.server_name);
    return json::object();
}

Result<void> Deployment::remove_everything(StepContext& step, const Site& site) const {
    // The state first: also when the server is away, the site must not look as if it were being
    // built.
    TRY(work_.enter(
        step,
        site,
        SiteState::Failed,
        step.failure().empty() ? "The deployment was cancelled." : step.failure(),
        "site.failed"
    ));
    TRY(work_.change(step, [&](db::Transaction& tx, SiteStore& store) {
        store.set_https(site, Https::Pending, "");
        databases::set_site_databases_made(tx, site.tenant, site.id.uuid, false);
    }));
    TRY(work_.apply(site, removal_actions(site), step));
    return work_.needs().infrastructure.forget_certificate(site.tenant, site.id);
}

/// What runs already stays; only the state says that it needs a person.
Result<void> Deployment::leave_as_it_is(StepContext& step, const Site& site) const {
    const std::string cause =
        step.failure().empty() ? "The redeployment was cancelled." : step.failure();
    TRY(work_.enter(step, site, SiteState::Failed, cause, "site.redeploy_failed"));
    return {};
}

Result<json> Deployment::make_database(StepContext& step, const Site& site) const {
    const auto access = TRY(work_.database_access(site));
    if (access.empty()) {
        step.note(site.template_title + " needs none");
        return json::object();
    }
    TRY(work_.apply(site, database_actions(site, access), step));
    TRY(work_.change(step, [&](db::Transaction& tx, SiteStore&) {
        databases::set_site_databases_made(tx, site.tenant, site.id.uuid, true);
    }));
    step.note("Database and user " + access.front().database.name);
    return json::object();
}

Result<void> Deployment::remove_database(StepContext& step, const Site& site) const {
    const auto access = TRY(work_.database_access(site));
    if (!access.empty()) {
        TRY(work_.apply(site, database_removal_actions(site, access), step));
    }
    return {};
}

Result<json> Deployment::install_template(StepContext& step, const Site& site) const {
    const json done = TRY(work_.run_template(site, step));
    step.note(
        site.template_title + ": " + join(done.at("steps").get<std::vector<std::string>>(), ", ")
    );
    return done;
}

Result<json> Deployment::make_pool(StepContext& step, const Site& site) const {
    if (!site.uses_php()) {
        step.note(site.template_title + " needs none");
        return json::object();
    }
    TRY(work_.apply(site, pool_actions(site), step));
    step.note("PHP " + site.php_version + " with a pool of its own");
    return json::object();
}

Result<void> Deployment::remove_pool(StepContext& step, const Site& site) const {
    if (site.uses_php()) {
        TRY(work_.apply(site, pool_removal_actions(site), step));
    }
    return {};
}

Result<json> Deployment::make_vhost(StepContext& step, const Site& site) const {
    if (is_first_ && begun_order(step).is_object()) {
        step.note("Together with HTTPS");
        return json::object();
    }
    // A site that has its certificate keeps it while it is redeployed.
    TRY(work_.ensure_vhost(site, step, site.https == Https::Active, false));
    step.note(join(site.names(), ", "));
    return json::object();
}

Result<void> Deployment::remove_vhost(StepContext& step, const Site& site) const {
    TRY(work_.apply(site, vhost_removal_actions(site), step));
    return {};
}

Result<json> Deployment::make_records(StepContext& step, const Site& site) const {
    const SiteRecords records = TRY(work_.needs().infrastructure.ensure_records(site, step.job()));
    if (!records.is_managed) {
        step.note("The DNS of " + site.shown_domain() + " is managed elsewhere");
        return json{{"managed", false}, {"hint", records.hint}};
    }
    step.note(join(site.names(), ", ") + " to " + site.server_address);
    return json{{"managed", true}};
}

Result<void> Deployment::remove_records(StepContext&, const Site& site) const {
    return work_.needs().infrastructure.remove_records(site.tenant, site.id);
}

Result<bool> Deployment::lead_here_soon(StepContext& step, const Site& site) const {
    const bool managed = step.output_of("records").value("managed", false);
    for (const auto pause : kEarlyLooks) {
        if (pause > 0ms && (!managed || !step.sleep_for(pause))) {
            return false;
        }
        if (TRY(work_.needs().infrastructure.check_propagation(site)).is_done) {
            return true;
        }
    }
    return false;
}

/// The authority looks at the names while the site is being built. Only a head start: what does not
/// work now is done, and told, by the steps after the build.
Result<json> Deployment::order_certificate(StepContext& step, const Site& site) const {
    const auto lead_here = lead_here_soon(step, site);
    if (!lead_here || !*lead_here) {
        step.note("Follows when the names lead here");
        return json::object();
    }
    const auto begun = work_.needs().infrastructure.begin_certificate(site, step);
    if (!begun) {
        step.note("Not yet: " + begun.error().message);
        return json::object();
    }
    step.note(begun->is_null() ? "The site has one" : "The authority is at work");
    return json{{"order", *begun}};
}

Result<json> Deployment::wait_for_names(StepContext& step, const Site& site) const {
    if (begun_order(step).is_object()) {
        step.note(join(site.names(), ", ") + " lead to " + site.server_address);
        return json{{"lead_here", true}};
    }
    const Propagation found = TRY(work_.needs().infrastructure.check_propagation(site));
    if (found.is_done) {
        step.note(join(site.names(), ", ") + " lead to " + site.server_address);
        return json{{"lead_here", true}};
    }
    const json& records = step.output_of("records");
    if (!records.value("managed", false)) {
        step.note(
            "Not yet: the site is ready by its preview, HTTPS follows when the names lead here"
        );
        return json{{"lead_here", false}, {"hint", records.value("hint", "")}};
    }
    const TimePoint now = step.clock().now();
    const auto since = parse_rfc3339(
        step.output_so_far().is_object() ? step.output_so_far().value("since", "") : ""
    );
    const TimePoint first_look = since.value_or(now);
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(now - first_look);
    if (waited > work_.needs().settings.propagation_timeout) {
        return fail(
            ErrorCode::Conflict,
            "The records are set, but the names do not lead to " + site.server_address + " yet: " +
                found.note + " Check the domain's name servers at its registrar, then retry."
        );
    }
    step.note(found.note);
    return step.again_in(
        std::clamp(waited, kFirstLook, kLookMax), {{"since", format_rfc3339(first_look)}}
    );
}

Result<json> Deployment::get_certificate(StepContext& step, const Site& site) const {
    if (!names_lead_here(step)) {
        step.note("Waits for the names");
        return json::object();
    }
    return work_.needs().infrastructure.issue_certificate(site, begun_order(step), step);
}

Result<json> Deployment::switch_to_https(StepContext& step, const Site& site) const {
    if (!names_lead_here(step)) {
        step.note("Waits for the certificate");
        return json::object();
    }
    TRY(work_.ensure_vhost(site, step, true, false));
    TRY(work_.change(step, [&](db::Transaction&, SiteStore& store) {
        store.set_https(site, Https::Active, "");
    }));
    return json::object();
}

Result<json> Deployment::check(StepContext& step, const Site& site) const {
    const bool by_https = site.https == Https::Active;
    const auto previews = work_.preview_names(site);
    const auto& roots = work_.needs().settings.extra_roots;
    const std::string uploaded =
        by_https ? TRY(work_.needs().infrastructure.uploaded_certificate(site)) : std::string();
    TRY(work_.apply(
        site,
        check_actions(
            site,
            {.by_https = by_https,
             .name = by_https || previews.empty() ? site.domain : previews.front(),
             .ca_pem = by_https && roots ? roots() : "",
             .fingerprint = uploaded}
        ),
        step
    ));
    TRY(work_.change(step, [&](db::Transaction& tx, SiteStore& store) {
        store.set_deployed(site, step.clock().now());
        if (!by_https) {
            store.set_https(site, Https::Pending, step.output_of("names").value("hint", ""));
        }
        queue::enqueue(
            tx,
            {.kind = "databases.measure", .tenant = site.tenant, .unique_key = "databases.measure"}
        );
    }));
    TRY(work_.enter(
        step, site, SiteState::Ready, "", is_first_ ? "site.deployed" : "site.redeployed"
    ));
    step.note(
        !by_https          ? "It answers"
        : uploaded.empty() ? "It answers by HTTPS with a valid certificate"
                           : "It answers by HTTPS with the uploaded certificate"
    );
    return json::object();
}

}  // namespace

queue::JobKind deploy_job(const Sites::Needs& needs) {
    return Deployment{needs, true}.kind();
}

queue::JobKind redeploy_job(const Sites::Needs& needs) {
    return Deployment{needs, false}.kind();
}

}  // namespace hostelry::sites
