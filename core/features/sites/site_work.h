#pragma once
// What the steps of all site jobs share. A job may touch a site only while the site's row names it:
// a job that somebody runs again later, after another one took the site over, finds out here and
// does nothing.

#include "core/features/sites/sites.h"

#include <functional>
#include <optional>
#include <string>

namespace hostelry::sites {

class SiteWork {
public:
    explicit SiteWork(const Sites::Needs& needs) : needs_(needs) {}

    using RunOnSite = std::function<Result<nlohmann::json>(queue::StepContext&, const Site&)>;
    using UndoOnSite = std::function<Result<void>(queue::StepContext&, const Site&)>;
    /// Hands the step its site; keeps the message of an error as the site's cause. A job that lost
    /// the site fails.
    queue::RunStep on_site(RunOnSite run) const;
    /// Nothing to undo when the site is gone or belongs to another job.
    queue::UndoStep undo_on_site(UndoOnSite undo) const;

    /// The site, if it is still this job's.
    Result<std::optional<Site>> owned_site(queue::StepContext& step) const;

    Result<nlohmann::json> apply(
        const Site& site,
        const nlohmann::json& actions,
        queue::StepContext& step,
        const SiteInfrastructure::Progress& on_progress = {}
    ) const;
    Result<std::vector<databases::DatabaseAccess>> database_access(const Site& site) const;
    /// Runs the template's own actions on the server and keeps what it says about the virtual host.
    Result<nlohmann::json> run_template(const Site& site, queue::StepContext& step) const;
    Result<void> ensure_vhost(
        const Site& site, queue::StepContext& step, bool with_certificate, bool suspended
    ) const;

    /// The account, and a virtual host that only answers the certificate authority.
    Result<void> make_place(const Site& site, queue::StepContext& step) const;

    std::vector<std::string> preview_names(const Site& site) const;

    /// One transaction of the job's tenant.
    Result<void> change(
        queue::StepContext& step,
        const std::function<void(db::Transaction& tx, SiteStore& store)>& work
    ) const;
    /// Sets the state if the site is still this job's, with its event when the state is new.
    Result<bool> enter(
        queue::StepContext& step,
        const Site& site,
        SiteState state,
        const std::string& cause,
        const std::string& event
    ) const;

    const Sites::Needs& needs() const { return needs_; }

private:
    void keep_cause(queue::StepContext& step, const Site& site, const Error& error) const;

    const Sites::Needs& needs_;
};

}  // namespace hostelry::sites
